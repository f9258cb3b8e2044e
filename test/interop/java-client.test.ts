import assert from "node:assert/strict";
import { after, afterEach, before, test } from "node:test";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { leaderOf, makeTopic, mend, startCluster, untilInSync } from "../support/cluster.js";
import type { ExchangeClient } from "../support/exchange-client.js";
import { assertExactlyOnceInOrder } from "../support/history.js";
import { javaClient } from "../support/java.js";

// Apache Kafka's Java client with its defaults: idempotent, acks=all, five requests in flight.

const PARTITIONS = 3;
const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"];
let cluster: LocalCluster;

before(async () => {
  cluster = await startCluster();
});
afterEach(() => mend(cluster));
after(() => cluster.stop());

for (const codec of CODECS) {
  test(`${codec}: what is sent is read, exactly once and in order`, async () => {
    const topic = await makeTopic(cluster, `calm-${codec}:${PARTITIONS}:3`);
    const count = 3000;
    const producer = await produce(topic, count, codec, 0);
    await producer.ended;
    await check(producer, topic, count);
  });

  test(`${codec}: the same when the leader is killed half way`, async () => {
    const topic = await makeTopic(cluster, `killed-${codec}:${PARTITIONS}:3`);
    const count = 1500;
    const producer = await produce(topic, count, codec, 1000);
    await producer.untilAcknowledged(count / 3);
    const leader = await leaderOf(cluster, topic, 0);
    await cluster.broker(leader).kill();
    await producer.ended;
    await check(producer, topic, count);
    await cluster.restart(leader);
    await untilInSync(cluster, topic);
    await check(producer, topic, count);
  });
}

function produce(topic: string, count: number, codec: string, perSecond: number): Promise<ExchangeClient> {
  const args = [topic, PARTITIONS, count, 200, codec, perSecond].map(String);
  return javaClient(["produce", cluster.bootstrapServers, ...args]);
}

async function check(producer: ExchangeClient, topic: string, count: number): Promise<void> {
  assert.deepEqual(producer.complaints, []);
  const reader = await javaClient(["read", cluster.bootstrapServers, topic, String(PARTITIONS), String(count)]);
  await reader.ended;
  assert.deepEqual(reader.complaints, []);
  assertExactlyOnceInOrder(producer.acknowledged, reader.read, count, PARTITIONS);
}
