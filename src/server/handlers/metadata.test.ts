import assert from "node:assert/strict";
import { test } from "node:test";
import { ZERO_UUID } from "../../base/uuid.js";
import { testUuid } from "../../metadata/controller.test.support.js";
import { Apis } from "../../protocol/apis.js";
import { FrontBench, type TestClient } from "../front.test.support.js";

/** Three brokers; the topic `a` with two partitions on them. */
function threeBrokers(properties: Record<string, string> = {}) {
  const bench = new FrontBench(properties);
  for (const id of [1, 2, 3]) bench.cluster.join(id);
  const topicId = bench.cluster.createAssigned("a", [1, 2, 3], [2, 3, 1]);
  return { bench, topicId, client: bench.connect() };
}

function named(client: TestClient, version: number, ...names: string[]) {
  return client.call(Apis.Metadata, version, {
    topics: names.map((name) => ({ name })),
    ...(version >= 4 ? { allowAutoTopicCreation: false } : {}),
  });
}

for (let version = 0; version <= Apis.Metadata.maxVersion; version++) {
  test(`version ${version}: brokers with the listener's endpoints, leaders, replicas`, () => {
    const { client } = threeBrokers();
    const { brokers, topics } = named(client, version, "a");
    assert.deepEqual(
      brokers.map(({ nodeId, host, port }) => `${nodeId} ${host}:${port}`),
      ["1 localhost:9093", "2 localhost:9094", "3 localhost:9095"],
    );
    const [{ errorCode, name, partitions }] = topics;
    assert.deepEqual([errorCode, name], [0, "a"]);
    assert.deepEqual(
      partitions.map(({ errorCode: error, leaderId, replicaNodes, isrNodes }) => [
        error,
        leaderId,
        replicaNodes,
        isrNodes,
      ]),
      [
        [0, 1, [1, 2, 3], [1, 2, 3]],
        [0, 2, [2, 3, 1], [2, 3, 1]],
      ],
    );
  });
}

test("cluster id, and one of the living brokers as the controller", () => {
  const { bench, client } = threeBrokers();
  bench.cluster.controller.fenceDead([1, 2]);
  bench.cluster.commit();
  const { clusterId, controllerId, brokers } = named(client, 12, "a");
  assert.equal(clusterId, "cluster");
  assert.equal(controllerId, 3);
  assert.deepEqual(
    brokers.map(({ nodeId }) => nodeId),
    [3],
  );
});

test("all topics: null, and an empty list in version 0; none: an empty list", () => {
  const { client } = threeBrokers();
  assert.equal(client.call(Apis.Metadata, 0, { topics: [] }).topics.length, 1);
  assert.equal(client.call(Apis.Metadata, 1, { topics: null }).topics.length, 1);
  assert.equal(client.call(Apis.Metadata, 1, { topics: [] }).topics.length, 0);
});

test("topics by id, and an id that nothing has", () => {
  const { client, topicId } = threeBrokers();
  const unknown = testUuid("nothing", 1);
  const { topics } = client.call(Apis.Metadata, 12, {
    topics: [
      { topicId, name: null },
      { topicId: unknown, name: null },
    ],
  });
  assert.deepEqual(
    topics.map((topic) => [topic.errorCode, topic.name, topic.topicId]),
    [
      [0, "a", topicId],
      [100, null, unknown],
    ],
  );
});

test("an id in a version that has none to ask by is an invalid request", () => {
  const { client, topicId } = threeBrokers();
  const { topics } = client.call(Apis.Metadata, 10, { topics: [{ topicId, name: null }] });
  assert.deepEqual([topics[0].errorCode, topics[0].name], [42, ""]);
});

test("a topic that is not there is unknown, and a name that none can have is invalid", () => {
  const { bench, client } = threeBrokers();
  const { topics } = named(client, 12, "a", "b", "not good", "b");
  assert.deepEqual(
    topics.map(({ name, errorCode, topicId }) => [name, errorCode, topicId === ZERO_UUID]),
    [
      ["a", 0, false],
      ["b", 3, true],
      ["not good", 17, true],
    ],
  );
  assert.equal(bench.calls.length, 0, "nothing is created");
});

test("a partition without a leader says so, with the replicas that are offline", () => {
  const { bench, client } = threeBrokers();
  bench.cluster.controller.fenceDead([1, 2, 3]);
  bench.cluster.commit();
  const [partition] = named(client, 12, "a").topics[0].partitions;
  assert.deepEqual([partition.errorCode, partition.leaderId, partition.offlineReplicas], [5, -1, [1, 2, 3]]);
});

test("version 0 leaves out replicas that are not alive, and says that some are missing", () => {
  const { bench, client } = threeBrokers();
  bench.cluster.controller.fenceDead([3]);
  bench.cluster.commit();
  const [partition] = named(client, 0, "a").topics[0].partitions;
  assert.deepEqual([partition.errorCode, partition.replicaNodes], [9, [1, 2]]);
  assert.deepEqual(named(client, 5, "a").topics[0].partitions[0].offlineReplicas, [3]);
});

test("a leader that has not the client's listener: LISTENER_NOT_FOUND from version 6 on", () => {
  const { bench, client } = threeBrokers();
  const other = { name: "OTHER", host: "localhost", port: 1, securityProtocol: 0 };
  bench.cluster.join(4, { listeners: [other] } as never);
  bench.cluster.createAssigned("b", [4]);
  assert.equal(named(client, 5, "b").topics[0].partitions[0].errorCode, 5);
  assert.equal(named(client, 6, "b").topics[0].partitions[0].errorCode, 72);
});

test("authorized operations are told where they are asked for", () => {
  const { client } = threeBrokers();
  const asking = { topics: [{ name: "a" }], includeTopicAuthorizedOperations: true };
  assert.equal(client.call(Apis.Metadata, 12, asking).topics[0].topicAuthorizedOperations, 3576);
  assert.equal(named(client, 12, "a").topics[0].topicAuthorizedOperations, -2147483648);
  const cluster = { topics: [], includeClusterAuthorizedOperations: true };
  assert.equal(client.call(Apis.Metadata, 8, cluster).clusterAuthorizedOperations, 8096);
});

test("a topic that a client asks for is created in its name; meanwhile it is not there", () => {
  const { bench, client } = threeBrokers();
  const ask = () => client.call(Apis.Metadata, 12, { topics: [{ name: "new" }] }).topics[0];
  assert.equal(ask().errorCode, 3);
  assert.equal(ask().errorCode, 3);
  assert.equal(bench.calls.length, 1, "it is asked for once");
  bench.answerCalls();
  const created = ask();
  assert.deepEqual([created.errorCode, created.partitions.length], [0, 1]);
});

test("a topic that cannot be created may be asked for again, and the log says why it was not", () => {
  const { bench, client } = threeBrokers({ "default.replication.factor": "9" });
  const ask = () => client.call(Apis.Metadata, 12, { topics: [{ name: "new" }] }).topics[0];
  ask();
  bench.answerCalls();
  assert.equal(ask().errorCode, 3);
  assert.equal(bench.calls.length, 1);
  const line = bench.testPorts.logger.lines.find(({ fields }) => fields.topic === "new");
  assert.equal(line?.fields.error, "INVALID_REPLICATION_FACTOR");
});

test("nothing is created where auto.create.topics.enable is off", () => {
  const { bench, client } = threeBrokers({ "auto.create.topics.enable": "false" });
  assert.equal(client.call(Apis.Metadata, 12, { topics: [{ name: "new" }] }).topics[0].errorCode, 3);
  assert.equal(bench.calls.length, 0);
});
