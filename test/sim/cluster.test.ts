import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c, crc32cUpdate } from "../../src/base/crc32c.js";
import { Apis } from "../../src/protocol/apis.js";
import { ErrorCode } from "../../src/protocol/errors.js";
import { buildBatch } from "../../src/protocol/records/builder.js";
import { RecordCursor } from "../../src/protocol/records/cursor.js";
import { SIM_COMPRESSION } from "../../src/sim/ports.js";
import { SimulatedCluster } from "./simulated-cluster.js";

const codecs = { digest: { crc32c, crc32cUpdate }, compression: SIM_COMPRESSION };

function createTopic(cluster: SimulatedCluster, name: string, partitions = 1): void {
  const response = cluster.ask(cluster.running()[0], Apis.CreateTopics, 7, {
    topics: [{ name, numPartitions: partitions, replicationFactor: -1 }],
    timeoutMs: 5000,
  });
  assert.deepEqual(
    response.topics.map(({ errorCode, errorMessage }) => [errorCode, errorMessage]),
    [[0, null]],
  );
}

function place(cluster: SimulatedCluster, name: string, asked: number) {
  const { topics } = cluster.ask(asked, Apis.Metadata, 12, { topics: [{ name }], allowAutoTopicCreation: false });
  return topics[0].partitions[0];
}

function batchOf(text: string): Uint8Array {
  const value = new TextEncoder().encode(text);
  return buildBatch({ timestamp: 1_767_225_600_000 }, [{ key: null, value }], codecs);
}

function produce(cluster: SimulatedCluster, leader: number, topic: string, text: string): number {
  const records = batchOf(text);
  const response = cluster.ask(leader, Apis.Produce, 9, {
    acks: -1,
    timeoutMs: 5000,
    topicData: [{ name: topic, partitionData: [{ index: 0, records }] }],
  });
  const [partition] = response.responses[0].partitionResponses;
  assert.equal(partition.errorCode, 0);
  return partition.baseOffset;
}

function consume(cluster: SimulatedCluster, broker: number, topic: string): string[] {
  const response = cluster.ask(broker, Apis.Fetch, 12, {
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 1 << 20,
    topics: [{ topic, partitions: [{ partition: 0, fetchOffset: 0, partitionMaxBytes: 1 << 20 }] }],
  });
  const [partition] = response.responses[0].partitions;
  assert.equal(partition.errorCode, 0);
  const texts: string[] = [];
  const bytes = partition.records ?? new Uint8Array(0);
  const cursor = new RecordCursor(SIM_COMPRESSION);
  let at = 0;
  while (at < bytes.length) {
    cursor.reset(bytes, at);
    while (cursor.next()) {
      texts.push(new TextDecoder().decode(cursor.bytes.subarray(cursor.valueAt, cursor.valueAt + cursor.valueLength)));
    }
    at += 12 + new DataView(bytes.buffer, bytes.byteOffset + at).getInt32(8);
  }
  return texts;
}

test("three nodes start from empty directories and serve within half a second", () => {
  const cluster = new SimulatedCluster();
  cluster.startAll();
  const took = cluster.untilReady();
  assert.ok(took <= 500, `took ${took} ms\n${cluster.transcript()}`);
});

test("what was acknowledged by all is read from another broker after the leader has died", () => {
  const cluster = new SimulatedCluster();
  cluster.startAll();
  cluster.untilReady();
  createTopic(cluster, "orders");
  const leader = place(cluster, "orders", 1).leaderId;
  assert.equal(produce(cluster, leader, "orders", "first"), 0);
  assert.equal(produce(cluster, leader, "orders", "second"), 1);
  cluster.kill(leader);
  const survivor = cluster.running()[0];
  const took = cluster.until(
    () => ![-1, leader].includes(place(cluster, "orders", survivor).leaderId),
    5000,
    "a leader",
  );
  assert.ok(took <= 900, `took ${took} ms\n${cluster.transcript()}`);
  const next = place(cluster, "orders", survivor).leaderId;
  cluster.until(() => produce(cluster, next, "orders", "third") === 2, 5000, "produce goes on");
  assert.deepEqual(consume(cluster, next, "orders"), ["first", "second", "third"]);
});

test("the last of three names itself leader for reading while there is no controller, and takes no record", () => {
  const cluster = new SimulatedCluster();
  cluster.startAll();
  cluster.untilReady();
  createTopic(cluster, "orders");
  const leader = place(cluster, "orders", 1).leaderId;
  produce(cluster, leader, "orders", "first");
  cluster.run(1000);
  const survivor = cluster.ids.find((id) => id !== leader) as number;
  for (const id of cluster.ids) if (id !== survivor) cluster.kill(id);
  cluster.until(() => place(cluster, "orders", survivor).leaderId === survivor, 5000, "the survivor names itself");
  assert.deepEqual(consume(cluster, survivor, "orders"), ["first"]);
  const records = batchOf("second");
  const { responses } = cluster.ask(survivor, Apis.Produce, 9, {
    acks: -1,
    timeoutMs: 1000,
    topicData: [{ name: "orders", partitionData: [{ index: 0, records }] }],
  });
  assert.equal(responses[0].partitionResponses[0].errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  for (const id of cluster.ids) if (id !== survivor) cluster.start(id);
  cluster.untilReady();
  // What it heard last, before there was no controller, says so too, of the leader's first epoch.
  const isWhole = () => {
    const { leaderEpoch, isrNodes } = place(cluster, "orders", survivor);
    return leaderEpoch > 0 && isrNodes.length === 3;
  };
  cluster.until(isWhole, 5000, "all are in sync again");
  assert.equal(produce(cluster, place(cluster, "orders", survivor).leaderId, "orders", "second"), 1);
});

test("controllers and brokers may be apart", () => {
  const cluster = new SimulatedCluster({ nodes: 5, controllers: 3 });
  cluster.startAll();
  cluster.untilReady();
  const { topics } = cluster.ask(4, Apis.CreateTopics, 7, {
    topics: [{ name: "orders", numPartitions: 1, replicationFactor: -1 }],
  });
  assert.equal(topics[0].replicationFactor, 2);
  cluster.kill(cluster.node(4).raft?.leaderId as number);
  cluster.kill(5);
  const isFenced = () => cluster.node(4).image?.cluster.brokers.get(5)?.fenced === true;
  assert.ok(cluster.until(isFenced, 5000, "the dead broker is fenced") <= 500);
});

test("a node that is shut down hands over what it leads, and comes back as the same directories", () => {
  const cluster = new SimulatedCluster();
  cluster.startAll();
  cluster.untilReady();
  createTopic(cluster, "orders");
  const leader = place(cluster, "orders", 1).leaderId;
  produce(cluster, leader, "orders", "first");
  const start = cluster.nowMs;
  assert.equal(cluster.shutdown(leader), "The node was shut down.");
  assert.ok(cluster.nowMs - start <= 500, cluster.transcript());
  const [other] = cluster.running();
  const next = place(cluster, "orders", other);
  assert.ok(next.leaderId !== leader && next.leaderId >= 0);
  assert.equal(produce(cluster, next.leaderId, "orders", "second"), 1);
  cluster.start(leader);
  cluster.untilReady();
  cluster.until(() => place(cluster, "orders", leader).isrNodes.length === 3, 5000, "all are in sync again");
  assert.deepEqual(consume(cluster, next.leaderId, "orders"), ["first", "second"]);
});

test("after all were killed at once everything acknowledged is there, and any of them may lead", () => {
  const cluster = new SimulatedCluster();
  cluster.startAll();
  cluster.untilReady();
  createTopic(cluster, "orders");
  const leader = place(cluster, "orders", 1).leaderId;
  produce(cluster, leader, "orders", "first");
  for (const id of cluster.ids) cluster.kill(id);
  // The last leader does not come back.
  for (const id of cluster.ids) if (id !== leader) cluster.start(id);
  cluster.untilReady();
  const [asked] = cluster.running();
  cluster.until(() => place(cluster, "orders", asked).leaderId >= 0, 5000, "a leader");
  assert.deepEqual(consume(cluster, place(cluster, "orders", asked).leaderId, "orders"), ["first"]);
});

test("a snapshot of the metadata is written, and what it holds is there after a restart", () => {
  const cluster = new SimulatedCluster({ properties: { "metadata.log.max.record.bytes.between.snapshots": "3000" } });
  cluster.startAll();
  cluster.untilReady();
  for (let i = 0; i < 8; i++) createTopic(cluster, `topic-${i}`);
  cluster.run(2000);
  for (const id of cluster.ids) cluster.kill(id);
  cluster.startAll();
  cluster.untilReady();
  assert.equal(cluster.node(1).image?.topics.byName.size, 8);
  assert.ok(cluster.files(1, "/data/__cluster_metadata-0").some((name) => name.endsWith(".checkpoint")));
});

test("a setting of a topic reaches the logs of the brokers that run", () => {
  const cluster = new SimulatedCluster();
  cluster.startAll();
  cluster.untilReady();
  createTopic(cluster, "orders");
  const { responses } = cluster.ask(2, Apis.IncrementalAlterConfigs, 1, {
    resources: [
      {
        resourceType: 2,
        resourceName: "orders",
        configs: [{ name: "segment.bytes", configOperation: 0, value: "1048576" }],
      },
    ],
  });
  assert.equal(responses[0].errorCode, 0);
  cluster.run(100);
  for (const id of cluster.ids) assert.equal(cluster.node(id).logs?.log("orders", 0)?.config.segmentBytes, 1048576);
});

test("the cluster's holdfast.ack.after counts on every node, and can be changed while it runs", () => {
  const cluster = new SimulatedCluster({ properties: { "holdfast.ack.after": "fsync" } });
  cluster.startAll();
  cluster.untilReady();
  createTopic(cluster, "orders");
  const flushes = () => cluster.ids.map((id) => cluster.node(id).logs?.log("orders", 0)?.flushAfterWrite);
  cluster.run(100);
  assert.deepEqual(flushes(), [true, true, true]);
  const { responses } = cluster.ask(2, Apis.IncrementalAlterConfigs, 1, {
    resources: [
      {
        resourceType: 4,
        resourceName: "",
        configs: [{ name: "holdfast.ack.after", configOperation: 0, value: "write" }],
      },
    ],
  });
  assert.equal(responses[0].errorCode, 0);
  cluster.run(100);
  assert.deepEqual(flushes(), [false, false, false]);
});

test("the same story twice is the same to the last event", () => {
  const story = () => {
    const cluster = new SimulatedCluster({ seed: 7 });
    cluster.startAll();
    cluster.untilReady();
    createTopic(cluster, "orders");
    cluster.kill(2);
    cluster.run(500);
    return cluster.simulation.trace.hex();
  };
  assert.equal(story(), story());
});
