import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { engine, makeTopic, startCluster } from "../support/cluster.js";
import { javaClient, KafkaTools } from "../support/java.js";

// Apache Kafka's own reader of its files finds nothing to complain about in ours.

const CODECS = ["none", "gzip", "snappy", "lz4", "zstd"];
const RECORDS = 8000;
const COMPLAINT = /mismatch|corrupt|invalid|non-consecutive|not all|does not|error|exception|Found timestamp/i;
/** The last of three combined nodes of Apache Kafka has no quorum left to shut down with, so it does not close its files. */
const CLOSED = engine === "kafka" ? [1, 2] : [1, 2, 3];
let cluster: LocalCluster;
let tools: KafkaTools;
let topic = "";

before(async () => {
  tools = await KafkaTools.start();
  // Small segments and a dense index: many files, each with entries.
  cluster = await startCluster({ properties: { "log.segment.bytes": "1048576", "log.index.interval.bytes": "1024" } });
  topic = await makeTopic(cluster, "dumped:1:3");
  for (const codec of CODECS) {
    const producer = await javaClient([
      "produce",
      cluster.bootstrapServers,
      topic,
      "1",
      String(RECORDS),
      "300",
      codec,
      "0",
    ]);
    await producer.ended;
    assert.deepEqual(producer.complaints, []);
  }
  // A clean stop trims the indexes to what they hold; the files stay.
  for (const id of CLOSED) await cluster.broker(id).stop(10_000);
});
after(async () => {
  tools.stop();
  await cluster.stop();
});

function files(broker: number, folder: string, suffix: string): string[] {
  const directory = join(cluster.broker(broker).plan.dataDir, folder);
  return readdirSync(directory)
    .filter((name) => name.endsWith(suffix))
    .sort()
    .map((name) => join(directory, name));
}

function dump(paths: readonly string[], ...options: string[]): Promise<string> {
  return tools.run("org.apache.kafka.tools.DumpLogSegments", ["--files", paths.join(","), ...options]);
}

for (const broker of CLOSED) {
  test(`broker ${broker}: every record of the data log, every batch valid`, async () => {
    const logs = files(broker, `${topic}-0`, ".log");
    assert.ok(logs.length >= 3, `several segments (${logs.length})`);
    const output = await dump(logs, "--deep-iteration", "--print-data-log");
    assert.doesNotMatch(output, /isvalid: false|isValid: false/);
    const offsets = [...output.matchAll(/^\| offset: (\d+)/gm)].map(([, offset]) => Number(offset));
    assert.deepEqual(
      offsets,
      Array.from({ length: RECORDS * CODECS.length }, (_, index) => index),
    );
  });

  test(`broker ${broker}: indexes agree with the log`, async () => {
    const indexes = [...files(broker, `${topic}-0`, ".index"), ...files(broker, `${topic}-0`, ".timeindex")];
    assert.doesNotMatch(await dump(indexes, "--index-sanity-check"), COMPLAINT);
    assert.doesNotMatch(await dump(files(broker, `${topic}-0`, ".index"), "--verify-index-only"), COMPLAINT);
    assert.doesNotMatch(await dump(indexes), COMPLAINT);
  });

  test(`broker ${broker}: producer snapshots are read`, async () => {
    const snapshots = files(broker, `${topic}-0`, ".snapshot");
    assert.ok(snapshots.length > 0);
    assert.doesNotMatch(await dump(snapshots), COMPLAINT);
  });

  test(`broker ${broker}: the metadata log decodes into Kafka's records`, async () => {
    const output = await dump(
      files(broker, "__cluster_metadata-0", ".log"),
      "--cluster-metadata-decoder",
      "--deep-iteration",
    );
    assert.doesNotMatch(output, /isvalid: false|unable to decode|could not/i);
    for (const type of [
      "REGISTER_BROKER_RECORD",
      "TOPIC_RECORD",
      "PARTITION_RECORD",
      "FEATURE_LEVEL_RECORD",
      "LeaderChange",
    ]) {
      assert.match(output, new RegExp(type), type);
    }
    const indexes = files(broker, "__cluster_metadata-0", ".index");
    assert.doesNotMatch(await dump(indexes, "--index-sanity-check"), COMPLAINT);
  });

  test(`broker ${broker}: the bootstrap snapshot decodes`, async () => {
    const output = await dump(files(broker, "", "bootstrap.checkpoint"), "--cluster-metadata-decoder");
    assert.match(output, /metadata\.version/);
    assert.match(output, /SnapshotHeader/);
    assert.match(output, /SnapshotFooter/);
  });
}
