import assert from "node:assert/strict";
import { test } from "node:test";
import { nodeConfigOf } from "../config/node-config-from.js";
import { MetadataDelta } from "../metadata/delta.js";
import { emptyImage, type MetadataImage } from "../metadata/image.js";
import { errorName } from "../protocol/errors.js";
import { OFFSETS_TOPIC, offsetsTopicSpec, partitionForGroup } from "./offsets-topic.js";
import { GroupLab, TOPIC_ID } from "./testing/group-lab.js";

const MINUTE = 60_000;

function deletionOf(name: string, topicId: string): { delta: MetadataDelta; image: MetadataImage } {
  const creation = new MetadataDelta(emptyImage());
  creation.topics.create(topicId, name);
  const delta = new MetadataDelta(creation.apply(1, 1));
  delta.topics.remove(topicId);
  return { delta, image: delta.apply(2, 1) };
}

test("the partition of a group is that of Java's hash", () => {
  // Hashes as Java gives them: 0, 97, −2147483648, 98629247, 158455506 and 834036210.
  assert.equal(partitionForGroup("", 50), 0);
  assert.equal(partitionForGroup("a", 50), 47);
  assert.equal(partitionForGroup("polygenelubricants", 50), 0);
  assert.equal(partitionForGroup("group", 50), 47);
  assert.equal(partitionForGroup("console-consumer-12345", 50), 6);
  assert.equal(partitionForGroup("zürich-😀", 50), 10);
});

test("the offsets topic as the controller is to make it", () => {
  const config = nodeConfigOf({
    "process.roles": "broker",
    "node.id": "1",
    "controller.quorum.voters": "9@localhost:9093",
    "controller.listener.names": "CONTROLLER",
    listeners: "PLAINTEXT://localhost:9092",
    "log.dirs": "/data",
    "offsets.topic.num.partitions": "7",
    "offsets.topic.replication.factor": "2",
  });
  const spec = offsetsTopicSpec(config);
  assert.deepEqual([spec.name, spec.numPartitions, spec.replicationFactor], [OFFSETS_TOPIC, 7, 2]);
  assert.deepEqual(Object.fromEntries(spec.configs.map(({ name, value }) => [name, value])), {
    "cleanup.policy": "compact",
    "compression.type": "producer",
    "segment.bytes": "104857600",
  });
});

test("positions that a client commits by itself make a simple group", () => {
  const lab = new GroupLab();
  assert.deepEqual(lab.positions("s"), {});
  assert.equal(lab.commit("s", "orders", { 0: 10, 1: 20 }), "NONE NONE");
  assert.equal(lab.commit("s", "orders", { 0: 5 }), "NONE", "also backwards");
  assert.deepEqual(lab.positions("s"), { "orders-0": 5, "orders-1": 20 });
  assert.equal(lab.stateOf("s"), "Empty");
});

test("a generation that nobody knows", () => {
  const lab = new GroupLab();
  assert.equal(lab.commit("none", "orders", { 0: 1 }, { memberId: "m", generation: 3 }, 8), "ILLEGAL_GENERATION");
  assert.equal(lab.commit("none", "orders", { 0: 1 }, { memberId: "m", generation: 3 }, 9), "GROUP_ID_NOT_FOUND");
  lab.commit("s", "orders", { 0: 1 });
  assert.equal(lab.commit("s", "orders", { 0: 2 }, { memberId: "m", generation: 3 }), "UNKNOWN_MEMBER_ID");
  assert.deepEqual(lab.positions("s"), { "orders-0": 1 });
});

test("who is no member cannot commit for a group that has some", () => {
  const lab = new GroupLab();
  const a = lab.member("a");
  a.join();
  lab.advance(3_000);
  a.sync({ [a.memberId]: "0" });
  assert.equal(lab.commit("g", "orders", { 0: 1 }), "UNKNOWN_MEMBER_ID");
  assert.equal(a.commit("orders", { 0: 1 }), "NONE");
});

test("metadata of a position is limited in size", () => {
  const lab = new GroupLab({ "offset.metadata.max.bytes": "10" });
  assert.equal(lab.commit("s", "orders", { 0: 1 }, { metadata: "01234567890" }), "OFFSET_METADATA_TOO_LARGE");
  assert.equal(lab.commit("s", "orders", { 0: 1 }, { metadata: "0123456789" }), "NONE");
});

test("a position that is asked for by topic: none is −1, one of another topic of that name is none", () => {
  const lab = new GroupLab();
  lab.commit("s", "orders", { 0: 10 }, { metadata: "mine" });
  const fetched = (topicId: string) => {
    let answer: unknown;
    const topics = [{ name: "orders", topicId, partitionIndexes: [0, 1] }];
    lab.coordinator.fetchOffsets({ groupId: "s", memberId: null, memberEpoch: -1, topics }, true, (result) => {
      answer = result.topics[0].partitions.map((one) => [one.committedOffset, one.committedLeaderEpoch, one.metadata]);
    });
    return answer;
  };
  const none = [-1, -1, ""];
  assert.deepEqual(fetched(TOPIC_ID), [[10, 5, "mine"], none]);
  assert.deepEqual(fetched("AAAAAAAAAAAAAAAAAAAAAA"), [[10, 5, "mine"], none]);
  assert.deepEqual(fetched("Zm9vYmFyYmF6cXV4AAAAAA"), [none, none]);
});

test("positions of a group without members expire, and then it goes, too", () => {
  const lab = new GroupLab({ "offsets.retention.minutes": "30", "offsets.retention.check.interval.ms": "60000" });
  lab.commit("s", "orders", { 0: 10 });
  lab.advance(20 * MINUTE);
  lab.commit("s", "orders", { 1: 10 });
  lab.advance(12 * MINUTE);
  assert.deepEqual(lab.positions("s"), { "orders-1": 10 });
  lab.advance(20 * MINUTE);
  assert.deepEqual(lab.positions("s"), {});
  assert.equal(lab.stateOf("s"), "GROUP_ID_NOT_FOUND");
  lab.moveAway();
  assert.equal(lab.stateOf("s"), "GROUP_ID_NOT_FOUND", "the log says so, too");
});

test("a group that had members ages from when it became empty; with members, what they do not consume", () => {
  const lab = new GroupLab({ "offsets.retention.minutes": "30", "offsets.retention.check.interval.ms": "60000" });
  const a = lab.member("a", { sessionMs: 1_800_000 });
  a.join();
  lab.advance(3_000);
  a.sync({ [a.memberId]: "0" });
  a.commit("orders", { 0: 1 });
  a.commit("old-topic", { 0: 1 });
  lab.advance(15 * MINUTE);
  a.heartbeat();
  lab.advance(17 * MINUTE);
  assert.deepEqual(lab.positions("g"), { "orders-0": 1 }, "they consume orders");
  a.leave();
  lab.advance(29 * MINUTE);
  assert.deepEqual(lab.positions("g"), { "orders-0": 1 });
  lab.advance(2 * MINUTE);
  assert.deepEqual(lab.positions("g"), {});
});

test("a retention that the client gives goes before the broker's", () => {
  const lab = new GroupLab({ "offsets.retention.check.interval.ms": "60000" });
  lab.commit("s", "orders", { 0: 10 }, { retentionMs: 5 * MINUTE }, 4);
  lab.moveAway();
  lab.advance(4 * MINUTE);
  assert.deepEqual(lab.positions("s"), { "orders-0": 10 });
  lab.advance(2 * MINUTE);
  assert.deepEqual(lab.positions("s"), {});
});

test("a deleted topic takes its positions with it", () => {
  const lab = new GroupLab();
  lab.commit("s", "orders", { 0: 10 });
  lab.commit("s", "bills", { 0: 10 });
  const other = deletionOf("orders", "Zm9vYmFyYmF6cXV4AAAAAA");
  lab.coordinator.onMetadata(other.delta, other.image);
  lab.logs.settle();
  assert.deepEqual(lab.positions("s"), { "orders-0": 10, "bills-0": 10 }, "another topic of that name");
  const { delta, image } = deletionOf("orders", TOPIC_ID);
  lab.coordinator.onMetadata(delta, image);
  lab.logs.settle();
  assert.deepEqual(lab.positions("s"), { "bills-0": 10 });
  lab.moveAway();
  assert.deepEqual(lab.positions("s"), { "bills-0": 10 });
});

test("deleting groups: only empty ones, with all their positions", () => {
  const lab = new GroupLab();
  lab.commit("s", "orders", { 0: 10, 1: 11 });
  const a = lab.member("a");
  a.join();
  assert.equal(lab.deleteGroup("g"), "NON_EMPTY_GROUP");
  assert.equal(lab.deleteGroup("nothing"), "GROUP_ID_NOT_FOUND");
  assert.equal(lab.deleteGroup("s"), "NONE");
  assert.deepEqual(lab.positions("s"), {});
  lab.moveAway();
  assert.deepEqual(lab.positions("s"), {});
  assert.equal(lab.stateOf("s"), "GROUP_ID_NOT_FOUND");
});

test("deleting positions: not those of topics that members consume", () => {
  const lab = new GroupLab();
  const a = lab.member("a");
  a.join();
  lab.advance(3_000);
  a.sync({ [a.memberId]: "0" });
  a.commit("orders", { 0: 1 });
  a.commit("bills", { 0: 1, 1: 1 });
  const remove = (group: string, topic: string, ...partitions: number[]) => {
    let answer: unknown;
    const topics = [{ name: topic, partitions: partitions.map((partitionIndex) => ({ partitionIndex })) }];
    lab.coordinator.deleteOffsets(group, topics, (result) => {
      const errors = result.topics.flatMap((one) => one.partitions.map(({ errorCode }) => errorName(errorCode)));
      answer = result.errorCode === 0 ? errors.join(" ") : errorName(result.errorCode);
    });
    lab.logs.settle();
    return answer;
  };
  assert.equal(remove("g", "orders", 0), "GROUP_SUBSCRIBED_TO_TOPIC");
  assert.equal(remove("g", "bills", 0, 7), "NONE NONE");
  assert.equal(remove("nothing", "bills", 0), "GROUP_ID_NOT_FOUND");
  assert.deepEqual(lab.positions("g"), { "orders-0": 1, "bills-1": 1 });
});
