import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "../../protocol/errors.js";
import { TestCluster, testUuid } from "../controller.test.support.js";

function withTopic(): TestCluster {
  const cluster = new TestCluster();
  for (const id of [1, 2, 3, 4]) cluster.join(id);
  cluster.createAssigned("t", [1, 2, 3]);
  return cluster;
}

test("the leader shrinks and expands the ISR; the reply has the new state", () => {
  const c = withTopic();
  const shrunk = c.alterPartition("t", 0, [1, 2]);
  assert.deepEqual(
    [shrunk.errorCode, shrunk.leaderId, shrunk.isr, shrunk.leaderEpoch, shrunk.partitionEpoch],
    [0, 1, [1, 2], 0, 1],
  );
  const expanded = c.alterPartition("t", 0, [1, 2, 3]);
  assert.deepEqual([expanded.isr, expanded.partitionEpoch], [[1, 2, 3], 2]);
});

test("below min ISR, who is shrunk out stays eligible until the ISR is whole again", () => {
  const c = withTopic();
  c.alterPartition("t", 0, [1, 2]);
  c.alterPartition("t", 0, [1]);
  assert.equal(c.describe("t"), "1 | isr 1 | elr 2 | last -");
  c.alterPartition("t", 0, [1, 3]);
  assert.equal(c.describe("t"), "1 | isr 1,3 | elr - | last -");
});

test("the same ISR again writes nothing and is no error", () => {
  const c = withTopic();
  const before = c.log.logEndOffset;
  assert.deepEqual(c.alterPartition("t", 0, [1, 2, 3]).partitionEpoch, 0);
  assert.equal(c.log.logEndOffset, before);
});

test("each proposal that cannot be gets its own error", () => {
  const c = withTopic();
  const code = (isr: number[], alter: Parameters<TestCluster["alterPartition"]>[3]) =>
    c.alterPartition("t", 0, isr, alter).errorCode;
  c.alterPartition("t", 0, [1, 2]);
  c.controller.fenceDead(4);
  c.commit();
  assert.equal(code([1], { brokerEpoch: 0 }), ErrorCode.STALE_BROKER_EPOCH);
  assert.equal(code([1], { topicId: testUuid("unknown", 1) }), ErrorCode.UNKNOWN_TOPIC_ID);
  assert.equal(code([1], { leaderEpoch: 1 }), ErrorCode.NOT_CONTROLLER);
  assert.equal(code([1], { partitionEpoch: 2 }), ErrorCode.NOT_CONTROLLER);
  assert.equal(code([1], { partitionEpoch: 0 }), ErrorCode.INVALID_UPDATE_VERSION);
  assert.equal(code([2], { brokerId: 2 }), ErrorCode.INVALID_REQUEST);
  assert.equal(code([], {}), ErrorCode.INVALID_REQUEST);
  assert.equal(code([1, 1], {}), ErrorCode.INVALID_REQUEST);
  assert.equal(code([1, 4], {}), ErrorCode.INVALID_REQUEST);
  assert.equal(code([2, 3], {}), ErrorCode.INVALID_REQUEST);
  assert.equal(code([1], { leaderRecoveryState: 1 }), ErrorCode.INVALID_REQUEST);
  assert.equal(code([1, 2, 3], { memberEpoch: 0 }), ErrorCode.INELIGIBLE_REPLICA);
  assert.equal(c.describe("t"), "1 | isr 1,2 | elr - | last -");
});

test("a leader of an earlier epoch is fenced", () => {
  const c = withTopic();
  c.controller.fenceDead(1);
  c.commit();
  c.heartbeat(1);
  assert.equal(
    c.alterPartition("t", 0, [1, 2, 3], { brokerId: 1, leaderEpoch: 0, partitionEpoch: 0 }).errorCode,
    ErrorCode.FENCED_LEADER_EPOCH,
  );
});

test("a fenced broker does not enter the ISR", () => {
  const c = withTopic();
  c.controller.fenceDead(3);
  c.commit();
  assert.equal(c.alterPartition("t", 0, [1, 2, 3]).errorCode, ErrorCode.INELIGIBLE_REPLICA);
});

test("a race: an expansion decided for a broker's old incarnation does not count for its new one", () => {
  const c = withTopic();
  c.alterPartition("t", 0, [1, 2]);
  const oldEpoch = c.image.cluster.brokers.get(3)?.epoch;
  c.controller.fenceDead(3);
  c.join(3, { incarnationId: testUuid("restarted", 3) });
  assert.equal(c.alterPartition("t", 0, [1, 2, 3], { memberEpoch: oldEpoch }).errorCode, ErrorCode.INELIGIBLE_REPLICA);
});

test("a race: of two proposals against one partition epoch, the second is refused before the first is committed", () => {
  const c = withTopic();
  c.autoCommit = false;
  const topic = c.topic("t");
  const request = (isr: number[]) => ({
    brokerId: 1,
    brokerEpoch: c.image.cluster.brokers.get(1)?.epoch,
    topics: [
      {
        topicId: topic.id,
        partitions: [
          {
            partitionIndex: 0,
            leaderEpoch: 0,
            newIsr: isr,
            newIsrWithEpochs: [],
            leaderRecoveryState: 0,
            partitionEpoch: 0,
          },
        ],
      },
    ],
  });
  const replies: unknown[] = [];
  const context = { principal: "", clientHost: "", listener: "", timeoutMs: 1000 };
  for (const isr of [
    [1, 2],
    [1, 3],
  ]) {
    c.controller.handle(56, 2, request(isr), context, (reply) => replies.push(reply));
  }
  assert.equal(replies.length, 0);
  c.commit();
  const codes = replies.map((reply) => (reply as ReplyV2).topics[0].partitions[0].errorCode);
  assert.deepEqual(codes, [ErrorCode.NONE, ErrorCode.INVALID_UPDATE_VERSION]);
  assert.equal(c.describe("t"), "1 | isr 1,2 | elr - | last -");
});

interface ReplyV2 {
  topics: { partitions: { errorCode: number }[] }[];
}

test("a leader that has recovered from an unclean election says so", () => {
  const c = withTopic();
  c.createAssigned("u", [1, 2]);
  c.alterPartition("u", 0, [1]);
  c.controller.fenceDead(1);
  c.controller.fenceDead(2);
  c.commit();
  c.join(2, { incarnationId: testUuid("back", 2) });
  c.send(43, 2, { electionType: 1, topicPartitions: [{ topic: "u", partitions: [0] }], timeoutMs: 1000 });
  assert.equal(c.partition("u").leaderRecoveryState, 1);
  assert.equal(c.alterPartition("u", 0, [2], { leaderRecoveryState: 0 }).leaderRecoveryState, 0);
  assert.equal(c.partition("u").leaderRecoveryState, 0);
});
