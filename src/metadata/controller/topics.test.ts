import assert from "node:assert/strict";
import { test } from "node:test";
import { SeededRandom } from "../../base/random.js";
import { ZERO_UUID } from "../../base/uuid.js";
import { ErrorCode } from "../../protocol/errors.js";
import { TestCluster } from "../controller.test.support.js";
import { ConfigResource } from "../image.js";
import { placeReplicas } from "./placement.js";

function cluster(options: ConstructorParameters<typeof TestCluster>[0] = {}): TestCluster {
  const made = new TestCluster(options);
  for (const id of [1, 2, 3]) made.join(id);
  return made;
}

interface DeleteReply {
  responses: { name: string | null; topicId: string; errorCode: number; errorMessage: string | null }[];
}

interface PartitionsReply {
  results: { name: string; errorCode: number; errorMessage: string | null }[];
}

test("a topic by counts: defaults for -1, all replicas in sync, leaders spread", () => {
  const c = cluster({ options: { numPartitions: 6, defaultReplicationFactor: () => 2 } });
  const reply = c.createTopic("t");
  assert.deepEqual([reply.errorCode, reply.numPartitions, reply.replicationFactor], [0, 6, 2]);
  const { partitions, id } = c.topic("t");
  assert.equal(id, reply.topicId);
  const leaders = new Map<number, number>();
  for (const { replicas, isr, leader } of partitions) {
    assert.deepEqual(isr, replicas);
    assert.equal(new Set(replicas).size, 2);
    leaders.set(leader, (leaders.get(leader) ?? 0) + 1);
  }
  assert.deepEqual([...leaders.values()], [2, 2, 2]);
});

test("a topic by assignment: the first active replica leads, fenced ones are not in sync", () => {
  const c = cluster();
  c.controller.fenceDead(1);
  c.createAssigned("t", [1, 2, 3], [3, 2, 1]);
  assert.equal(c.describe("t", 0), "2 | isr 2,3 | elr - | last -");
  assert.equal(c.describe("t", 1), "3 | isr 3,2 | elr - | last -");
  assert.deepEqual(c.partition("t", 0).replicas, [1, 2, 3]);
});

test("each topic that cannot be gets its own error", () => {
  const c = cluster();
  c.createTopic("a.b");
  const code = (name: string, topic: Parameters<TestCluster["createTopic"]>[1] = {}) =>
    c.createTopic(name, topic).errorCode;
  const assigned = (...brokerIds: number[][]) => ({
    assignments: brokerIds.map((ids, partitionIndex) => ({ partitionIndex, brokerIds: ids })),
  });
  assert.equal(code("a.b"), ErrorCode.TOPIC_ALREADY_EXISTS);
  assert.equal(code("a_b"), ErrorCode.INVALID_TOPIC_EXCEPTION);
  for (const name of ["", ".", "..", "a b", "ü", "x".repeat(250)]) {
    assert.equal(code(name), ErrorCode.INVALID_TOPIC_EXCEPTION, name);
  }
  assert.equal(code("__cluster_metadata"), ErrorCode.INVALID_REQUEST);
  assert.equal(code("t", { numPartitions: 0 }), ErrorCode.INVALID_PARTITIONS);
  assert.equal(code("t", { replicationFactor: 0 }), ErrorCode.INVALID_REPLICATION_FACTOR);
  assert.equal(code("t", { replicationFactor: 4 }), ErrorCode.INVALID_REPLICATION_FACTOR);
  assert.equal(code("t", { numPartitions: 10_001 }), ErrorCode.POLICY_VIOLATION);
  assert.equal(code("t", { numPartitions: 1, ...assigned([1]) }), ErrorCode.INVALID_REQUEST);
  assert.equal(code("t", { replicationFactor: 1, ...assigned([1]) }), ErrorCode.INVALID_REQUEST);
  for (const bad of [assigned([1, 1]), assigned([9]), assigned([]), assigned([1], [2, 3])]) {
    assert.equal(code("t", bad), ErrorCode.INVALID_REPLICA_ASSIGNMENT);
  }
  const gap = { assignments: [{ partitionIndex: 1, brokerIds: [1] }] };
  assert.equal(code("t", gap), ErrorCode.INVALID_REPLICA_ASSIGNMENT);
  assert.equal(code("t", { configs: [{ name: "retention.ms", value: "soon" }] }), ErrorCode.INVALID_CONFIG);
  assert.equal(code("t", { configs: [{ name: "retention.ms", value: null }] }), ErrorCode.INVALID_CONFIG);
  assert.deepEqual([...c.image.topics.byName.keys()], ["a.b"]);
});

test("in one request, good topics are created and the others reported; one name twice is neither", () => {
  const c = cluster();
  const topic = (name: string) => ({ name, numPartitions: 1, replicationFactor: 1, assignments: [], configs: [] });
  const topics = [topic("good"), topic("twice"), topic("bad name"), topic("twice")];
  const reply = c.send(19, 7, { topics, timeoutMs: 1, validateOnly: false }) as {
    topics: { name: string; errorCode: number }[];
  };
  const codes = Object.fromEntries(reply.topics.map((result) => [result.name, result.errorCode]));
  assert.deepEqual(codes, { good: 0, twice: ErrorCode.INVALID_REQUEST, "bad name": ErrorCode.INVALID_TOPIC_EXCEPTION });
  assert.deepEqual([...c.image.topics.byName.keys()], ["good"]);
});

test("validateOnly answers as if, and creates nothing", () => {
  const c = cluster();
  const before = c.log.logEndOffset;
  const topics = [{ name: "t", numPartitions: 2, replicationFactor: 1, assignments: [], configs: [] }];
  const reply = c.send(19, 7, { topics, timeoutMs: 1, validateOnly: true }) as { topics: { numPartitions: number }[] };
  assert.equal(reply.topics[0].numPartitions, 2);
  assert.equal(c.log.logEndOffset, before);
});

test("the configs of a topic are created and deleted with it", () => {
  const c = cluster();
  c.createTopic("t", { configs: [{ name: "retention.ms", value: "1000" }] });
  assert.deepEqual([...c.image.configs.of(ConfigResource.topic, "t")], [["retention.ms", "1000"]]);
  c.send(20, 6, { topics: [{ name: "t", topicId: ZERO_UUID }], topicNames: [], timeoutMs: 1 });
  assert.equal(c.image.configs.of(ConfigResource.topic, "t").size, 0);
});

test("a topic that is deleted and created again has another id; the old id never returns", () => {
  const c = cluster();
  const first = c.createTopic("t").topicId;
  const byId = c.send(20, 6, { topics: [{ name: null, topicId: first }], topicNames: [], timeoutMs: 1 });
  assert.deepEqual((byId as DeleteReply).responses, [{ name: "t", topicId: first, errorCode: 0, errorMessage: null }]);
  const second = c.createTopic("t").topicId;
  assert.notEqual(second, first);
  assert.equal(c.image.topics.byId.has(first), false);
  const again = c.send(20, 6, { topics: [{ name: null, topicId: first }], topicNames: [], timeoutMs: 1 });
  assert.equal((again as DeleteReply).responses[0].errorCode, ErrorCode.UNKNOWN_TOPIC_ID);
  const byName = c.send(20, 5, { topics: [], topicNames: ["t", "nothing"], timeoutMs: 1 }) as DeleteReply;
  assert.deepEqual(
    byName.responses.map((response) => response.errorCode),
    [ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, ErrorCode.NONE],
  );
  assert.match(byName.responses[0].errorMessage ?? "", /does not have that topic/);
});

test("what is named twice, or in two ways, is not deleted", () => {
  const c = cluster();
  const id = c.createTopic("t").topicId;
  const code = (topics: { name: string | null; topicId: string }[]) =>
    (c.send(20, 6, { topics, topicNames: [], timeoutMs: 1 }) as DeleteReply).responses.map((r) => r.errorCode);
  const byName = { name: "t", topicId: ZERO_UUID };
  const byId = { name: null, topicId: id };
  assert.deepEqual(code([byName, byName]), [ErrorCode.INVALID_REQUEST]);
  assert.deepEqual(code([byId, byId]), [ErrorCode.INVALID_REQUEST]);
  assert.deepEqual(code([{ name: "t", topicId: id }]), [ErrorCode.INVALID_REQUEST]);
  assert.deepEqual(code([byName, byId]), [ErrorCode.INVALID_REQUEST]);
  assert.deepEqual(code([{ name: null, topicId: ZERO_UUID }]), [ErrorCode.INVALID_REQUEST]);
  assert.ok(c.image.topics.byId.has(id));
});

test("partitions are added behind the others, and never taken away", () => {
  const c = cluster();
  c.createTopic("t", { numPartitions: 2, replicationFactor: 2 });
  const add = (count: number, assignments: { brokerIds: number[] }[] | null = null) =>
    (
      c.send(37, 3, {
        topics: [{ name: "t", count, assignments }],
        timeoutMs: 1,
        validateOnly: false,
      }) as PartitionsReply
    ).results[0].errorCode;
  assert.equal(add(2), ErrorCode.INVALID_PARTITIONS);
  assert.equal(add(1), ErrorCode.INVALID_PARTITIONS);
  assert.equal(add(4, [{ brokerIds: [1, 2] }]), ErrorCode.INVALID_REPLICA_ASSIGNMENT);
  assert.equal(add(3, [{ brokerIds: [1, 2, 3] }]), ErrorCode.INVALID_REPLICA_ASSIGNMENT);
  assert.equal(add(3, [{ brokerIds: [3, 1] }]), ErrorCode.NONE);
  assert.equal(add(5), ErrorCode.NONE);
  assert.deepEqual(
    c.topic("t").partitions.map((partition) => partition.index),
    [0, 1, 2, 3, 4],
  );
  assert.deepEqual(c.partition("t", 2).replicas, [3, 1]);
  const unknown = c.send(37, 3, {
    topics: [{ name: "u", count: 2, assignments: null }],
    timeoutMs: 1,
    validateOnly: false,
  });
  assert.equal((unknown as PartitionsReply).results[0].errorCode, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION);
});

test("placement: replicas of a partition lie in different racks, leaders and replicas are even", () => {
  const brokers = [0, 1, 2, 3, 4, 5].map((id) => ({ id, rack: `r${id % 3}`, fenced: false }));
  const placed = placeReplicas(new SeededRandom(7), brokers, 60, 3);
  assert.ok(typeof placed !== "string");
  const leaders = new Map<number, number>();
  for (const replicas of placed) {
    assert.equal(new Set(replicas.map((id) => id % 3)).size, 3);
    leaders.set(replicas[0], (leaders.get(replicas[0]) ?? 0) + 1);
  }
  assert.deepEqual([...leaders.values()], [10, 10, 10, 10, 10, 10]);
});

test("placement: a fenced broker never comes first, and only when its rack has no other left", () => {
  const brokers = [1, 2, 3, 4].map((id) => ({ id, rack: null, fenced: id === 4 }));
  const three = placeReplicas(new SeededRandom(1), brokers, 30, 3);
  const four = placeReplicas(new SeededRandom(1), brokers, 30, 4);
  assert.ok(typeof three !== "string" && typeof four !== "string");
  for (const replicas of three) assert.ok(!replicas.includes(4));
  for (const replicas of four) assert.equal(replicas[3], 4);
});

test("placement: without enough brokers it says why", () => {
  const brokers = [{ id: 1, rack: null, fenced: true }];
  assert.match(String(placeReplicas(new SeededRandom(1), brokers, 1, 1)), /fenced/);
  assert.match(String(placeReplicas(new SeededRandom(1), [{ ...brokers[0], fenced: false }], 1, 2)), /only 1 broker/);
});
