import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode } from "../../protocol/errors.js";
import { TestCluster } from "../controller.test.support.js";

function cluster(): TestCluster {
  const made = new TestCluster();
  for (const id of [1, 2, 3, 4, 5]) made.join(id);
  made.createAssigned("t", [1, 2, 3]);
  return made;
}

function move(c: TestCluster, replicas: number[] | null, allowReplicationFactorChange = true): number {
  const topics = [{ name: "t", partitions: [{ partitionIndex: 0, replicas }] }];
  const reply = c.send(45, 1, { timeoutMs: 1, allowReplicationFactorChange, topics });
  return (reply as { responses: { partitions: { errorCode: number }[] }[] }).responses[0].partitions[0].errorCode;
}

function listed(c: TestCluster): unknown {
  return (c.send(46, 0, { timeoutMs: 1, topics: null }) as { topics: unknown }).topics;
}

function assignment(c: TestCluster): string {
  const { replicas, addingReplicas, removingReplicas, isr, leader } = c.partition("t");
  return `${replicas} +${addingReplicas} -${removingReplicas} | isr ${isr} | ${leader}`;
}

test("a partition moves: new replicas are added, and when they are in sync the old ones go", () => {
  const c = cluster();
  assert.equal(move(c, [3, 4, 5]), ErrorCode.NONE);
  assert.equal(assignment(c), "3,4,5,1,2 +4,5 -1,2 | isr 1,2,3 | 1");
  assert.deepEqual(listed(c), [
    {
      name: "t",
      partitions: [{ partitionIndex: 0, replicas: [3, 4, 5, 1, 2], addingReplicas: [4, 5], removingReplicas: [1, 2] }],
    },
  ]);
  c.alterPartition("t", 0, [1, 2, 3, 4]);
  assert.equal(assignment(c), "3,4,5,1,2 +4,5 -1,2 | isr 1,2,3,4 | 1");
  const { leaderEpoch } = c.partition("t");
  assert.equal(c.alterPartition("t", 0, [1, 2, 3, 4, 5]).errorCode, ErrorCode.NEW_LEADER_ELECTED);
  assert.equal(assignment(c), "3,4,5 + - | isr 3,4,5 | 3");
  assert.equal(c.partition("t").leaderEpoch, leaderEpoch + 1);
  assert.deepEqual(listed(c), []);
});

test("a move that is taken back leaves the partition where it was", () => {
  const c = cluster();
  move(c, [4, 5, 1]);
  c.alterPartition("t", 0, [1, 2, 3, 4]);
  assert.equal(move(c, null), ErrorCode.NONE);
  assert.equal(assignment(c), "1,2,3 + - | isr 1,2,3 | 1");
  assert.equal(move(c, null), ErrorCode.NO_REASSIGNMENT_IN_PROGRESS);
});

test("a move that cannot be gets its own error", () => {
  const c = cluster();
  assert.equal(move(c, []), ErrorCode.INVALID_REPLICA_ASSIGNMENT);
  assert.equal(move(c, [1, 1]), ErrorCode.INVALID_REPLICA_ASSIGNMENT);
  assert.equal(move(c, [1, 9]), ErrorCode.INVALID_REPLICA_ASSIGNMENT);
  assert.equal(move(c, [1, 2], false), ErrorCode.INVALID_REPLICATION_FACTOR);
  const topics = [{ name: "none", partitions: [{ partitionIndex: 0, replicas: [1] }] }];
  const reply = c.send(45, 1, { timeoutMs: 1, allowReplicationFactorChange: true, topics });
  const [{ partitions }] = (reply as { responses: { partitions: { errorCode: number }[] }[] }).responses;
  assert.equal(partitions[0].errorCode, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  assert.equal(assignment(c), "1,2,3 + - | isr 1,2,3 | 1");
});

test("fewer replicas: the partition shrinks once those that stay are in sync", () => {
  const c = cluster();
  assert.equal(move(c, [2, 3]), ErrorCode.NONE);
  assert.equal(assignment(c), "2,3 + - | isr 2,3 | 2");
});
