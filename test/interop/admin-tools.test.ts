import assert from "node:assert/strict";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { leaderOf, makeTopic, startCluster, until, untilInSync } from "../support/cluster.js";
import { KafkaTools, kafkaTool } from "../support/java.js";

// Apache Kafka's tools for administrators and for the shell: what they print is what they print on Apache Kafka.

const TOOLS = "org.apache.kafka.tools";
let cluster: LocalCluster;
let tools: KafkaTools;
let folder = "";

before(async () => {
  folder = mkdtempSync(join(tmpdir(), "tools-"));
  [cluster, tools] = await Promise.all([startCluster(), KafkaTools.start()]);
});
after(async () => {
  tools.stop();
  await cluster.stop();
  rmSync(folder, { recursive: true, force: true });
});

function run(tool: string, args: readonly string[], stdin?: string): Promise<string> {
  return tools.run(tool, ["--bootstrap-server", cluster.bootstrapServers, ...args], stdin);
}

/** A file of JSON, as several tools want their plans. */
function file(name: string, content: unknown): string {
  const path = join(folder, name);
  writeFileSync(path, JSON.stringify(content));
  return path;
}

/** The line of the output that is JSON. */
function json<T>(output: string): T {
  const line = output.split("\n").find((each) => each.startsWith("{"));
  assert.ok(line !== undefined, output);
  return JSON.parse(line);
}

test("ConsoleProducer and ConsoleConsumer: lines with keys and headers come as they were typed", async () => {
  const topic = await makeTopic(cluster, "typed:1:3");
  const typed = ["h:1\tone\tfirst line", "h:2\ttwo\tsecond line", "h:3\tthree\tÜmläut"];
  await run(
    `${TOOLS}.ConsoleProducer`,
    [
      ...["--topic", topic, "--compression-codec", "zstd", "--command-property", "acks=all"],
      ...["--reader-property", "parse.key=true", "--reader-property", "parse.headers=true"],
    ],
    `${typed.join("\n")}\n`,
  );
  const shown = await run(`${TOOLS}.consumer.ConsoleConsumer`, [
    ...["--topic", topic, "--from-beginning", "--max-messages", "3", "--timeout-ms", "20000"],
    ...["--formatter-property", "print.key=true", "--formatter-property", "print.headers=true"],
    ...["--formatter-property", "print.offset=true"],
  ]);
  const expected = typed.map((line, offset) => `Offset:${offset}\t${line}`);
  assert.deepEqual(
    shown.split("\n").filter((line) => line.startsWith("Offset:")),
    expected,
  );
});

test("VerifiableProducer has all acknowledged, VerifiableConsumer and ConsumerPerformance read all of it", async () => {
  const topic = await makeTopic(cluster, "verifiable:3:3");
  const produced = await kafkaTool(`${TOOLS}.VerifiableProducer`, [
    ...["--bootstrap-server", cluster.bootstrapServers, "--topic", topic],
    ...["--max-messages", "1000", "--acks", "-1"],
  ]);
  assert.match(produced, /"name":"tool_data".*"sent":1000,"acked":1000|"sent":1000,"acked":1000.*"name":"tool_data"/);
  assert.equal([...produced.matchAll(/"name":"producer_send_success"/g)].length, 1000);
  const consumed = await run(`${TOOLS}.VerifiableConsumer`, [
    ...["--topic", topic, "--group-id", "verifiers", "--max-messages", "1000", "--reset-policy", "earliest"],
  ]);
  const counts = [...consumed.matchAll(/"name":"records_consumed","count":(\d+)/g)].map(([, count]) => Number(count));
  const loose = [...consumed.matchAll(/"count":(\d+)[^{}]*"partitions"/g)].map(([, count]) => Number(count));
  assert.equal(
    [...counts, ...(counts.length === 0 ? loose : [])].reduce((sum, count) => sum + count, 0),
    1000,
    consumed.slice(-2000),
  );
  const performance = await run(`${TOOLS}.ConsumerPerformance`, [
    ...["--topic", topic, "--group", "performers", "--num-records", "1000", "--timeout", "20000", "--hide-header"],
  ]);
  assert.match(performance, /, 1000, /, performance);
});

test("ConsumerGroupCommand: members, state and offsets of a group that is there, and of none", async () => {
  const topic = await makeTopic(cluster, "watched:2:3");
  const consumer = kafkaTool(`${TOOLS}.consumer.ConsoleConsumer`, [
    ...["--bootstrap-server", cluster.bootstrapServers, "--topic", topic, "--group", "watched-group"],
    ...["--command-property", "client.id=watched-client", "--timeout-ms", "10000"],
  ]);
  const groups = (...args: string[]) =>
    run(`${TOOLS}.consumer.group.ConsumerGroupCommand`, ["--timeout", "60000", ...args]);
  await until("the member has its partitions", 60_000, async () => {
    return /watched-group\s.*\sStable\s+1\b/.test(await groups("--describe", "--group", "watched-group", "--state"));
  });
  const members = await groups("--describe", "--group", "watched-group", "--members", "--verbose");
  assert.match(members, /watched-group\s+watched-client\S*\s+\/127\.0\.0\.1\s+watched-client\s+2\s.*watched:0,1/);
  assert.match(await groups("--describe", "--group", "watched-group"), /watched-group\s+watched\s+[01]\s/);
  const refused = await groups(
    ...["--reset-offsets", "--group", "watched-group", "--topic", topic, "--to-earliest", "--execute"],
  );
  assert.match(refused, /can only be reset if the group 'watched-group' is inactive, but the current state is Stable/);
  assert.match(await groups("--delete", "--group", "watched-group"), /is not empty/);
  await consumer;
  for (const [how, expected] of [
    [["--to-offset", "0"], "0"],
    [["--to-latest"], "0"],
    [["--shift-by", "0"], "0"],
    [["--to-datetime", "2020-01-01T00:00:00.000"], "0"],
  ] as const) {
    const reset = await groups(...["--reset-offsets", "--group", "watched-group", "--all-topics", ...how, "--execute"]);
    assert.match(reset, new RegExp(`watched-group\\s+watched\\s+0\\s+${expected}`), reset);
  }
  assert.match(await groups("--list", "--type", "classic"), /^watched-group\s+Classic/m);
  assert.match(await run(`${TOOLS}.GroupsCommand`, ["--list"]), /watched-group\s+Classic\s+consumer/);
  assert.match(await groups("--delete", "--group", "watched-group"), /'watched-group'\) was successful/);
  assert.match(await groups("--describe", "--group", "watched-group"), /does not exist|not found/i);
});

test("ConfigCommand: topics and brokers, set, shown, taken back", async () => {
  const topic = await makeTopic(cluster, "configured:1:3");
  const configs = (...args: string[]) => run("kafka.admin.ConfigCommand", args);
  const ofTopic = ["--entity-type", "topics", "--entity-name", topic];
  await configs("--alter", ...ofTopic, "--add-config", "retention.ms=123456,cleanup.policy=[compact,delete]");
  // Any broker answers, by the metadata that it has by then.
  const untilShown = (what: (shown: string) => boolean, ...args: string[]) =>
    until(args.join(" "), 60_000, async () => what(await configs("--describe", ...args)));
  const setting = /retention\.ms=123456 sensitive=false synonyms=\{DYNAMIC_TOPIC_CONFIG:retention\.ms=123456/;
  await untilShown((shown) => setting.test(shown) && /cleanup\.policy=compact,delete/.test(shown), ...ofTopic);
  await configs("--alter", ...ofTopic, "--delete-config", "retention.ms");
  await untilShown((shown) => /cleanup\.policy/.test(shown) && !/retention\.ms/.test(shown), ...ofTopic);
  const all = await configs("--describe", "--all", ...ofTopic);
  assert.match(all, /retention\.ms=604800000 .*DEFAULT_CONFIG:log\.retention\.hours=168|retention\.ms=\d+/);
  const refused = await tools.outcome("kafka.admin.ConfigCommand", [
    ...["--bootstrap-server", cluster.bootstrapServers, "--alter", ...ofTopic, "--add-config", "retention.ms=soon"],
  ]);
  assert.notEqual(refused.code, 0);
  assert.match(refused.output, /Invalid value soon for configuration retention\.ms/);

  const ofBroker = ["--entity-type", "brokers", "--entity-name", "1"];
  await configs("--alter", ...ofBroker, "--add-config", "log.cleaner.threads=2");
  await untilShown((shown) => /log\.cleaner\.threads=2 .*DYNAMIC_BROKER_CONFIG/.test(shown), ...ofBroker);
  assert.match(await configs("--describe", "--all", ...ofBroker), /^\s+node\.id=1 /m);
  await configs("--alter", ...ofBroker, "--delete-config", "log.cleaner.threads");
  const forAll = ["--entity-type", "brokers", "--entity-default"];
  await configs("--alter", ...forAll, "--add-config", "log.retention.ms=7200000");
  await untilShown((shown) => /log\.retention\.ms=7200000/.test(shown), ...forAll);
  await configs("--alter", ...forAll, "--delete-config", "log.retention.ms");
});

test("DeleteRecordsCommand moves the start of a log, GetOffsetShell sees it", async () => {
  const topic = await makeTopic(cluster, "shortened:1:3");
  await run(`${TOOLS}.ConsoleProducer`, ["--topic", topic], `${"a line\n".repeat(50)}`);
  const plan = file("delete.json", { version: 1, partitions: [{ topic, partition: 0, offset: 20 }] });
  assert.match(
    await run(`${TOOLS}.DeleteRecordsCommand`, ["--offset-json-file", plan]),
    /partition: shortened-0\tlow_watermark: 20/,
  );
  const offsets = (time: string) => run(`${TOOLS}.GetOffsetShell`, ["--topic", topic, "--time", time]);
  assert.match(await offsets("earliest"), /^shortened:0:20$/m);
  assert.match(await offsets("latest"), /^shortened:0:50$/m);
});

test("LeaderElectionCommand gives a partition back to its preferred leader", async () => {
  const topic = await makeTopic(cluster, "elected:1:3");
  const preferred = await leaderOf(cluster, topic);
  await cluster.broker(preferred).kill();
  await until("another leads", 60_000, async () => (await leaderOf(cluster, topic)) !== preferred);
  await cluster.restart(preferred);
  await untilInSync(cluster, topic);
  const elect = () =>
    run(`${TOOLS}.LeaderElectionCommand`, [...["--election-type", "preferred", "--topic", topic, "--partition", "0"]]);
  assert.match(await elect(), /Successfully completed leader election \(PREFERRED\) for partitions elected-0/);
  assert.equal(await leaderOf(cluster, topic), preferred);
  assert.match(await elect(), /Valid replica already elected for partitions elected-0/);
});

test("LogDirsCommand shows the replicas of each broker with their sizes", async () => {
  const topic = await makeTopic(cluster, "sized:2:3");
  await run(`${TOOLS}.ConsoleProducer`, ["--topic", topic], `${"a line\n".repeat(10)}`);
  const output = await run(`${TOOLS}.LogDirsCommand`, ["--describe", "--topic-list", topic, "--broker-list", "1,2,3"]);
  const { brokers } = json<{
    brokers: {
      broker: number;
      logDirs: { error: string | null; partitions: { partition: string; size: number; isFuture: boolean }[] }[];
    }[];
  }>(output);
  assert.deepEqual(brokers.map(({ broker }) => broker).sort(), [1, 2, 3]);
  for (const { logDirs } of brokers) {
    const replicas = logDirs.flatMap(({ partitions }) => partitions);
    assert.deepEqual(replicas.map(({ partition }) => partition).sort(), ["sized-0", "sized-1"]);
    assert.ok(replicas.some(({ size }) => size > 0));
    assert.ok(logDirs.every(({ error }) => error === null));
  }
});

test("ReassignPartitionsCommand moves a replica, and says when it has", async () => {
  const topic = await makeTopic(cluster, "moved:1:2");
  await run(`${TOOLS}.ConsoleProducer`, ["--topic", topic], `${"a line\n".repeat(10)}`);
  const command = `${TOOLS}.reassign.ReassignPartitionsCommand`;
  const before = await run(`${TOOLS}.TopicCommand`, ["--describe", "--topic", topic]);
  const replicas = (/Replicas: ([\d,]+)/.exec(before)?.[1] ?? "").split(",").map(Number);
  const absent = [1, 2, 3].find((id) => !replicas.includes(id)) as number;
  const target = [absent, replicas[0]];
  const plan = file("move.json", { version: 1, partitions: [{ topic, partition: 0, replicas: target }] });
  assert.match(
    await run(command, ["--reassignment-json-file", plan, "--execute"]),
    /Successfully started partition reassignment for moved-0/,
  );
  await until("the move is complete", 60_000, async () => {
    return /Reassignment of partition moved-0 is completed/.test(
      await run(command, ["--reassignment-json-file", plan, "--verify"]),
    );
  });
  assert.match(await run(command, ["--list"]), /No partition reassignments found/);
  assert.match(
    await run(`${TOOLS}.TopicCommand`, ["--describe", "--topic", topic]),
    new RegExp(`Replicas: ${target.join(",")}\\s`),
  );
});

test("ClusterTool, FeatureCommand and BrokerApiVersionsCommand tell what the cluster is", async () => {
  const id = await tools.run(`${TOOLS}.ClusterTool`, ["cluster-id", "--bootstrap-server", cluster.bootstrapServers]);
  assert.match(id, new RegExp(`Cluster ID: ${cluster.plan.clusterId}`));
  const features = await run(`${TOOLS}.FeatureCommand`, ["describe"]);
  assert.match(features, /Feature: metadata\.version\s+SupportedMinVersion: \S+\s+SupportedMaxVersion: \S+\s/);
  assert.match(features, /Feature: kraft\.version\s/);
  const versions = await run(`${TOOLS}.BrokerApiVersionsCommand`, []);
  for (const id of [1, 2, 3]) assert.match(versions, new RegExp(`\\(id: ${id} rack: `));
  assert.match(versions, /Produce\(0\): \d+ to \d+ \[usable: \d+\]/);
});

test("DumpLogSegments --offsets-decoder reads the coordinators' records", async () => {
  const topic = await makeTopic(cluster, "decoded:1:3");
  await run(`${TOOLS}.ConsoleProducer`, ["--topic", topic], `${"a line\n".repeat(5)}`);
  await run(`${TOOLS}.consumer.ConsoleConsumer`, [
    ...["--topic", topic, "--group", "decoded-group", "--from-beginning", "--max-messages", "5"],
  ]);
  // Group "decoded-group" lies in partition abs(hash) % 50; the tool reads a file while it is written, too.
  let hash = 0;
  for (const char of "decoded-group") hash = (Math.imul(31, hash) + char.charCodeAt(0)) | 0;
  const log = `__consumer_offsets-${Math.abs(hash) % 50}/00000000000000000000.log`;
  await until("the records are on the disk", 60_000, async () => {
    const output = await tools.run(`${TOOLS}.DumpLogSegments`, [
      ...["--offsets-decoder", "--files", join(cluster.broker(1).plan.dataDir, log)],
    ]);
    return (
      /"type":"1","data":\{"group":"decoded-group","topic":"decoded","partition":0\}.*"offset":5/.test(output) &&
      /"type":"2","data":\{"group":"decoded-group"\}.*"protocolType":"consumer"/.test(output)
    );
  });
});
