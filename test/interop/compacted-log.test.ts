import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { commitPositions, committedOffsets } from "../../src/cluster/groups.js";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { recordPorts } from "../../src/cluster/record-ports.js";
import { RecordReader } from "../../src/cluster/record-reader.js";
import { RecordSender } from "../../src/cluster/record-sender.js";
import { engine, makeTopic, startCluster, until, untilInSync, withAdmin } from "../support/cluster.js";
import { KafkaTools } from "../support/java.js";

// Compacted topics: the last record of each key, positions of groups after a failover, files that Apache Kafka's own reader accepts.

const KEYS = 40;
const RECORDS = 12_000;
const PARTITIONS = 100;
const COMMITS = 250;
const COMPLAINT = /mismatch|corrupt|invalid|not all|does not|error|exception|Found timestamp/i;
/** The last of three combined nodes of Apache Kafka has no quorum left to shut down with, so it does not close its files. */
const CLOSED = engine === "kafka" ? [1, 2] : [1, 2, 3];
let cluster: LocalCluster;
let tools: KafkaTools;

before(async () => {
  tools = await KafkaTools.start();
  cluster = await startCluster({
    properties: {
      "log.cleaner.backoff.ms": "200",
      "log.cleaner.min.cleanable.ratio": "0.01",
      "log.segment.bytes": "1048576",
      "log.index.interval.bytes": "1024",
      "offsets.topic.num.partitions": "1",
      "offsets.topic.segment.bytes": "1048576",
    },
  });
});
after(async () => {
  tools.stop();
  await cluster.stop();
});

/** How far the broker's cleaner came in the first partition of a topic. */
function cleanedOffset(broker: number, topic: string): number {
  const path = join(cluster.broker(broker).plan.dataDir, "cleaner-offset-checkpoint");
  const found = new RegExp(`^${topic} 0 (\\d+)$`, "m").exec(readFileSync(path, "utf8"));
  return found === null ? 0 : Number(found[1]);
}

function untilCleaned(topic: string, offset: number): Promise<void> {
  return until(`${topic} compacted everywhere`, 60_000, async () =>
    [1, 2, 3].every((broker) => cleanedOffset(broker, topic) >= offset),
  );
}

test("every replica compacts; a reader finds the last record of each key", async () => {
  await makeTopic(cluster, "compacted:1:3", { "cleanup.policy": "compact", "compression.type": "lz4" });
  const expected = new Map<string, string>();
  await withAdmin(cluster, async (admin) => {
    const sender = new RecordSender(admin, "compacted", await recordPorts(), 0);
    await sender.open();
    const encoder = new TextEncoder();
    for (let first = 0; first < RECORDS; first += 100) {
      const records = Array.from({ length: 100 }, (_, i) => {
        const key = `key-${(first + i) % KEYS}`;
        // Random, so that it does not compress to nothing.
        const value = Array.from({ length: 20 }, () => Math.random().toString(36)).join("");
        expected.set(key, value);
        return { key: encoder.encode(key), value: encoder.encode(value) };
      });
      await sender.sendTo(0, records);
    }
  });
  await untilCleaned("compacted", RECORDS / 2);
  const found = new Map<string, string>();
  let count = 0;
  await withAdmin(cluster, async (admin) => {
    const options = { partitions: null, fromBeginning: true, follow: false };
    await new RecordReader(admin, "compacted", await recordPorts(), options).read(({ key, value }) => {
      count++;
      found.set(new TextDecoder().decode(key ?? undefined), new TextDecoder().decode(value ?? undefined));
      return true;
    });
  });
  assert.deepEqual(found, expected);
  assert.ok(count < RECORDS * 0.7, `${count} records are left`);
});

test("a group's positions are the same after its topic was compacted and all brokers were killed", async () => {
  await makeTopic(cluster, `positions:${PARTITIONS}:1`);
  const commit = (value: number) =>
    Array.from({ length: PARTITIONS }, (_, partition) => ({
      topic: "positions",
      partition,
      before: null,
      after: value + partition,
    }));
  await withAdmin(cluster, async (admin) => {
    for (let i = 0; i <= COMMITS; i++) await commitPositions(admin, "compacted-group", commit(i));
  });
  await untilCleaned("__consumer_offsets", PARTITIONS * 50);
  await Promise.all(cluster.brokers.map((broker) => broker.kill()));
  await Promise.all(cluster.brokers.map((broker) => broker.start()));
  await untilInSync(cluster, "__consumer_offsets");
  await until("the coordinator has loaded", 60_000, async () => {
    const offsets = await withAdmin(cluster, (admin) => committedOffsets(admin, "compacted-group"));
    assert.equal(offsets.size, PARTITIONS);
    return [...offsets.values()].sort((a, b) => a - b).every((each, partition) => each === COMMITS + partition);
  });
});

test("Apache Kafka's reader has nothing to say about compacted files", async () => {
  for (const id of CLOSED) await cluster.broker(id).stop(10_000);
  for (const broker of CLOSED) {
    for (const folder of ["compacted-0", "__consumer_offsets-0"]) {
      const directory = join(cluster.broker(broker).plan.dataDir, folder);
      const named = (suffix: string): string =>
        readdirSync(directory)
          .filter((name) => name.endsWith(suffix))
          .map((name) => join(directory, name))
          .sort()
          .join(",");
      const dump = (suffix: string, ...options: string[]): Promise<string> =>
        tools.run("org.apache.kafka.tools.DumpLogSegments", ["--files", named(suffix), ...options]);
      const decoder = folder === "compacted-0" ? "--print-data-log" : "--offsets-decoder";
      const output = await dump(".log", "--deep-iteration", decoder);
      assert.doesNotMatch(output, /isvalid: false|unable to decode|could not/i);
      const offsets = [...output.matchAll(/^\| offset: (\d+)/gm)].map(([, offset]) => Number(offset));
      assert.ok(offsets.length > KEYS);
      assert.ok(offsets.every((offset, i) => i === 0 || offset > offsets[i - 1]));
      assert.doesNotMatch(await dump(".index", "--index-sanity-check"), COMPLAINT);
      assert.doesNotMatch(await dump(".timeindex", "--index-sanity-check"), COMPLAINT);
      assert.doesNotMatch(await dump(".index", "--verify-index-only"), COMPLAINT);
      assert.doesNotMatch(await dump(".timeindex"), COMPLAINT);
      assert.doesNotMatch(await dump(".snapshot"), COMPLAINT);
    }
  }
});
