import assert from "node:assert/strict";
import { test } from "node:test";
import { ErrorCode, errorName } from "../protocol/errors.js";
import { GroupLab, TOPIC_ID } from "./testing/group-lab.js";

class TransactionalLab extends GroupLab {
  /** A producer commits a position of the group within its transaction. */
  send(producerId: number, groupId: string, partition: number, offset: number, generation = -1): string {
    let answer = "nothing";
    const committed = {
      partitionIndex: partition,
      committedOffset: offset,
      committedLeaderEpoch: -1,
      committedMetadata: "",
    };
    this.coordinator.commitTransactionalOffsets(
      producerId,
      0,
      {
        groupId,
        memberId: generation < 0 ? "" : "m",
        generationIdOrMemberEpoch: generation,
        groupInstanceId: null,
        retentionTimeMs: -1,
        topics: [{ name: "orders", topicId: TOPIC_ID, partitions: [committed] }],
      },
      (error) => {
        answer = errorName(error);
      },
    );
    this.logs.settle();
    return answer;
  }

  end(producerId: number, commit: boolean): string {
    let answer = "nothing";
    this.coordinator.endTransaction(0, { producerId, producerEpoch: 0, coordinatorEpoch: 1, commit }, (error) => {
      answer = errorName(error);
    });
    this.logs.settle();
    return answer;
  }

  /** As a consumer asks that reads committed records only. */
  stable(groupId: string, partition: number): string | number {
    let answer: string | number = "nothing";
    const topics = [{ name: "orders", topicId: TOPIC_ID, partitionIndexes: [partition] }];
    this.coordinator.fetchOffsets({ groupId, memberId: null, memberEpoch: -1, topics }, true, (result) => {
      const [offset] = result.topics[0].partitions;
      answer = offset.errorCode === 0 ? offset.committedOffset : errorName(offset.errorCode);
    });
    this.logs.settle();
    return answer;
  }
}

test("positions of a transaction count when it commits; until then the old ones do, and whoever wants stable ones waits", () => {
  const lab = new TransactionalLab();
  lab.commit("s", "orders", { 0: 5 });
  assert.equal(lab.send(7, "s", 0, 9), "NONE");
  assert.deepEqual(lab.positions("s"), { "orders-0": 5 });
  assert.equal(lab.stable("s", 0), "UNSTABLE_OFFSET_COMMIT");
  assert.equal(lab.stable("s", 1), -1);
  assert.equal(lab.end(7, true), "NONE");
  assert.equal(lab.stable("s", 0), 9);
});

test("positions of a transaction that is aborted never count", () => {
  const lab = new TransactionalLab();
  lab.send(7, "s", 0, 9);
  assert.equal(lab.stable("s", 0), "UNSTABLE_OFFSET_COMMIT");
  lab.end(7, false);
  assert.equal(lab.stable("s", 0), -1);
});

test("a position that was committed after the transaction's stays, though the transaction ends later", () => {
  const lab = new TransactionalLab();
  lab.send(7, "s", 0, 9);
  lab.commit("s", "orders", { 0: 20 });
  lab.end(7, true);
  assert.equal(lab.stable("s", 0), 20);
});

test("transactions are as they were when another broker takes over: open ones stay open, ended ones count", () => {
  const lab = new TransactionalLab();
  lab.send(7, "s", 0, 9);
  lab.end(7, true);
  lab.send(8, "s", 1, 11);
  lab.send(9, "s", 1, 12);
  lab.moveAway();
  assert.deepEqual(lab.positions("s"), { "orders-0": 9 });
  assert.equal(lab.stable("s", 1), "UNSTABLE_OFFSET_COMMIT");
  lab.end(9, true);
  assert.equal(lab.stable("s", 1), "UNSTABLE_OFFSET_COMMIT", "the other one is open still");
  lab.end(8, false);
  assert.equal(lab.stable("s", 1), 12);
  lab.moveAway();
  assert.deepEqual(lab.positions("s"), { "orders-0": 9, "orders-1": 12 });
});

test("a generation that nobody knows commits nothing, within a transaction either", () => {
  const lab = new TransactionalLab();
  assert.equal(lab.send(7, "s", 0, 9, 3), "ILLEGAL_GENERATION");
  lab.commit("s", "orders", { 1: 1 });
  assert.equal(lab.send(7, "s", 0, 9, 3), "UNKNOWN_MEMBER_ID");
  assert.equal(lab.stable("s", 0), -1);
});

test("what the log refuses of a transaction has no effect, and the others go on", () => {
  const lab = new TransactionalLab();
  lab.commit("s", "orders", { 0: 5 });
  lab.logs.nextAppendError = ErrorCode.INVALID_PRODUCER_EPOCH;
  assert.equal(lab.send(7, "s", 0, 9), "INVALID_PRODUCER_EPOCH");
  assert.equal(lab.stable("s", 0), 5);
});

test("deleting a group forgets what open transactions have for it", () => {
  const lab = new TransactionalLab();
  lab.send(7, "s", 0, 9);
  assert.equal(lab.deleteGroup("s"), "NONE");
  lab.end(7, true);
  assert.deepEqual(lab.positions("s"), {});
  lab.moveAway();
  assert.deepEqual(lab.positions("s"), {});
});
