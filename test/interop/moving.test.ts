import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { EngineName } from "../../src/cluster/engine.js";
import { GroupReader } from "../../src/cluster/group-reader.js";
import { committedOffsets } from "../../src/cluster/groups.js";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import { recordPorts } from "../../src/cluster/record-ports.js";
import { RecordReader } from "../../src/cluster/record-reader.js";
import { RecordSender } from "../../src/cluster/record-sender.js";
import { makeTopic, startCluster, withAdmin } from "../support/cluster.js";

// docs/guide/to-apache-kafka.md: the directories of a cluster that was stopped in order are opened by Apache Kafka.

let directory = "";
let cluster: LocalCluster | null = null;

before(async () => {
  directory = await mkdtemp(join(tmpdir(), "holdfast-moving-"));
});
after(async () => {
  await cluster?.stopNow();
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
});

async function start(engine: EngineName): Promise<LocalCluster> {
  const started = await startCluster({ engine, dataDir: directory });
  cluster = started;
  return started;
}

async function send(to: LocalCluster, values: readonly string[]): Promise<void> {
  await withAdmin(to, async (admin) => {
    const sender = new RecordSender(admin, "moved", await recordPorts(), 0);
    await sender.open();
    const encoder = new TextEncoder();
    await sender.sendTo(
      0,
      values.map((value) => ({ key: null, value: encoder.encode(value) })),
    );
  });
}

async function values(from: LocalCluster): Promise<string[]> {
  const found: string[] = [];
  await withAdmin(from, async (admin) => {
    const reader = new RecordReader(admin, "moved", await recordPorts(), {
      partitions: null,
      fromBeginning: true,
      follow: false,
    });
    await reader.read(({ value }) => {
      found.push(new TextDecoder().decode(value ?? new Uint8Array(0)));
      return true;
    });
  });
  return found;
}

test("Apache Kafka goes on with the records, topics and positions of a cluster's directories", async () => {
  const ours = await start("holdfast");
  await makeTopic(ours, "moved:1:3", { "retention.ms": "123456789" });
  await send(ours, ["one", "two", "three"]);
  await withAdmin(ours, async (admin) => {
    const reader = new GroupReader(admin, "movers", "moved", await recordPorts(), {
      fromBeginning: true,
      follow: false,
      assignors: ["range"],
    });
    let left = 2;
    await reader.read(() => --left > 0);
  });
  await ours.stop();

  const path = join(directory, "cluster.json");
  await writeFile(path, JSON.stringify({ ...JSON.parse(await readFile(path, "utf8")), engine: "kafka" }));
  const theirs = await start("kafka");
  assert.deepEqual(await values(theirs), ["one", "two", "three"]);
  assert.equal(await withAdmin(theirs, async (admin) => (await committedOffsets(admin, "movers")).get("moved-0")), 2);
  await send(theirs, ["four"]);
  assert.deepEqual(await values(theirs), ["one", "two", "three", "four"]);
});
