import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { after, before, beforeEach, test } from "node:test";
import { Admin } from "../../src/cluster/admin.js";
import { BrokerLink } from "../../src/cluster/broker-link.js";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { clusterStatus } from "../../src/cluster/status.js";
import { Apis } from "../../src/protocol/apis.js";
import { engine, leaderOf, makeTopic, startCluster, until, untilInSync, withAdmin } from "../support/cluster.js";
import type { Acknowledged } from "../support/history.js";
import { produceOnce } from "../support/produce-once.js";
import { readAll, Workload } from "../support/workload.js";

// Real processes, real signals. Records flow at 200 a second over 12 partitions with acks=all; in the end everything that was
// acknowledged is read from the cluster, once, in order, at its offset.

const PARTITIONS = 12;
let cluster: LocalCluster;
let count = 0;
let topic = "";

before(async () => {
  cluster = await startCluster();
});
after(() => cluster.stopNow());
beforeEach(async () => {
  topic = await makeTopic(cluster, `failover-${++count}:${PARTITIONS}:3`);
});

function flow(): Promise<Workload> {
  return Workload.start(cluster, topic, PARTITIONS, 200);
}

async function controllerOf(): Promise<number> {
  const { controller } = await withAdmin(cluster, clusterStatus);
  assert.ok(controller !== null, "there is a controller");
  return controller;
}

/** Records go on in all partitions; then the flow stops and everything is compared, also after all brokers are back. */
async function settle(workload: Workload): Promise<void> {
  await workload.progress(5);
  await workload.stop();
  await workload.verify();
  for (const broker of cluster.brokers) if (!broker.isUp) await broker.start();
  await untilInSync(cluster, topic);
  await workload.verify();
}

test("a leader is killed", async () => {
  const workload = await flow();
  await workload.progress(5);
  const controller = await controllerOf();
  const victim = [1, 2, 3].find((id) => id !== controller) as number;
  await cluster.broker(victim).kill();
  await settle(workload);
});

test("a leader that is the active controller too is killed", async () => {
  const workload = await flow();
  await workload.progress(5);
  await cluster.broker(await controllerOf()).kill();
  await settle(workload);
});

test("a leader is paused, and goes on later", async () => {
  const workload = await flow();
  await workload.progress(5);
  const victim = cluster.broker(await leaderOf(cluster, topic, 0));
  victim.pause();
  await workload.progress(5);
  victim.resume();
  await settle(workload);
});

test("a leader is killed and started again at once on its port", async () => {
  const workload = await flow();
  await workload.progress(5);
  const victim = cluster.broker(await leaderOf(cluster, topic, 0));
  await victim.kill();
  await victim.start();
  await settle(workload);
});

test("all are killed at once and started again", async () => {
  const workload = await flow();
  await workload.progress(5);
  await Promise.all(cluster.brokers.map((broker) => broker.kill()));
  await Promise.all(cluster.brokers.map((broker) => broker.start()));
  await settle(workload);
});

test("a broker comes back with an emptied directory and refills it", async () => {
  const workload = await flow();
  await workload.progress(5);
  const victim = cluster.broker(await leaderOf(cluster, topic, 0));
  await victim.kill();
  await workload.progress(5);
  await workload.stop();
  await rm(victim.plan.dataDir, { recursive: true });
  await cluster.format();
  await victim.start();
  await untilInSync(cluster, topic);
  // What it refilled is all there is once the others are gone from the ISR's front: it leads and serves it.
  await workload.verify();
});

test("two of three are gone: no acknowledgement, what is replicated stays readable, and all heals when they return", async () => {
  const workload = await flow();
  await workload.progress(5);
  await workload.stop();
  const survivor = cluster.broker(1);
  // A follower hears of a high watermark right after the producer: without a controller it serves what it heard of.
  await until("the survivor knows that all is committed", 10_000, () =>
    knows(survivor.plan.port, workload.acknowledged),
  );
  await Promise.all([cluster.broker(2).kill(), cluster.broker(3).kill()]);
  const admin = await Admin.connect(`${cluster.plan.host}:${survivor.plan.port}`);
  try {
    const answer = await produceOnce(survivor.plan.port, topic, 0, { acks: -1, timeoutMs: 1000 });
    assert.ok(answer !== "NONE", `acks=all was answered with ${answer}`);
  } finally {
    admin.close();
  }
  if (engine === "holdfast") {
    // Apache Kafka's survivor keeps naming the dead leaders, and serves what it leads only.
    await until("every record readable on the survivor", 20_000, async () => {
      const read = new Set((await readAll(cluster, topic)).map(({ sequence }) => sequence));
      const missing = workload.acknowledged.filter(({ sequence }) => !read.has(sequence));
      if (missing.length > 0) throw new Error(`${read.size} read; missing ${JSON.stringify(missing.slice(0, 3))}`);
      return true;
    });
  }
  await Promise.all([cluster.broker(2).start(), cluster.broker(3).start()]);
  await untilInSync(cluster, topic);
  const again = await flow();
  await again.progress(3);
  await again.stop();
});

/** Whether a broker, leader or not, tells high watermarks above all of these. */
async function knows(port: number, acknowledged: readonly Acknowledged[]): Promise<boolean> {
  const link = await BrokerLink.open({ host: "127.0.0.1", port });
  try {
    const partitions = Array.from({ length: PARTITIONS }, (_, partition) => ({
      partition,
      fetchOffset: 0,
      partitionMaxBytes: 1,
    }));
    const request = { maxWaitMs: 0, minBytes: 0, topics: [{ topic, partitions }] };
    // The last version that names topics.
    const answer = await link.call(Apis.Fetch, request, 5_000, 12);
    const known = new Map(answer.responses[0].partitions.map((each) => [each.partitionIndex, each.highWatermark]));
    return acknowledged.every(({ partition, offset }) => (known.get(partition) ?? -1) > offset);
  } finally {
    link.close();
  }
}
