import assert from "node:assert/strict";
import { get } from "node:http";
import { after, before, test } from "node:test";
import { BrokerLink } from "../../src/cluster/broker-link.js";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { RELEASE } from "../../src/node/release.js";
import { Apis } from "../../src/protocol/apis.js";
import { engine, leaderOf, makeTopic, startCluster, until } from "../support/cluster.js";
import { produceOnce } from "../support/produce-once.js";

// What each broker tells over HTTP. Apache Kafka has none of it.

const skip = engine === "kafka" ? "Apache Kafka's brokers serve no HTTP" : false;
let cluster: LocalCluster;

before(async () => {
  if (skip === false) cluster = await startCluster();
});
after(() => cluster?.stopNow());

function urlOf(id: number, path: string): string {
  return `http://127.0.0.1:${cluster.broker(id).plan.httpPort}${path}`;
}

/** Samples of one scrape: names with their labels, as they are written. */
async function scrape(id: number): Promise<Map<string, number>> {
  const response = await fetch(urlOf(id, "/metrics"));
  assert.equal(response.status, 200);
  assert.match(response.headers.get("content-type") ?? "", /^text\/plain; version=0\.0\.4/);
  const samples = new Map<string, number>();
  for (const line of (await response.text()).trimEnd().split("\n")) {
    if (line === "" || line.startsWith("#")) continue;
    const space = line.lastIndexOf(" ");
    const name = line.slice(0, space);
    assert.ok(!samples.has(name), `${name} comes twice`);
    samples.set(name, Number(line.slice(space + 1)));
  }
  return samples;
}

function scrapeAll(): Promise<Map<string, number>[]> {
  return Promise.all([1, 2, 3].map(scrape));
}

function sum(all: readonly Map<string, number>[], name: string): number {
  return all.reduce((total, samples) => total + (samples.get(name) ?? Number.NaN), 0);
}

test("a broker that serves is alive and ready; unknown paths and other methods are refused", { skip }, async () => {
  for (const id of [1, 2, 3]) {
    const alive = await fetch(urlOf(id, "/healthz"));
    assert.equal(alive.status, 200);
    assert.equal(alive.headers.get("server"), `Holdfast/${RELEASE}`);
    await until(`broker ${id} is ready`, 10_000, async () => (await fetch(urlOf(id, "/readyz"))).status === 200);
  }
  assert.equal((await fetch(urlOf(1, "/"))).status, 404);
  assert.equal((await fetch(urlOf(1, "/metrics"), { method: "POST" })).status, 405);
});

test("a page of another site, whose name leads here, is not answered", { skip }, async () => {
  const status = await new Promise<number>((resolve, reject) => {
    get(urlOf(1, "/metrics"), { headers: { host: "evil.example" } }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    }).on("error", reject);
  });
  assert.equal(status, 403);
});

test("a broker that starts without a majority is alive, but not ready until the others are there", {
  skip,
}, async () => {
  const [first, ...others] = cluster.brokers;
  for (const broker of cluster.brokers) await broker.kill();
  await first.start();
  await until("it answers", 15_000, async () => (await fetch(urlOf(1, "/healthz"))).status === 200);
  const response = await fetch(urlOf(1, "/readyz"));
  assert.equal(response.status, 503);
  assert.match(await response.text(), /^not ready: \w+/);
  for (const broker of others) await broker.start();
  for (const id of [1, 2, 3]) {
    await until(`broker ${id} is ready`, 15_000, async () => (await fetch(urlOf(id, "/readyz"))).status === 200);
  }
});

test("metrics count what was produced, fetched and refused, under the names that dashboards know", {
  skip,
}, async () => {
  const topic = await makeTopic(cluster, "counted:2:3");
  const leader = cluster.broker(await leaderOf(cluster, topic, 0));
  const { port } = leader.plan;
  for (let i = 0; i < 3; i++) {
    assert.equal(await produceOnce(port, topic, 0, { acks: -1, timeoutMs: 5000 }), "NONE");
  }
  const spoil = (batch: Uint8Array): void => {
    batch[batch.length - 2] ^= 0xff;
  };
  assert.equal(await produceOnce(port, topic, 0, { acks: -1, timeoutMs: 5000, spoil }), "CORRUPT_MESSAGE");
  const all = await scrapeAll();
  const own = all[leader.plan.id - 1];
  const label = `{topic="${topic}"}`;
  assert.equal(own.get(`kafka_server_brokertopicmetrics_messagesin_total${label}`), 3);
  assert.equal(own.get(`kafka_server_brokertopicmetrics_totalproducerequests_total${label}`), 4);
  assert.equal(own.get(`kafka_server_brokertopicmetrics_failedproducerequests_total${label}`), 1);
  assert.ok((own.get(`kafka_server_brokertopicmetrics_bytesin_total${label}`) ?? 0) > 3 * 61);
  assert.equal(own.get(`kafka_topic_partition_current_offset{topic="${topic}",partition="0"}`), 3);
  assert.equal(own.get(`kafka_topic_partition_in_sync_replica{topic="${topic}",partition="0"}`), 3);
  assert.equal(own.get(`kafka_log_log_logendoffset{topic="${topic}",partition="0"}`), 3);
  assert.equal(sum(all, "kafka_controller_kafkacontroller_activecontrollercount"), 1);
  assert.equal(sum(all, "kafka_controller_kafkacontroller_offlinepartitionscount"), 0);
  assert.equal(sum(all, "kafka_server_replicamanager_leadercount"), 2);
  assert.equal(sum(all, "kafka_server_replicamanager_partitioncount"), 6);
  assert.equal(sum(all, "kafka_server_replicamanager_underreplicatedpartitions"), 0);
  for (const samples of all) {
    assert.equal(samples.get("kafka_brokers"), 3);
    assert.ok((samples.get("process_resident_memory_bytes") ?? 0) > 1e7);
    assert.ok((samples.get("nodejs_heap_size_used_bytes") ?? 0) > 1e6);
    const idle = samples.get("kafka_network_socketserver_networkprocessoravgidle_percent") ?? -1;
    assert.ok(idle >= 0 && idle <= 1);
    assert.equal(
      samples.get("kafka_server_raftmetrics_current_leader"),
      all[0].get("kafka_server_raftmetrics_current_leader"),
    );
  }
});

test("a group's position and lag are told by its coordinator", { skip }, async () => {
  const topic = await makeTopic(cluster, "read:1:3");
  const leader = cluster.broker(await leaderOf(cluster, topic, 0));
  for (let i = 0; i < 5; i++) {
    assert.equal(await produceOnce(leader.plan.port, topic, 0, { acks: -1, timeoutMs: 5000 }), "NONE");
  }
  let coordinator = 0;
  await until("the position is committed", 15_000, async () => {
    const any = await BrokerLink.open({ host: "127.0.0.1", port: leader.plan.port });
    const found = await any.call(Apis.FindCoordinator, { keyType: 0, coordinatorKeys: ["readers"] }, 5000, 4);
    any.close();
    coordinator = found.coordinators[0].nodeId;
    const link = await BrokerLink.open({ host: "127.0.0.1", port: found.coordinators[0].port });
    const topics = [{ name: topic, partitions: [{ partitionIndex: 0, committedOffset: 2 }] }];
    const request = { groupId: "readers", generationIdOrMemberEpoch: -1, memberId: "", topics };
    const answer = await link.call(Apis.OffsetCommit, request, 5000, 8);
    link.close();
    return answer.topics[0].partitions[0].errorCode === 0;
  });
  const samples = await scrape(coordinator);
  const label = `{consumergroup="readers",topic="${topic}"`;
  assert.equal(samples.get(`kafka_consumergroup_current_offset${label},partition="0"}`), 2);
  assert.equal(samples.get(`kafka_consumergroup_lag${label},partition="0"}`), 3);
  assert.equal(samples.get(`kafka_consumergroup_lag_sum${label}}`), 3);
  assert.equal(samples.get('kafka_consumergroup_members{consumergroup="readers"}'), 0);
});

test("events tell of a record's way, and go on where a watcher left off", { skip }, async () => {
  const topic = await makeTopic(cluster, "watched:1:3");
  const leader = cluster.broker(await leaderOf(cluster, topic, 0));
  const watch = async (lastId: string | null, wanted: (text: string) => boolean, act: () => Promise<unknown>) => {
    const abort = new AbortController();
    const headers: Record<string, string> = lastId === null ? {} : { "Last-Event-ID": lastId };
    const response = await fetch(urlOf(leader.plan.id, "/events"), { headers, signal: abort.signal });
    assert.equal(response.headers.get("content-type"), "text/event-stream");
    await act();
    let text = "";
    const decoder = new TextDecoder();
    for await (const chunk of response.body as unknown as AsyncIterable<Uint8Array>) {
      text += decoder.decode(chunk, { stream: true });
      if (wanted(text)) break;
    }
    abort.abort();
    return text;
  };
  const produce = () => produceOnce(leader.plan.port, topic, 0, { acks: -1, timeoutMs: 5000 });
  const appended = (offset: number) =>
    new RegExp(`"topic":"${topic}","partition":0,"epoch":\\d+,"offset":${offset}\\b`);
  const first = await watch(null, (text) => appended(0).test(text) && text.endsWith("\n\n"), produce);
  const [, id] = /id: (\d+)\nevent: appended/.exec(first) ?? assert.fail(first);
  assert.equal(await produce(), "NONE");
  const second = await watch(
    id,
    (text) => appended(1).test(text),
    async () => undefined,
  );
  assert.ok(!new RegExp(`^id: ${id}$`, "m").test(second), "nothing comes twice");
});
