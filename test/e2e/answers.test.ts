import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { BrokerLink, type ResponseOf } from "../../src/cluster/broker-link.js";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { type Api, Apis } from "../../src/protocol/apis.js";
import { errorName } from "../../src/protocol/errors.js";
import type { Input } from "../../src/protocol/schema.js";
import { makeTopic, startCluster, until } from "../support/cluster.js";

// What every client asks before it sends or reads, in every version, answered by real brokers of either engine.

let cluster: LocalCluster;
let link: BrokerLink;
let topicId = "";

before(async () => {
  cluster = await startCluster();
  await makeTopic(cluster, "known:3:3");
  link = await BrokerLink.open({ host: "127.0.0.1", port: cluster.broker(1).plan.port });
  topicId = (await ask(Apis.Metadata, 12, { topics: [{ name: "known" }] })).topics[0].topicId;
});
after(async () => {
  link?.close();
  await cluster?.stopNow();
});

function ask<A extends Api>(api: A, version: number, body: Input<A["request"]>): Promise<ResponseOf<A>> {
  return link.call(api, body, 30_000, version);
}

test("features: those whose lowest level is 0 only from version 4 on, and what is finalized with its epoch", async () => {
  const software = { clientSoftwareName: "tester", clientSoftwareVersion: "1.0" };
  const three = await ask(Apis.ApiVersions, 3, software);
  assert.deepEqual(
    three.supportedFeatures.map(({ name }) => name),
    ["metadata.version"],
  );
  const four = await ask(Apis.ApiVersions, 4, software);
  assert.ok(four.supportedFeatures.some(({ name, minVersion }) => name === "kraft.version" && minVersion === 0));
  const level = four.finalizedFeatures.find(({ name }) => name === "metadata.version");
  assert.equal(level?.maxVersionLevel, 30);
  assert.ok(four.finalizedFeaturesEpoch > 0);
  const produce = four.apiKeys.find(({ apiKey }) => apiKey === Apis.Produce.key);
  assert.equal(produce?.minVersion, 0, "or librdkafka does without compression");
});

test("a client with an impossible name is refused, and goes on", async () => {
  const { errorCode } = await ask(Apis.ApiVersions, 3, { clientSoftwareName: "-", clientSoftwareVersion: "1" });
  assert.equal(errorName(errorCode), "INVALID_REQUEST");
});

for (let version = 0; version <= Apis.Metadata.maxVersion; version++) {
  test(`Metadata version ${version} has the brokers, the topic and its leaders`, async () => {
    const { brokers, topics } = await ask(Apis.Metadata, version, { topics: [{ name: "known" }] });
    assert.deepEqual(
      brokers.map(({ nodeId, port }) => `${nodeId}:${port}`).sort(),
      [1, 2, 3].map((id) => `${id}:${cluster.broker(id).plan.port}`),
    );
    assert.equal(topics.length, 1);
    assert.deepEqual([topics[0].errorCode, topics[0].name, topics[0].partitions.length], [0, "known", 3]);
    for (const { errorCode, leaderId, replicaNodes, isrNodes } of topics[0].partitions) {
      assert.equal(errorCode, 0);
      assert.ok(replicaNodes.includes(leaderId));
      assert.deepEqual([...isrNodes].sort(), [1, 2, 3]);
    }
  });
}

test("topics by id, an id that nothing has, and a name that nobody can have", async () => {
  const unknown = "AAAAAAAAAAAAAAAAAAAAZg";
  const { topics } = await ask(Apis.Metadata, 12, {
    topics: [
      { topicId, name: null },
      { topicId: unknown, name: null },
    ],
  });
  const errors = new Map(topics.map((topic) => [topic.topicId, errorName(topic.errorCode)]));
  assert.deepEqual([errors.get(topicId), errors.get(unknown)], ["NONE", "UNKNOWN_TOPIC_ID"]);
  const named = await ask(Apis.Metadata, 12, { topics: [{ name: "not good" }], allowAutoTopicCreation: false });
  assert.equal(errorName(named.topics[0].errorCode), "INVALID_TOPIC_EXCEPTION");
  const old = await ask(Apis.Metadata, 10, { topics: [{ topicId, name: null }] });
  assert.equal(errorName(old.topics[0].errorCode), "INVALID_REQUEST");
});

test("a topic that a client asks for comes into being, and one that it does not want to create does not", async () => {
  const metadata = async (name: string, allowAutoTopicCreation: boolean): Promise<string> => {
    const { topics } = await ask(Apis.Metadata, 12, { topics: [{ name }], allowAutoTopicCreation });
    return errorName(topics[0].errorCode);
  };
  assert.equal(await metadata("unwanted", false), "UNKNOWN_TOPIC_OR_PARTITION");
  assert.equal(await metadata("wanted", true), "UNKNOWN_TOPIC_OR_PARTITION");
  await until("it is there", 10_000, async () => (await metadata("wanted", false)) === "NONE");
  assert.equal(await metadata("unwanted", false), "UNKNOWN_TOPIC_OR_PARTITION");
});

test("partitions come in pages that a cursor joins", async () => {
  const first = await ask(Apis.DescribeTopicPartitions, 0, { topics: [{ name: "known" }], responsePartitionLimit: 2 });
  assert.deepEqual(first.nextCursor, { topicName: "known", partitionIndex: 2 });
  const rest = await ask(Apis.DescribeTopicPartitions, 0, { topics: [{ name: "known" }], cursor: first.nextCursor });
  assert.deepEqual([rest.topics[0].partitions.length, rest.nextCursor], [1, null]);
});

test("the cluster: its brokers, and an error where controllers are asked for", async () => {
  const { clusterId, brokers, errorCode } = await ask(Apis.DescribeCluster, 2, {});
  assert.equal(errorCode, 0);
  assert.ok(clusterId.length > 0);
  assert.deepEqual(brokers.map(({ brokerId }) => brokerId).sort(), [1, 2, 3]);
  const mismatched = await ask(Apis.DescribeCluster, 1, { endpointType: 2 });
  assert.equal(errorName(mismatched.errorCode), "MISMATCHED_ENDPOINT_TYPE");
});

test("a group has a coordinator, which every broker names", async () => {
  const coordinatorBy = async (id: number): Promise<number> => {
    const other = await BrokerLink.open({ host: "127.0.0.1", port: cluster.broker(id).plan.port });
    try {
      const { coordinators } = await other.call(Apis.FindCoordinator, { coordinatorKeys: ["a group"] });
      if (coordinators[0].errorCode !== 0) throw new Error(errorName(coordinators[0].errorCode));
      return coordinators[0].nodeId;
    } finally {
      other.close();
    }
  };
  let named: number[] = [];
  await until("all name one", 30_000, async () => {
    named = [await coordinatorBy(1), await coordinatorBy(2), await coordinatorBy(3)];
    return new Set(named).size === 1;
  });
  assert.ok([1, 2, 3].includes(named[0]));
});

test("no two producers get the same id, whichever broker they ask", async () => {
  const ids = new Set<number>();
  for (const id of [1, 2, 3]) {
    const other = await BrokerLink.open({ host: "127.0.0.1", port: cluster.broker(id).plan.port });
    for (let i = 0; i < 3; i++) {
      await until("an id", 10_000, async () => {
        const { errorCode, producerId } = await other.call(Apis.InitProducerId, {
          transactionalId: null,
          transactionTimeoutMs: 1000,
        });
        if (errorCode === 0) ids.add(producerId);
        return errorCode === 0;
      });
    }
    other.close();
  }
  assert.equal(ids.size, 9);
});

test("a config that is set is described with where it comes from; wrong ones are refused", async () => {
  const alter = async (resourceType: number, resourceName: string, name: string, value: string): Promise<string> => {
    const configs = [{ name, value, configOperation: 0 }];
    const { responses } = await ask(Apis.IncrementalAlterConfigs, 1, {
      resources: [{ resourceType, resourceName, configs }],
    });
    return errorName(responses[0].errorCode);
  };
  assert.equal(await alter(2, "known", "retention.ms", "777000"), "NONE");
  assert.equal(await alter(2, "known", "retention.ms", "a week"), "INVALID_CONFIG");
  assert.equal(await alter(2, "nobody-made-this", "retention.ms", "1"), "UNKNOWN_TOPIC_OR_PARTITION");
  assert.equal(await alter(4, "2", "log.retention.ms", "1000"), "INVALID_REQUEST", "another broker's");
  assert.equal(await alter(99, "x", "y", "z"), "INVALID_REQUEST");
  await until("it is described", 10_000, async () => {
    const { results } = await ask(Apis.DescribeConfigs, 4, {
      resources: [{ resourceType: 2, resourceName: "known", configurationKeys: ["retention.ms"] }],
      includeSynonyms: true,
    });
    const [config] = results[0].configs;
    return config.value === "777000" && config.configSource === 1;
  });
});

test("without an authorizer there are no ACLs, and without SASL nothing to authenticate", async () => {
  const acls = await ask(Apis.DescribeAcls, 3, {
    resourceTypeFilter: 1,
    resourceNameFilter: null,
    principalFilter: null,
    hostFilter: null,
    operation: 1,
    permissionType: 1,
  });
  assert.equal(errorName(acls.errorCode), "SECURITY_DISABLED");
  assert.equal(errorName((await ask(Apis.SaslHandshake, 1, { mechanism: "PLAIN" })).errorCode), "ILLEGAL_SASL_STATE");
});

test("requests of one connection that are sent at once are answered in their order", async () => {
  const order: number[] = [];
  const kinds = [0, 1, 2, 3, 4, 5].map((i) =>
    (i % 2 === 0
      ? ask(Apis.Metadata, 12, { topics: null })
      : ask(Apis.DescribeConfigs, 4, { resources: [{ resourceType: 4, resourceName: "1", configurationKeys: null }] })
    ).then(() => order.push(i)),
  );
  await Promise.all(kinds);
  assert.deepEqual(order, [0, 1, 2, 3, 4, 5]);
});
