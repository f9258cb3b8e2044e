import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { newUuid } from "../../src/cluster/engines/meta-properties.js";
import { makeTopic, until } from "../support/cluster.js";
import { KafkaTools } from "../support/java.js";
import { freePorts, NodeGroup, type NodeSpec } from "../support/node-group.js";
import { Workload } from "../support/workload.js";

// KIP-853 on real processes: a quorum that begins with one controller, grows, loses its leader and shrinks, by Apache Kafka's own tool.

const FIRST_VOTERS = "00000000000000000000-0000000000.checkpoint";
let tools: KafkaTools;
let group: NodeGroup;
let specs: readonly NodeSpec[] = [];
let controllers = "";

before(async () => {
  const [started, ports] = await Promise.all([KafkaTools.start(), freePorts(3)]);
  tools = started;
  controllers = ports.controllers.map((port) => `127.0.0.1:${port}`).join(",");
  specs = ports.brokers.map((port, index) => ({
    id: index + 1,
    port,
    properties: {
      "process.roles": "broker,controller",
      "controller.quorum.bootstrap.servers": controllers,
      listeners: `PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${ports.controllers[index]}`,
      "controller.listener.names": "CONTROLLER",
      "min.insync.replicas": "2",
      ...(index === 2 ? { "controller.quorum.auto.join.enable": "true" } : {}),
    },
  }));
  group = await NodeGroup.make(specs);
  await storageTool(group, 1, "--standalone");
  await group.format(2, "--no-initial-controllers");
  await group.format(3, "--no-initial-controllers");
  await group.start();
});
after(async () => {
  tools.stop();
  await group.end();
});

function storageTool(nodes: NodeGroup, id: number, ...options: string[]): Promise<string> {
  const { configFile } = nodes.node(id).plan;
  return tools.run("kafka.tools.StorageTool", ["format", "-t", nodes.clusterId, "-c", configFile, ...options]);
}

function quorum(...args: string[]): Promise<string> {
  return tools.run("org.apache.kafka.tools.MetadataQuorumCommand", args);
}

function viaBrokers(...args: string[]): Promise<string> {
  return quorum("--bootstrap-server", group.bootstrapServers, ...args);
}

function directoryOf(id: number, nodes = group): string {
  const text = readFileSync(join(nodes.node(id).plan.dataDir, "meta.properties"), "utf8");
  return /^directory\.id=(.*)$/m.exec(text)?.[1] ?? "";
}

interface Replica {
  readonly id: number;
  readonly directoryId: string;
  readonly endpoints?: readonly string[];
}

interface Status {
  readonly leader: number;
  readonly voters: readonly Replica[];
  readonly observers: readonly Replica[];
}

async function status(ask: (...args: string[]) => Promise<string> = viaBrokers): Promise<Status> {
  const output = await ask("describe", "--status");
  const field = (name: string) => new RegExp(`^${name}:\\s*(.*)$`, "m").exec(output)?.[1] ?? "";
  return {
    leader: Number(field("LeaderId")),
    voters: JSON.parse(field("CurrentVoters")),
    observers: JSON.parse(field("CurrentObservers")),
  };
}

const ids = (replicas: readonly Replica[]) => replicas.map(({ id }) => id).sort((a, b) => a - b);

async function untilVoters(...expected: number[]): Promise<void> {
  await until(
    `the voters are ${expected}`,
    60_000,
    async () => String(ids((await status()).voters)) === String(expected),
  );
}

test("the first voters are written down as Apache Kafka's storage tool does it", async () => {
  const voters = [1, 2, 3].map((id) => `${id}@127.0.0.1:${9000 + id}:${newUuid()}`).join(",");
  const dumps: string[] = [];
  for (const isOurs of [true, false]) {
    const nodes = await NodeGroup.make([specs[2]]);
    if (isOurs) await nodes.format(3, "--initial-controllers", voters);
    else await storageTool(nodes, 3, "--initial-controllers", voters);
    assert.ok(voters.endsWith(directoryOf(3, nodes)), "its directory has the id that it was given");
    const file = join(nodes.node(3).plan.dataDir, "__cluster_metadata-0", FIRST_VOTERS);
    const dump = await tools.run("org.apache.kafka.tools.DumpLogSegments", [
      ...["--files", file, "--deep-iteration", "--cluster-metadata-decoder"],
    ]);
    assert.doesNotMatch(dump, /isvalid: false/);
    dumps.push(dump.replace(/(CreateTime: |crc: |lastContainedLogTimestamp":)\d+/g, "$1").replace(/^Dumping .*$/m, ""));
    await nodes.end();
  }
  assert.match(dumps[0], /KRaftVersion .*"kRaftVersion":1/);
  assert.equal(dumps[0], dumps[1]);
});

test("a controller joins by itself, another by the tool; the leader is removed, and comes back", async () => {
  await untilVoters(1, 3);
  const { leader, voters, observers } = await status();
  assert.equal(leader, 1);
  assert.deepEqual(ids(observers), [2]);
  for (const { id, directoryId, endpoints } of voters) {
    assert.equal(directoryId, directoryOf(id));
    assert.equal(endpoints?.length, 1);
    assert.ok(endpoints[0].startsWith("CONTROLLER://127.0.0.1:"), endpoints[0]);
  }
  const { configFile } = group.node(2).plan;
  const added = await viaBrokers("--command-config", configFile, "add-controller");
  assert.match(added, new RegExp(`Added controller 2 with directory id ${directoryOf(2)}`));
  await untilVoters(1, 2, 3);
  const again = await tools.outcome("org.apache.kafka.tools.MetadataQuorumCommand", [
    ...["--bootstrap-server", group.bootstrapServers, "--command-config", configFile, "add-controller"],
  ]);
  assert.notEqual(again.code, 0);
  assert.match(again.output, /DuplicateVoterException/);
  const replication = await viaBrokers("describe", "--replication");
  const rows = replication
    .split("\n")
    .filter((line) => /^\d/.test(line))
    .map((line) => line.split(/\s+/));
  assert.deepEqual(
    rows.map(([id, directory]) => [Number(id), directory]).sort(),
    [1, 2, 3].map((id) => [id, directoryOf(id)]),
  );
  assert.equal(rows.filter((row) => row.includes("Leader")).length, 1);
  assert.equal(rows.filter((row) => row.includes("Follower")).length, 2);

  const topic = await makeTopic(group, "quorum:3:3");
  const workload = await Workload.start(group, topic, 3, 100);
  await workload.progress(5);
  await viaBrokers("remove-controller", "--controller-id", "1", "--controller-directory-id", directoryOf(1));
  await until("another leads", 60_000, async () => {
    const now = await status((...args) => quorum("--bootstrap-controller", controllers, ...args));
    return now.leader !== 1 && String(ids(now.voters)) === "2,3" && String(ids(now.observers)) === "1";
  });
  await workload.progress(5);
  await quorum(
    "--bootstrap-controller",
    controllers,
    "--command-config",
    group.node(1).plan.configFile,
    "add-controller",
  );
  await untilVoters(1, 2, 3);
  await group.node((await status()).leader).kill();
  await workload.progress(5);
  await workload.stop();
  await workload.verify();
});
