import assert from "node:assert/strict";
import { test } from "node:test";
import { FAR_LAG_EVERY_MS, GROUPS_A_ROUND, LAG_EVERY_MS, nextRound } from "./lag-rounds.js";
import { inOrder, nextSort } from "./sort.js";

function groups(from: number, to: number): { group: string }[] {
  return Array.from({ length: to - from }, (_, index) => ({ group: `g${from + index}` }));
}

test("groups in sight are asked for, and only again when their answers are old", () => {
  const inSight = groups(0, 3);
  const none: { group: string }[] = [];
  assert.deepEqual(nextRound(10_000, new Map(), inSight, none), inSight);
  const asked = new Map([
    ["g0", 9_000],
    ["g1", 9_000 - LAG_EVERY_MS],
  ]);
  assert.deepEqual(
    nextRound(10_000, asked, inSight, none).map(({ group }) => group),
    ["g2", "g1"],
  );
});

test("however many are in sight, a round is bounded, and each gets its turn", () => {
  const inSight = groups(0, 100);
  const asked = new Map<string, number>();
  let now = 10_000;
  for (let round = 0; round < 3; round++) {
    const wanted = nextRound(now, asked, inSight, []);
    assert.ok(wanted.length <= GROUPS_A_ROUND);
    for (const { group } of wanted) asked.set(group, now);
    now++;
  }
  assert.equal(asked.size, 100);
  assert.deepEqual(nextRound(now, asked, inSight, []), []);
});

test("others come after those in sight, each once, and again only after a longer time", () => {
  const inSight = groups(0, 10);
  const all = groups(0, 200);
  const asked = new Map<string, number>();
  let now = 100_000;
  for (let round = 0; round < 7; round++) {
    const wanted = nextRound(now, asked, inSight, all).map(({ group }) => group);
    assert.equal(new Set(wanted).size, wanted.length);
    for (const { group } of inSight) assert.ok(wanted.includes(group));
    assert.ok(wanted.slice(10).every((group) => !asked.has(group)));
    for (const group of wanted) asked.set(group, now);
    now += LAG_EVERY_MS;
  }
  assert.equal(asked.size, 200);
  assert.deepEqual(nextRound(now, asked, inSight, all), inSight);
  assert.equal(nextRound(now + FAR_LAG_EVERY_MS, asked, inSight, all).length, GROUPS_A_ROUND);
});

test("rows in order: what is not known stands last in either direction, and equals stay as they were", () => {
  const rows = [
    { name: "a", lag: 5 },
    { name: "b", lag: null },
    { name: "c", lag: 70 },
    { name: "d", lag: 5 },
  ];
  const names = (isDescending: boolean) =>
    inOrder(rows, ({ lag }) => lag, isDescending)
      .map(({ name }) => name)
      .join("");
  assert.equal(names(false), "adcb");
  assert.equal(names(true), "cadb");
});

test("a column's head turns the order and lets it go: numbers begin with the greatest", () => {
  assert.equal(nextSort(undefined, "lag", true), "-lag");
  assert.equal(nextSort("-lag", "lag", true), "lag");
  assert.equal(nextSort("lag", "lag", true), undefined);
  assert.equal(nextSort("-lag", "group", false), "group");
});
