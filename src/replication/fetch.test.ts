import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "../protocol/errors.js";
import { offsetsOf } from "../storage/testing/batches.js";
import { FetchPart } from "./fetch-operation.js";
import { fetchPosition, takeRecords, truncateToDiverging } from "./follower-log.js";
import { TestFetch, TestReplicas, TOPIC, TOPIC_ID } from "./replica-manager.test.support.js";

test("consumers see what is committed, and hear of it the moment it is", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1 });
  replicas.append(1);
  replicas.ports.settle();
  assert.equal(replicas.consumerFetch(0).only.bytes, 0);
  const waiting = replicas.consumerFetch(0, { maxWaitMs: 500 });
  replicas.replicaFetch(2, 1);
  replicas.ports.settle();
  assert.equal(waiting.isAnswered, false);
  replicas.replicaFetch(3, 1);
  replicas.ports.settle();
  assert.equal(waiting.isAnswered, true);
  assert.deepEqual(offsetsOf(waiting.only), [[0, 0]]);
  assert.equal(waiting.only.highWatermark, 1);
});

test("a follower's fetch that waits is answered from memory, with all that one turn appended", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1 });
  const waiting = replicas.replicaFetch(2, 0, { maxWaitMs: 500 });
  replicas.append(1);
  replicas.append(1);
  assert.equal(waiting.isAnswered, false);
  replicas.ports.loop.endTurn();
  assert.deepEqual(offsetsOf(waiting.only), [
    [0, 0],
    [1, 1],
  ]);
});

test("a fetch without news ends when its time is over", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1 });
  const waiting = replicas.consumerFetch(0, { maxWaitMs: 500 });
  replicas.ports.advance(499);
  assert.equal(waiting.isAnswered, false);
  replicas.ports.advance(1);
  assert.equal(waiting.isAnswered, true);
  assert.equal(waiting.only.errorCode, ErrorCode.NONE);
  assert.equal(replicas.manager.partition(TOPIC, 0)?.consumerFetches.length, 0);
});

test("a follower hears of a new high watermark soon, though there is no data for it", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1 });
  replicas.append(1);
  replicas.ports.settle();
  replicas.replicaFetch(3, 1);
  const waiting = replicas.replicaFetch(2, 1, { maxWaitMs: 500 });
  replicas.ports.advance(25);
  assert.equal(waiting.isAnswered, true);
  assert.equal(waiting.only.highWatermark, 1);
});

test("the first batch comes even when it is larger than what was asked for, and then it alone", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1, replicas: [1] });
  replicas.append(1);
  replicas.append(1);
  replicas.ports.settle();
  const fetch = replicas.consumerFetch(0, { maxBytes: 1 });
  assert.deepEqual(offsetsOf(fetch.only), [[0, 0]]);
});

test("who knows another leader epoch is told which way the difference goes", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1, leaderEpoch: 5 });
  const old = replicas.replicaFetch(2, 0, { epoch: 4 });
  assert.equal(old.only.errorCode, ErrorCode.FENCED_LEADER_EPOCH);
  assert.equal(old.only.leaderId, 1);
  assert.equal(replicas.replicaFetch(2, 0, { epoch: 6 }).only.errorCode, ErrorCode.UNKNOWN_LEADER_EPOCH);
  assert.equal(replicas.replicaFetch(7, 0).only.errorCode, ErrorCode.UNKNOWN_LEADER_EPOCH, "no replica yet");
});

test("a follower whose epoch ends elsewhere, or that has more than the leader, is told where they diverge", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1, leaderEpoch: 3 });
  replicas.append(1);
  replicas.ports.settle();
  replicas.change({ leader: 1 });
  replicas.append(1);
  replicas.ports.settle();
  const diverging = replicas.replicaFetch(2, 2, { lastEpoch: 3 });
  assert.equal(diverging.only.divergingEpoch, 3);
  assert.equal(diverging.only.divergingEndOffset, 1);
  assert.equal(diverging.only.bytes, 0);
  assert.equal(replicas.replicaFetch(2, 9, { lastEpoch: 3 }).only.divergingEndOffset, 1);
  assert.equal(partition.replica(2)?.endOffset, -1, "it is not known what it has");
  assert.equal(replicas.replicaFetch(2, 1, { lastEpoch: 3 }).only.divergingEpoch, -1);
  assert.equal(partition.replica(2)?.endOffset, 1);
});

test("positions outside of the log, unknown topics and missing partitions have their errors", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1 });
  assert.equal(replicas.consumerFetch(5).only.errorCode, ErrorCode.OFFSET_OUT_OF_RANGE);
  const errorOf = (part: FetchPart): number => {
    const fetch = new TestFetch(18, -1, -1, 0, 1, 1000, false, "");
    fetch.parts = [part];
    replicas.manager.fetch(fetch);
    return part.errorCode;
  };
  assert.equal(errorOf(new FetchPart("", "QZH3TQyVTOCWWpLhbxpxjQ", 0)), ErrorCode.UNKNOWN_TOPIC_ID);
  assert.equal(errorOf(new FetchPart("", TOPIC_ID, 1)), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  assert.equal(errorOf(new FetchPart("nope", "", 0)), ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
});

test("a follower that diverges cuts its log to the end of the epoch that both have", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1, leaderEpoch: 1 });
  const { log } = partition;
  assert.ok(log !== null);
  for (let i = 0; i < 4; i++) replicas.append(1);
  replicas.change({ leader: 1 });
  replicas.append(1);
  replicas.ports.settle();
  replicas.change({ leader: -1 });
  // Epochs here: 1 up to 4, 2 up to 5. The leader's epoch 1 ends at 2.
  truncateToDiverging(log, 1, 2);
  assert.equal(log.appendEndOffset, 2);
  assert.equal(log.latestEpoch, 1);
});

test("a damaged log is followed from the damage on, and what lies behind stays until there is better", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1, leaderEpoch: 1 });
  const { log } = partition;
  assert.ok(log !== null);
  for (let i = 0; i < 3; i++) replicas.append(1);
  replicas.ports.settle();
  const batch = replicas.replicaFetch(2, 1).only.chunks[0].slice();
  log.markDamaged({ offset: 1, reason: "bad bytes", expectedEnd: 3, detail: "of a test" });
  replicas.ports.settle();
  assert.equal(partition.isLeader, false, "nobody leads from a damaged log");
  assert.equal(replicas.controller.asked.at(-1)?.api.name, "AssignReplicasToDirs");
  assert.equal(fetchPosition(partition, log), 1);
  assert.equal(log.appendEndOffset, 3);
  assert.equal(takeRecords(partition, log, batch), ErrorCode.NONE);
  assert.ok(log.appendEndOffset > 1);
  assert.equal(fetchPosition(partition, log), log.appendEndOffset);
});

test("with a damaged log the broker has not started before the controller knows of the loss", () => {
  const replicas = new TestReplicas();
  const { log } = replicas.create({ leader: 1, leaderEpoch: 1 });
  assert.ok(log !== null);
  for (let i = 0; i < 3; i++) replicas.append(1);
  replicas.ports.settle();
  replicas.restart();
  assert.equal(replicas.started, 1, "undamaged");
  log.markDamaged({ offset: 1, reason: "bad bytes", expectedEnd: 3, detail: "of a test" });
  replicas.ports.settle();
  replicas.restart();
  const [{ api, handler }] = replicas.controller.asked;
  assert.equal(api.name, "AssignReplicasToDirs");
  assert.equal(replicas.started, 0);
  handler.onResponse({ throttleTimeMs: 0, errorCode: ErrorCode.NONE, directories: [] } as never, 0);
  assert.equal(replicas.started, 1);
});

test("records are deleted on all replicas, or the time is over", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1, replicas: [1] });
  for (let i = 0; i < 3; i++) replicas.append(1);
  replicas.ports.settle();
  assert.equal(partition.highWatermark, 3);
  assert.equal(partition.log?.logStartOffset, 0);
  assert.equal(replicas.consumerFetch(1).only.errorCode, ErrorCode.NONE);
  const done = replicas.deleteRecords(2);
  assert.equal(done.parts[0].error, ErrorCode.NONE);
  assert.equal(done.parts[0].lowWatermark, 2);
  assert.equal(replicas.consumerFetch(1).only.errorCode, ErrorCode.OFFSET_OUT_OF_RANGE);
  assert.equal(replicas.deleteRecords(9).parts[0].error, ErrorCode.OFFSET_OUT_OF_RANGE);
  assert.equal(replicas.deleteRecords(-1).parts[0].lowWatermark, 3);
});

test("a fetch that has no room for a partition's next batch says so, and that partition has its turn when it comes first", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1, replicas: [1] });
  const other = "KZH3TQyVTOCWWpLhbxpxjQ";
  replicas.create({ leader: 1, replicas: [1] }, other, "u");
  replicas.append(1, "small");
  replicas.append(1, "x".repeat(2000), {}, "u");
  replicas.ports.settle();
  const fetch = (...topicIds: string[]): TestFetch => {
    const operation = new TestFetch(18, -1, -1, 0, 1, 1048576, false, "");
    operation.parts = topicIds.map((topicId) => {
      const part = new FetchPart("", topicId, 0);
      part.fetchOffset = 0;
      part.partitionMaxBytes = 1000;
      return part;
    });
    replicas.manager.fetch(operation);
    return operation;
  };
  const starving = fetch(TOPIC_ID, other);
  assert.ok(starving.parts[0].bytes > 0);
  assert.equal(starving.parts[1].bytes, 0, "its batch is larger than its share");
  assert.equal(starving.isStarving, true, "whoever holds the session lets the other partition come first");
  const turned = fetch(other, TOPIC_ID);
  assert.ok(turned.parts[0].bytes > 2000);
  assert.equal(turned.isStarving, false);
});
