import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { makeTopic, startCluster } from "../support/cluster.js";
import { KafkaTools } from "../support/java.js";

let cluster: LocalCluster;
let tools: KafkaTools;

before(async () => {
  tools = await KafkaTools.start();
  cluster = await startCluster();
});
after(async () => {
  tools.stop();
  await cluster.stop();
});

test("ProducerPerformance sends with acks=all, and GetOffsetShell counts what it sent", async () => {
  const topic = await makeTopic(cluster, "perf:3:3");
  const output = await tools.run("org.apache.kafka.tools.ProducerPerformance", [
    ...["--topic", topic, "--num-records", "20000", "--record-size", "1000", "--throughput", "-1"],
    ...["--producer-props", `bootstrap.servers=${cluster.bootstrapServers}`, "acks=all"],
  ]);
  assert.match(output, /20000 records sent/);
  const offsets = await tools.run("org.apache.kafka.tools.GetOffsetShell", [
    "--bootstrap-server",
    cluster.bootstrapServers,
    "--topic",
    topic,
  ]);
  const ends = [...offsets.matchAll(/^perf:\d:(\d+)$/gm)].map(([, end]) => Number(end));
  assert.equal(ends.length, 3);
  assert.equal(
    ends.reduce((sum, end) => sum + end, 0),
    20_000,
  );
  const earliest = await tools.run("org.apache.kafka.tools.GetOffsetShell", [
    ...["--bootstrap-server", cluster.bootstrapServers, "--topic", topic, "--time", "earliest"],
  ]);
  assert.match(earliest, /^perf:0:0$/m);
  const newest = await tools.run("org.apache.kafka.tools.GetOffsetShell", [
    ...["--bootstrap-server", cluster.bootstrapServers, "--topic", topic, "--time", "max-timestamp"],
  ]);
  assert.equal([...newest.matchAll(/^perf:\d:\d+$/gm)].length, 3);
});

test("TopicCommand creates, lists, describes, alters and deletes", async () => {
  const run = (...args: string[]): Promise<string> =>
    tools.run("org.apache.kafka.tools.TopicCommand", ["--bootstrap-server", cluster.bootstrapServers, ...args]);
  const created = await run(
    "--create",
    "--topic",
    "made",
    "--partitions",
    "4",
    "--replication-factor",
    "3",
    "--config",
    "retention.ms=3600000",
  );
  assert.match(created, /Created topic made\./);
  assert.match(await run("--list"), /^made$/m);
  const described = await run("--describe", "--topic", "made");
  assert.match(described, /PartitionCount: 4\s+ReplicationFactor: 3\s+Configs:.*retention\.ms=3600000/);
  assert.equal(
    [...described.matchAll(/Partition: \d\s+Leader: [123]\s+Replicas: \d,\d,\d\s+Isr: \d,\d,\d/g)].length,
    4,
  );
  await run("--alter", "--topic", "made", "--partitions", "6");
  assert.match(await run("--describe", "--topic", "made"), /PartitionCount: 6/);
  await assert.rejects(run("--create", "--topic", "made"), /TopicExistsException|already exists/);
  await run("--delete", "--topic", "made");
  assert.doesNotMatch(await run("--list"), /^made$/m);
});

test("MetadataQuorumCommand describes the quorum", async () => {
  const run = (...args: string[]): Promise<string> =>
    tools.run("org.apache.kafka.tools.MetadataQuorumCommand", [
      "--bootstrap-server",
      cluster.bootstrapServers,
      "describe",
      ...args,
    ]);
  const status = await run("--status");
  assert.match(status, new RegExp(`ClusterId:\\s+${cluster.plan.clusterId}`));
  assert.match(status, /LeaderId:\s+[123]/);
  assert.match(status, /CurrentVoters:\s+\[.*1.*2.*3.*\]/);
  const replication = await run("--replication");
  assert.equal([...replication.matchAll(/^[123]\s.*(Leader|Follower)/gm)].length, 3);
});
