import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { engine, makeTopic, startCluster } from "../support/cluster.js";
import { KafkaTools, kafkaTool } from "../support/java.js";

// Consumer groups of Apache Kafka's own client, and its administrators' tool.

const COMMAND = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
/** Without a record for so long a consumer ends. Apache Kafka first makes the partitions that hold groups, which takes it longer. */
const QUIET_MS = engine === "kafka" ? 40_000 : 8_000;
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

/** The tool gives its calls 5 s, and ends with code 0 also when one failed: then it only prints why. */
async function groups(...args: string[]): Promise<string> {
  const command = ["--bootstrap-server", cluster.bootstrapServers, "--timeout", "60000", ...args];
  const output = await tools.run(COMMAND, command);
  assert.doesNotMatch(output, /^Error: /m, output);
  return output;
}

/** Of a table that the tool prints: partition to what stands in the column. */
function column(table: string, topic: string, at: number): Record<string, string> {
  const rows = table.split("\n").map((line) => line.trim().split(/\s+/));
  return Object.fromEntries(rows.filter((row) => row[1] === topic).map((row) => [row[2], row[at]]));
}

test("console consumers share a topic cooperatively; the tool shows the group, sets it back and deletes it", async () => {
  const topic = await makeTopic(cluster, "tools:4:3");
  await tools.run("org.apache.kafka.tools.ProducerPerformance", [
    ...["--topic", topic, "--num-records", "4000", "--record-size", "100", "--throughput", "-1"],
    ...["--producer-props", `bootstrap.servers=${cluster.bootstrapServers}`, "acks=all"],
  ]);
  const strategy = "org.apache.kafka.clients.consumer.CooperativeStickyAssignor";
  const consume = () =>
    kafkaTool("org.apache.kafka.tools.consumer.ConsoleConsumer", [
      ...["--bootstrap-server", cluster.bootstrapServers, "--topic", topic, "--group", "tools-group"],
      ...["--from-beginning", "--timeout-ms", String(QUIET_MS)],
      ...["--command-property", `partition.assignment.strategy=${strategy}`],
    ]);
  const outputs = await Promise.all([consume(), consume()]);
  const counts = outputs.map((output) => Number(/Processed a total of (\d+) messages/.exec(output)?.[1]));
  // Once at least: what a member had read and not committed when its partition went to the other is read again.
  assert.ok(counts[0] + counts[1] >= 4000, `each record went to one of them: ${counts.join(" and ")}`);

  assert.match(await groups("--list", "--state"), /^tools-group\s+Empty/m);
  const described = await groups("--describe", "--group", "tools-group");
  const ends = column(described, topic, 4);
  assert.equal(Object.keys(ends).length, 4);
  assert.deepEqual(column(described, topic, 3), ends, "all is consumed and committed");
  const reset = ["--reset-offsets", "--group", "tools-group", "--topic", `${topic}:1,3`, "--to-earliest", "--execute"];
  const applied = await groups(...reset);
  assert.deepEqual(column(applied, topic, 3), { 1: "0", 3: "0" }, applied);
  await groups("--delete-offsets", "--group", "tools-group", "--topic", `${topic}:0`);
  const afterwards = await groups("--describe", "--group", "tools-group");
  assert.deepEqual(column(afterwards, topic, 3), { 1: "0", 2: ends[2], 3: "0" }, afterwards);
  assert.match(await groups("--delete", "--group", "tools-group"), /'tools-group'\) was successful/);
  assert.doesNotMatch(await groups("--list"), /tools-group/);
});
