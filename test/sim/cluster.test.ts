import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c, crc32cUpdate } from "../../src/base/crc32c.js";
import { Apis } from "../../src/protocol/apis.js";
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

function produce(cluster: SimulatedCluster, leader: number, topic: string, text: string): number {
  const value = new TextEncoder().encode(text);
  const records = buildBatch({ timestamp: 1_767_225_600_000 }, [{ key: null, value }], codecs);
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
