import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeLoop } from "./loop.js";

function turnEnd(loop: NodeLoop): Promise<void> {
  return new Promise((resolve) => loop.atTurnEnd({ onTurnEnd: resolve }));
}

test("a task runs once, after the call that added it; flushes run after all tasks", async () => {
  const loop = new NodeLoop({ monotonicMs: () => 0, wallMs: () => 0 });
  const ran: string[] = [];
  loop.atFlush({ onTurnEnd: () => ran.push("flush") });
  loop.atTurnEnd({
    onTurnEnd: () => {
      ran.push("first");
      loop.atTurnEnd({ onTurnEnd: () => ran.push("added") });
      loop.atFlush({ onTurnEnd: () => ran.push("flush of the first") });
    },
  });
  loop.atTurnEnd({ onTurnEnd: () => ran.push("second") });
  assert.deepEqual(ran, []);
  await turnEnd(loop);
  assert.deepEqual(ran, ["first", "second", "added", "flush", "flush of the first"]);
  assert.equal(loop.turns, 1);
});

test("a task that adds itself again and again leaves the loop its turns", async () => {
  const loop = new NodeLoop({ monotonicMs: () => 0, wallMs: () => 0 });
  let goesOn = true;
  const again = {
    onTurnEnd(): void {
      if (goesOn) loop.atTurnEnd(again);
    },
  };
  loop.atTurnEnd(again);
  await new Promise((resolve) => setTimeout(resolve, 1));
  goesOn = false;
  await turnEnd(loop);
});

test("a stall counts as soon as somebody asks, and stays counted", async () => {
  let now = 1000;
  const loop = new NodeLoop({ monotonicMs: () => now, wallMs: () => 0 });
  loop.startProbe();
  assert.equal(loop.stalledMs(), 0);
  now += 45;
  assert.equal(loop.stalledMs(), 0, "no later than a probe may be");
  now += 1955;
  const stalled = loop.stalledMs();
  assert.ok(stalled > 1900 && stalled <= 2000);
  // Node's own probe runs meanwhile.
  await new Promise((resolve) => setTimeout(resolve, 60));
  assert.equal(loop.stalledMs(), stalled);
  loop.stopProbe();
  assert.equal(loop.stalledMs(), stalled);
});
