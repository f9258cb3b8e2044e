import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import { FrontBench } from "./front.test.support.js";

test("whose time-out is 0 has waited too long already, and nothing is done", () => {
  const bench = new FrontBench();
  bench.cluster.join(1);
  bench.cluster.createAssigned("a", [1]);
  const client = bench.connect();
  const topics = [{ name: "b", numPartitions: 1, replicationFactor: 1 }];
  client.send(Apis.CreateTopics, 7, { topics, timeoutMs: 0 });
  bench.answerCalls();
  const created = client.receive(Apis.CreateTopics, 7);
  assert.deepEqual([created.topics[0].name, created.topics[0].errorCode], ["b", ErrorCode.REQUEST_TIMED_OUT]);
  assert.equal(bench.cluster.image.topics.byName.has("b"), false);
  client.send(Apis.DeleteTopics, 6, { topics: [{ name: "a" }], timeoutMs: -1 });
  bench.answerCalls();
  assert.equal(client.receive(Apis.DeleteTopics, 6).responses[0].errorCode, ErrorCode.REQUEST_TIMED_OUT);
  assert.equal(bench.cluster.image.topics.byName.has("a"), true);
  // Of who only asks, no time-out is looked at.
  client.send(Apis.ListPartitionReassignments, 0, { timeoutMs: 0, topics: null });
  bench.answerCalls();
  assert.equal(client.receive(Apis.ListPartitionReassignments, 0).errorCode, ErrorCode.NONE);
});
