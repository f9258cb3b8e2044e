import assert from "node:assert/strict";
import { test } from "node:test";
import { GroupLab } from "./testing/group-lab.js";

test("whoever watches hears of each state of a group, and why", () => {
  const lab = new GroupLab();
  const a = lab.member("a");
  a.join();
  lab.advance(3_000);
  a.sync({ [a.memberId]: "0" });
  a.leave();
  lab.moveAway();
  const told = lab.told.filter(({ kind }) => kind === "group");
  assert.deepEqual(
    told.map(({ detail }) => [detail?.group, detail?.state, detail?.generation, detail?.members]),
    [
      ["g", "PreparingRebalance", 0, 1],
      ["g", "CompletingRebalance", 1, 1],
      ["g", "Stable", 1, 1],
      ["g", "PreparingRebalance", 1, 0],
      ["g", "Empty", 2, 0],
      ["g", "Empty", 2, 0],
    ],
  );
  assert.match(told[0].cause ?? "", /joins/);
  assert.match(told[3].cause ?? "", /left/);
  assert.match(told[5].cause ?? "", /coordinates it from now on/);
});
