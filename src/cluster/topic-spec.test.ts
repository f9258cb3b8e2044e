import assert from "node:assert/strict";
import { test } from "node:test";
import { parseBootstrapServers } from "./addresses.js";
import { ExitCode, Failure } from "./failure.js";
import { parseTopicSpec } from "./topic-spec.js";

const usage = (error: unknown): boolean => error instanceof Failure && error.exitCode === ExitCode.usage;

test("a topic is its name, with partitions and replication factor where given", () => {
  assert.deepEqual(parseTopicSpec("orders"), { name: "orders", partitions: null, replicationFactor: null });
  assert.deepEqual(parseTopicSpec("orders:6"), { name: "orders", partitions: 6, replicationFactor: null });
  assert.deepEqual(parseTopicSpec("o.r_d-1:6:3"), { name: "o.r_d-1", partitions: 6, replicationFactor: 3 });
  assert.deepEqual(parseTopicSpec("orders::3"), { name: "orders", partitions: null, replicationFactor: 3 });
});

for (const wrong of [
  "",
  ":3",
  "a b",
  ".",
  "..",
  "ö",
  "a:0",
  "a:-1",
  "a:1.5",
  "a:x",
  "a:1:0",
  "a:1:2:3",
  "a:10001",
  "x".repeat(250),
]) {
  test(`"${wrong.slice(0, 20)}" is no topic`, () => {
    assert.throws(() => parseTopicSpec(wrong), usage);
  });
}

test("addresses are host and port, several with commas, IPv6 in brackets", () => {
  assert.deepEqual(parseBootstrapServers("a:1, [::1]:9092,"), [
    { host: "a", port: 1 },
    { host: "::1", port: 9092 },
  ]);
});

for (const wrong of [
  "",
  ",",
  "localhost",
  "localhost:",
  ":9092",
  "localhost:0",
  "localhost:65536",
  "::1:9092",
  "a:b",
]) {
  test(`"${wrong}" is no address`, () => {
    assert.throws(() => parseBootstrapServers(wrong), usage);
  });
}
