import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { after, afterEach, before, test } from "node:test";
import type { EngineName } from "../../src/cluster/engine.js";
import { clusterStatus } from "../../src/cluster/status.js";
import { describeTopics } from "../../src/cluster/topics.js";
import { makeTopic, until, untilInSync, untilServing, withAdmin } from "../support/cluster.js";
import type { ExchangeClient } from "../support/exchange-client.js";
import { assertExactlyOnceInOrder } from "../support/history.js";
import { javaClient, KafkaTools } from "../support/java.js";
import { type FreePorts, freePorts, NodeGroup, type NodeSpec } from "../support/node-group.js";
import { Workload } from "../support/workload.js";

// One cluster of both programs: the same server.properties start Holdfast and Apache Kafka, what one formats the other opens, and
// both vote, lead and replicate next to each other.

const COMMON = {
  "controller.listener.names": "CONTROLLER",
  "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
  "default.replication.factor": "3",
  "min.insync.replicas": "2",
  "offsets.topic.replication.factor": "3",
  "broker.session.timeout.ms": "4000",
  "broker.heartbeat.interval.ms": "500",
  // Of Apache Kafka's sample.
  "num.network.threads": "3",
  "num.io.threads": "8",
  "log.retention.hours": "168",
};
let tools: KafkaTools;
let group: NodeGroup | null = null;
const clients: ExchangeClient[] = [];

before(async () => {
  tools = await KafkaTools.start();
});
after(() => tools.stop());
afterEach(async () => {
  for (const client of clients) client.stop();
  await group?.end();
  group = null;
});

function combined(id: number, ports: FreePorts): NodeSpec {
  const port = ports.brokers[id - 1];
  return {
    id,
    port,
    properties: {
      ...COMMON,
      "process.roles": "broker,controller",
      "controller.quorum.voters": ports.controllers.map((each, index) => `${index + 1}@127.0.0.1:${each}`).join(","),
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${ports.controllers[id - 1]}`,
    },
  };
}

/** One controller, 100, and two brokers. */
function apart(ports: FreePorts, engines: ReadonlyMap<number, EngineName>): NodeSpec[] {
  const common = { ...COMMON, "controller.quorum.voters": `100@127.0.0.1:${ports.controllers[2]}` };
  const controller = {
    ...common,
    "process.roles": "controller",
    listeners: `CONTROLLER://127.0.0.1:${ports.controllers[2]}`,
  };
  const brokers = [1, 2].map((id) => ({
    id,
    port: ports.brokers[id - 1],
    engine: engines.get(id),
    properties: { ...common, "process.roles": "broker", listeners: `PLAINTEXT://127.0.0.1:${ports.brokers[id - 1]}` },
  }));
  return [{ id: 100, port: ports.controllers[2], engine: engines.get(100), properties: controller }, ...brokers];
}

function formatWithKafka(nodes: NodeGroup, id: number): Promise<string> {
  const { configFile } = nodes.node(id).plan;
  return tools.run("kafka.tools.StorageTool", ["format", "-t", nodes.clusterId, "-c", configFile]);
}

test("controller and brokers apart: the same files and directories, each started by one program, then by the other", async () => {
  const engines = new Map<number, EngineName>([
    [100, "kafka"],
    [1, "holdfast"],
    [2, "kafka"],
  ]);
  const nodes = await NodeGroup.make(apart(await freePorts(3), engines));
  group = nodes;
  await nodes.format(100);
  await formatWithKafka(nodes, 1);
  await nodes.format(2);
  await nodes.start();
  await untilServing(nodes, 120_000);
  const topic = await makeTopic(nodes, "apart:2:2");
  const before = await Workload.start(nodes, topic, 2, 200);
  await before.progress(50);
  await before.stop();
  await before.verify();
  await Promise.all([nodes.node(1).stop(30_000), nodes.node(2).stop(30_000)]);
  await nodes.node(100).stop(30_000);

  for (const [id, engine] of engines) await nodes.runBy(id, engine === "kafka" ? "holdfast" : "kafka");
  await nodes.start();
  await untilServing(nodes, 120_000);
  await untilInSync(nodes, topic);
  await before.verify();
  const later = await Workload.start(nodes, await makeTopic(nodes, "later:2:2"), 2, 200);
  await later.progress(50);
  await later.stop();
  await later.verify();
});

test("a node of three goes over to Apache Kafka while records flow: the quorum and the replicas survive the loss of either kind", async () => {
  const ports = await freePorts(3);
  const nodes = await NodeGroup.make([1, 2, 3].map((id) => combined(id, ports)));
  group = nodes;
  await nodes.format(1);
  await formatWithKafka(nodes, 2);
  await nodes.format(3);
  await nodes.start();
  await untilServing(nodes, 120_000);
  const topic = await makeTopic(nodes, "mixed:3:3");
  const count = 6000;
  const client = async (...words: string[]): Promise<ExchangeClient> => {
    const [verb, ...rest] = words;
    const started = await javaClient([verb, nodes.bootstrapServers, topic, "3", String(count), ...rest]);
    clients.push(started);
    return started;
  };
  const producer = await client("produce", "200", "lz4", "400");
  await producer.untilAcknowledged(count / 10);
  await nodes.node(3).stop(30_000);
  await nodes.runBy(3, "kafka");
  await nodes.node(3).start();
  await untilInSync(nodes, topic);
  const { controller } = await withAdmin(nodes, clusterStatus);
  const victim = controller === 1 ? 1 : 2;
  await nodes.node(victim).kill();
  await producer.untilAcknowledged(Math.min(count, producer.acknowledged.length + count / 10));
  await nodes.node(victim).start();
  await untilInSync(nodes, topic);
  await becomesDynamic(nodes);
  const seen = await Promise.all([1, 2, 3].map((id) => describedBy(nodes, id, topic)));
  assert.deepEqual(seen[1], seen[0]);
  assert.deepEqual(seen[2], seen[0]);
  await nodes.node(3).kill();
  await producer.ended;
  assert.deepEqual(producer.complaints, []);
  const reader = await client("read");
  await reader.ended;
  assert.deepEqual(reader.complaints, []);
  assertExactlyOnceInOrder(producer.acknowledged, reader.read, count, 3);
  // What the killed one has of the metadata log is the beginning of what the others have.
  await Promise.all([nodes.node(1).kill(), nodes.node(2).kill()]);
  const logs = await Promise.all([1, 2, 3].map((id) => metadataLog(nodes, id)));
  const shared = Math.min(...logs.map((log) => log.length));
  assert.ok(shared > 5000, `${shared} bytes of the metadata log on all`);
  for (const log of logs) assert.ok(log.subarray(0, shared).equals(logs[0].subarray(0, shared)), "byte for byte");
});

/** kraft.version 1, by Apache Kafka's tool: the voters of the static quorum are written down with their directories. */
async function becomesDynamic(nodes: NodeGroup): Promise<void> {
  const address = ["--bootstrap-server", nodes.bootstrapServers];
  const upgrade = [...address, "upgrade", "--feature", "kraft.version=1"];
  await until("the quorum is a dynamic one", 60_000, async () => {
    const { code, output } = await tools.outcome("org.apache.kafka.tools.FeatureCommand", upgrade);
    assert.equal(code, 0, output);
    return true;
  });
  const status = [...address, "describe", "--status"];
  const shown = await tools.run("org.apache.kafka.tools.MetadataQuorumCommand", status);
  for (const { plan } of nodes.nodes) {
    const properties = await readFile(join(plan.dataDir, "meta.properties"), "utf8");
    const directory = /^directory\.id=(.*)$/m.exec(properties)?.[1];
    assert.ok(shown.includes(`"id": ${plan.id}, "directoryId": "${directory}"`), shown);
  }
}

/** What one broker tells of the topic, by its own metadata. */
async function describedBy(nodes: NodeGroup, id: number, topic: string): Promise<unknown> {
  const only = { brokers: [nodes.node(id)], bootstrapServers: "", plan: nodes.plan };
  const [{ topicId, partitions }] = await withAdmin(only, (admin) => describeTopics(admin, [topic]));
  return { topicId, partitions: partitions.map(({ partition, replicas }) => ({ partition, replicas })) };
}

function metadataLog(nodes: NodeGroup, id: number): Promise<Buffer> {
  return readFile(join(nodes.node(id).plan.dataDir, "__cluster_metadata-0", "00000000000000000000.log"));
}
