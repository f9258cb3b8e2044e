import assert from "node:assert/strict";
import { test } from "node:test";
import { DiskError } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import { registration, TestReplicas, TOPIC } from "./replica-manager.test.support.js";

test("acks=all is answered once every member of the ISR has the record", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1 });
  const append = replicas.append(-1);
  replicas.ports.settle();
  assert.equal(append.isAnswered, false);
  replicas.replicaFetch(2, 1);
  replicas.ports.settle();
  assert.equal(append.isAnswered, false, "one follower is not all");
  replicas.replicaFetch(3, 1);
  replicas.ports.settle();
  assert.equal(append.isAnswered, true);
  assert.equal(append.only.error, ErrorCode.NONE);
  assert.equal(append.only.baseOffset, 0);
  assert.equal(replicas.manager.partition(TOPIC, 0)?.highWatermark, 1);
});

test("a leader counts itself only once its own write is done, though followers may have the record before", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1 });
  const append = replicas.append(-1);
  // Nothing was written yet: the turn has not ended.
  const read = replicas.replicaFetch(2, 0);
  assert.ok(read.only.bytes > 0, "followers are served from memory");
  replicas.replicaFetch(2, 1);
  replicas.replicaFetch(3, 1);
  assert.equal(partition.highWatermark, 0);
  replicas.ports.settle();
  assert.equal(partition.highWatermark, 1);
  assert.equal(append.isAnswered, true);
});

test("with ack.after=fsync a leader counts what it synced", () => {
  const replicas = new TestReplicas({ flushAfterWrite: true });
  const partition = replicas.create({ leader: 1 });
  replicas.append(-1);
  replicas.replicaFetch(2, 1);
  replicas.replicaFetch(3, 1);
  replicas.ports.settle();
  assert.equal(partition.log?.flushedOffset, 1);
  assert.equal(partition.highWatermark, 1);
});

test("acks=1 is answered once the leader has written, acks=0 at once", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1 });
  const none = replicas.append(0);
  assert.equal(none.isAnswered, true);
  const one = replicas.append(1);
  assert.equal(one.isAnswered, false);
  replicas.ports.settle();
  assert.equal(one.isAnswered, true);
  assert.equal(one.only.baseOffset, 1);
});

test("with fewer in sync than min.insync.replicas nothing is appended and the high watermark stands still", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1, isr: [1] });
  const refused = replicas.append(-1);
  assert.equal(refused.only.error, ErrorCode.NOT_ENOUGH_REPLICAS);
  assert.equal(partition.log?.appendEndOffset, 0);
  const one = replicas.append(1);
  replicas.ports.settle();
  assert.equal(one.only.error, ErrorCode.NONE);
  assert.equal(partition.highWatermark, 0);
});

test("min.insync.replicas above the number of replicas asks for all of them, not for more", () => {
  const replicas = new TestReplicas({ minInsyncReplicas: 2 });
  replicas.create({ leader: 1, replicas: [1] });
  const append = replicas.append(-1);
  replicas.ports.settle();
  assert.equal(append.only.error, ErrorCode.NONE);
  assert.equal(append.isAnswered, true);
});

test("what waits is answered with a time-out when its time is over, and the record stays", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1 });
  const append = replicas.append(-1);
  replicas.ports.advance(1200);
  assert.equal(append.only.error, ErrorCode.REQUEST_TIMED_OUT);
  assert.equal(partition.log?.logEndOffset, 1);
  assert.equal(partition.commitWaits.length, 0);
});

test("when another broker leads, those that wait are sent to it", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1 });
  const append = replicas.append(-1);
  const fetch = replicas.consumerFetch(0, { maxWaitMs: 500 });
  replicas.change({ leader: -1, isr: [2] });
  assert.equal(append.only.error, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  assert.equal(append.isAnswered, true);
  assert.equal(fetch.isAnswered, true);
  assert.equal(fetch.only.errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  assert.equal(replicas.append(-1).only.error, ErrorCode.NOT_LEADER_OR_FOLLOWER);
});

test("a retry of a batch waits for the high watermark like the first attempt", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1 });
  const producer = { producerId: 7, producerEpoch: 0, baseSequence: 0 };
  replicas.append(-1, "a", producer);
  const retry = replicas.append(-1, "a", producer);
  replicas.ports.settle();
  assert.equal(retry.isAnswered, false);
  replicas.replicaFetch(2, 1);
  replicas.replicaFetch(3, 1);
  replicas.ports.settle();
  assert.equal(retry.only.error, ErrorCode.NONE);
  assert.equal(retry.only.baseOffset, 0);
  assert.equal(replicas.manager.partition(TOPIC, 0)?.log?.appendEndOffset, 1);
});

test("a follower that caught up is proposed for the ISR, and respected before the controller has answered", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1, isr: [1, 2] });
  replicas.append(-1);
  replicas.replicaFetch(2, 1);
  replicas.ports.settle();
  assert.equal(partition.highWatermark, 1);
  replicas.replicaFetch(3, 1);
  replicas.ports.settle();
  assert.deepEqual(replicas.controller.isrs, [[1, 2, 3]]);
  assert.deepEqual([...partition.maximalIsr], [1, 2, 3]);
  // The controller may have accepted it already: what follower 3 does not have is not committed.
  replicas.append(-1);
  replicas.replicaFetch(2, 2);
  replicas.ports.settle();
  assert.equal(partition.highWatermark, 1);
  replicas.controller.answer({ isr: [1, 2, 3], partitionEpoch: 1 });
  replicas.ports.settle();
  assert.deepEqual([...partition.isr], [1, 2, 3]);
  assert.equal(partition.highWatermark, 1);
  replicas.replicaFetch(3, 2);
  assert.equal(partition.highWatermark, 2);
});

test("nobody joins the ISR who is fenced, of another incarnation, or short of the leader's epoch", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1, isr: [1, 2] });
  replicas.replicaFetch(3, 0, { brokerEpoch: 99 });
  replicas.ports.settle();
  assert.deepEqual(replicas.controller.isrs, [], "its broker epoch is an old one");
  replicas.apply([registration(3, { fenced: true, epoch: 104 })]);
  replicas.replicaFetch(3, 0, { brokerEpoch: 104 });
  replicas.ports.settle();
  assert.deepEqual(replicas.controller.isrs, [], "it is fenced");
  replicas.append(1);
  replicas.ports.settle();
  replicas.apply([registration(3, { epoch: 105 })]);
  replicas.change({ leader: 1 });
  assert.equal(partition.epochStartOffset, 1);
  replicas.replicaFetch(3, 0, { brokerEpoch: 105 });
  replicas.ports.settle();
  assert.deepEqual(replicas.controller.isrs, [], "it does not reach the epoch's start");
  replicas.replicaFetch(3, 1, { brokerEpoch: 105 });
  replicas.ports.settle();
  assert.deepEqual(replicas.controller.isrs, [[1, 2, 3]]);
});

test("who does not keep up is taken out of the ISR, and until that is accepted nothing is committed without it", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1 });
  const append = replicas.append(-1);
  replicas.ports.settle();
  for (let i = 0; i < 60; i++) {
    replicas.ports.advance(1000);
    replicas.replicaFetch(2, 1);
  }
  replicas.ports.settle();
  assert.deepEqual(replicas.controller.isrs, [[1, 2]]);
  assert.equal(partition.highWatermark, 0);
  replicas.controller.answer({ isr: [1, 2], partitionEpoch: 1 });
  replicas.ports.settle();
  assert.equal(partition.highWatermark, 1);
  assert.equal(append.only.error, ErrorCode.REQUEST_TIMED_OUT, "its time was over long before");
});

test("an ISR that the controller refuses for good is given up, one that it refuses for now is asked for again", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1, isr: [1, 2] });
  replicas.replicaFetch(3, 0);
  replicas.ports.settle();
  replicas.controller.answer({ errorCode: ErrorCode.NOT_CONTROLLER });
  assert.deepEqual(replicas.controller.isrs, []);
  replicas.ports.advance(60);
  assert.deepEqual(replicas.controller.isrs, [[1, 2, 3]]);
  replicas.controller.answer({ errorCode: ErrorCode.INELIGIBLE_REPLICA });
  assert.deepEqual([...partition.maximalIsr], [1, 2]);
});

test("news of the metadata that was known from the controller's answer does not undo a proposal that builds on it", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1, isr: [1] });
  replicas.replicaFetch(2, 0);
  replicas.ports.settle();
  replicas.controller.answer({ isr: [1, 2], partitionEpoch: 1 });
  replicas.replicaFetch(3, 0);
  replicas.ports.settle();
  replicas.change({ isr: [1, 2] });
  assert.deepEqual([...partition.maximalIsr], [1, 2, 3]);
});

test("a leader whose write failed stops leading before it answers anybody", () => {
  const replicas = new TestReplicas();
  const partition = replicas.create({ leader: 1 });
  const append = replicas.append(-1);
  replicas.ports.disk.fail = (name, path) => (name === "write" ? new DiskError("EIO", path, "broken") : null);
  replicas.ports.settle();
  assert.equal(append.only.error, ErrorCode.KAFKA_STORAGE_ERROR);
  assert.equal(partition.isLeader, false);
  assert.equal(partition.log, null);
  assert.equal(replicas.replicaFetch(2, 0).only.errorCode, ErrorCode.KAFKA_STORAGE_ERROR);
});

test("a topic that is deleted takes its log along, and one of the same name begins with an empty log", () => {
  const replicas = new TestReplicas();
  replicas.create({ leader: 1, isr: [1], replicas: [1] });
  replicas.append(1);
  replicas.ports.settle();
  const before = replicas.manager.partitions();
  replicas.apply([
    { kind: "RemoveTopicRecord", version: 0, value: { topicId: replicas.image.topics.byName.get(TOPIC)?.id ?? "" } },
  ]);
  assert.equal(replicas.manager.partitions().length, 0);
  assert.notEqual(replicas.manager.partitions(), before);
  assert.equal(replicas.append(1).only.error, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
  const again = replicas.create({ leader: 1, replicas: [1] }, "KZH3TQyVTOCWWpLhbxpxjQ");
  assert.equal(again.log?.appendEndOffset, 0);
});
