import assert from "node:assert/strict";
import { test } from "node:test";
import { joined, observedAt } from "./clock-bounds.js";

test("a time lies between question and answer, and less surely the further it is from the sample", () => {
  const sample = { tNs: 1_000_000, fromNs: 50_000, toNs: 60_000 };
  assert.deepEqual(observedAt([sample], 1_000_000), { low: 50_000, high: 60_000 });
  assert.deepEqual(observedAt([sample], 1_100_000), { low: 149_900, high: 160_100 });
  assert.deepEqual(observedAt([], 5), { low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY });
});

test("several samples bound each other, and a slow one does no harm", () => {
  const slow = { tNs: 100, fromNs: 0, toNs: 5_000 };
  const late = { tNs: 100, fromNs: 1_000, toNs: 2_000 };
  const early = { tNs: 100, fromNs: 500, toNs: 1_400 };
  assert.deepEqual(observedAt([slow, late, early], 100), { low: 1_000, high: 1_400 });
  assert.deepEqual(joined([slow, late, early]), { tNs: 100, fromNs: 1_000, toNs: 1_400 });
});

test("what contradicts newer samples is left out: the machine was suspended in between", () => {
  const before = { tNs: 100, fromNs: 9_000, toNs: 9_100 };
  const after = { tNs: 100, fromNs: 1_000, toNs: 1_100 };
  assert.deepEqual(observedAt([before, after], 100), { low: 1_000, high: 1_100 });
});
