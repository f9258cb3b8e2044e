import assert from "node:assert/strict";
import { test } from "node:test";
import { readRecords, writeBatch } from "./records.js";

const plan = {
  producerId: 5,
  producerEpoch: 0,
  baseSequence: 7,
  timestamp: 1_767_225_600_000,
  values: ["a", "x".repeat(300), ""],
};

test("what is written as a batch reads back, also after another one", () => {
  const bytes = writeBatch(plan);
  const two = new Uint8Array(bytes.length * 2);
  two.set(bytes, 0);
  two.set(bytes, bytes.length);
  const values = readRecords(two, []).map((record) => record.value);
  assert.deepEqual(values, [...plan.values, ...plan.values]);
});

test("a damaged batch is told", () => {
  const bytes = writeBatch(plan);
  bytes[80] ^= 1;
  assert.throws(() => readRecords(bytes, []), /wrong CRC/);
});
