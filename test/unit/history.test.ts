import assert from "node:assert/strict";
import { test } from "node:test";
import { assertExactlyOnceInOrder, type Read } from "../support/history.js";

// The judge of the tests on real processes is itself judged.

const PARTITIONS = 2;
const whole: Read[] = Array.from({ length: 6 }, (_, sequence) => ({
  partition: sequence % PARTITIONS,
  offset: sequence >> 1,
  sequence,
}));

function judge(read: readonly Read[]): void {
  assertExactlyOnceInOrder(whole, read, whole.length, PARTITIONS);
}

test("a whole history passes, in any order between partitions", () => {
  judge(whole);
  judge([...whole].sort((a, b) => a.partition - b.partition || a.offset - b.offset));
});

test("a lost record is seen", () => {
  assert.throws(() => judge(whole.filter((each) => each.sequence !== 3)), /lost: 3/);
});

test("a doubled record is seen", () => {
  assert.throws(() => judge([...whole, { partition: 1, offset: 3, sequence: 5 }]), /5 was read twice/);
});

test("a reordered record is seen", () => {
  const swapped = whole.map((each) => ({ ...each }));
  [swapped[0], swapped[2]] = [swapped[2], swapped[0]];
  assert.throws(() => judge(swapped), /came after/);
});

test("a record at another offset than was acknowledged is seen", () => {
  assert.throws(
    () => judge(whole.map((each) => (each.sequence === 5 ? { ...each, offset: 7 } : each))),
    /acknowledged/,
  );
});

test("a record in another partition is seen", () => {
  assert.throws(
    () => judge(whole.map((each) => (each.sequence === 5 ? { ...each, partition: 0, offset: 9 } : each))),
    /partition/,
  );
});

test("a record that was not acknowledged is seen", () => {
  assert.throws(
    () => assertExactlyOnceInOrder(whole.slice(1), whole, whole.length, PARTITIONS),
    /every record was acknowledged/,
  );
});
