import assert from "node:assert/strict";
import { test } from "node:test";
import { keyPartition } from "./partitioner.js";

// Taken from BuiltInPartitioner.partitionForKey of Apache Kafka 4.3.1 with one million partitions.
const VECTORS: [string, number][] = [
  ["", 646681],
  ["a", 102524],
  ["ab", 155434],
  ["abc", 470107],
  ["abcd", 834100],
  ["order-4711", 983611],
  ["schlüssel", 429656],
];

test("a key goes to the partition that Kafka's own producer chooses", () => {
  for (const [key, partition] of VECTORS) {
    assert.equal(keyPartition(new TextEncoder().encode(key), 1_000_000), partition, key);
  }
});
