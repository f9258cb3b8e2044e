import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import type { LocalCluster } from "../../src/cluster/local-cluster.js";
import {
  engine,
  leaderOf,
  makeTopic,
  startCluster,
  until,
  untilInSync,
  untilServing,
  withAdmin,
} from "../support/cluster.js";
import { freePorts, NodeGroup } from "../support/node-group.js";
import { produceOnce } from "../support/produce-once.js";
import { readAll, Workload } from "../support/workload.js";

// What lies on disks, and what is left of the promise when one of them is lost, full, or trimmed.

const skip = engine === "holdfast" ? false : "Holdfast's own settings";
const ends: (() => Promise<void>)[] = [];
after(async () => {
  for (const end of ends.reverse()) await end();
});

async function durableCluster(): Promise<LocalCluster> {
  const cluster = await startCluster({ properties: { "holdfast.ack.after": "fsync" } });
  ends.push(() => cluster.stopNow());
  return cluster;
}

test("all are killed at once, a leader's directory is lost: what was acknowledged is read from the others", {
  skip,
}, async () => {
  const cluster = await durableCluster();
  const topic = await makeTopic(cluster, "lost-disk:6:3");
  const workload = await Workload.start(cluster, topic, 6, 200);
  await workload.progress(10);
  const victim = cluster.broker(await leaderOf(cluster, topic, 0));
  await Promise.all(cluster.brokers.map((broker) => broker.kill()));
  await rm(victim.plan.dataDir, { recursive: true });
  await cluster.format();
  await Promise.all(cluster.brokers.map((broker) => broker.start()));
  await workload.progress(5);
  await workload.stop();
  await workload.verify();
  await untilInSync(cluster, topic);
  await workload.verify();
});

test("the last leader dies last and with its disk: one that died before it leads, with all that was acknowledged", {
  skip,
}, async () => {
  const ports = await freePorts(4);
  const common = {
    "controller.quorum.voters": `100@127.0.0.1:${ports.controllers[3]}`,
    "controller.listener.names": "CONTROLLER",
    "min.insync.replicas": "2",
    "default.replication.factor": "3",
    "holdfast.ack.after": "fsync",
  };
  const controller = { "process.roles": "controller", listeners: `CONTROLLER://127.0.0.1:${ports.controllers[3]}` };
  const group = await NodeGroup.make([
    { id: 100, port: ports.controllers[3], properties: { ...common, ...controller } },
    ...[1, 2, 3].map((id) => {
      const listeners = `PLAINTEXT://127.0.0.1:${ports.brokers[id - 1]}`;
      return { id, port: ports.brokers[id - 1], properties: { ...common, "process.roles": "broker", listeners } };
    }),
  ]);
  ends.push(() => group.end());
  for (const { plan } of group.nodes) await group.format(plan.id);
  await group.start();
  await untilServing(group);
  const topic = await makeTopic(group, "last:3:3");
  const workload = await Workload.start(group, topic, 3, 100);
  await workload.progress(10);
  await workload.stop();
  // 1 and 2 die, the controller sees it; 3, now the only one in sync, dies with its disk.
  await group.node(1).kill();
  await group.node(2).kill();
  await until("3 leads alone", 20_000, async () => {
    const [leaders] = [await Promise.all([0, 1, 2].map((partition) => leaderOf(group, topic, partition)))];
    return leaders.every((leader) => leader === 3);
  });
  await group.node(3).kill();
  await rm(group.node(3).plan.dataDir, { recursive: true });
  await mkdir(group.node(3).plan.dataDir);
  await group.node(1).start();
  await group.node(2).start();
  await until("every record readable on those who died first", 30_000, async () => {
    const read = await readAll(group, topic);
    return workload.acknowledged.every((each) => read.some((found) => found.sequence === each.sequence));
  });
  await workload.verify();
  await group.format(3);
  await group.node(3).start();
  await untilInSync(group, topic);
  await workload.verify();
});

test("retention removes segments from the disk, and the log begins later", async () => {
  const cluster = await startCluster({ properties: { "log.retention.check.interval.ms": "300" } });
  ends.push(() => cluster.stopNow());
  const topic = await makeTopic(cluster, "trimmed:1:3", {
    "segment.bytes": "1048576",
    "retention.bytes": "2097152",
    "file.delete.delay.ms": "200",
  });
  const { port } = cluster.broker(await leaderOf(cluster, topic)).plan;
  for (let i = 0; i < 12; i++) {
    assert.equal(await produceOnce(port, topic, 0, { acks: -1, timeoutMs: 5000, bytes: 900_000 }), "NONE");
  }
  await until("old segments are gone everywhere", 20_000, async () => {
    const found = await Promise.all(cluster.brokers.map(({ plan }) => readdir(join(plan.dataDir, `${topic}-0`))));
    return found.every(
      (files) =>
        !files.includes("00000000000000000000.log") &&
        !files.some((file) => file.endsWith(".deleted")) &&
        files.filter((file) => file.endsWith(".log")).length <= 4,
    );
  });
  const read = await readAll(cluster, topic);
  assert.ok(read.length >= 2 && read[0].offset > 0);
  assert.equal(read.at(-1)?.offset, 11);
});

/** A file system of its own for a directory, which is soon full; null where this user may mount none. */
async function tinyDisk(megabytes: number): Promise<string | null> {
  const path = await mkdtemp(join(tmpdir(), "holdfast-tiny-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs", path], { stdio: "ignore" });
  } catch {
    await rm(path, { recursive: true });
    return null;
  }
  ends.push(async () => {
    execFileSync("umount", ["-l", path]);
    await rm(path, { recursive: true, force: true });
  });
  return path;
}

test("one of two directories is full: it goes offline with a clear error, the rest goes on", {
  skip,
}, async (context) => {
  const disk = await tinyDisk(48);
  if (disk === null) {
    context.skip("this user may not mount a file system");
    return;
  }
  const ports = await freePorts(3);
  const voters = [1, 2, 3].map((id) => `${id}@127.0.0.1:${ports.controllers[id - 1]}`).join(",");
  const group = await NodeGroup.make(
    [1, 2, 3].map((id) => ({
      id,
      port: ports.brokers[id - 1],
      properties: {
        "process.roles": "broker,controller",
        "controller.quorum.voters": voters,
        "controller.listener.names": "CONTROLLER",
        listeners: `PLAINTEXT://127.0.0.1:${ports.brokers[id - 1]},CONTROLLER://127.0.0.1:${ports.controllers[id - 1]}`,
        "min.insync.replicas": "2",
        "default.replication.factor": "3",
        "log.index.size.max.bytes": "65536",
        ...(id === 1 ? { "log.dirs": `$DIR/node-1,${disk}`, "metadata.log.dir": "$DIR/node-1" } : {}),
      },
    })),
  );
  ends.push(() => group.end());
  for (const { plan } of group.nodes) await group.format(plan.id);
  await group.start();
  await untilServing(group);
  const topic = await makeTopic(group, "filled:8:3");
  const inTiny = (await readdir(disk)).filter((name) => name.startsWith("filled-"));
  assert.ok(inTiny.length > 0 && inTiny.length < 8, `partitions are spread over the directories: ${inTiny}`);
  const filled = Number(inTiny[0].slice("filled-".length));
  const bytes = 900_000;
  let accepted = 0;
  await until("the directory is offline, and records go on", 60_000, async () => {
    const { port } = group.node(await leaderOf(group, topic, filled)).plan;
    if ((await produceOnce(port, topic, filled, { acks: -1, timeoutMs: 3000, bytes })) === "NONE") accepted++;
    return accepted > 80;
  });
  const log = await readFile(group.node(1).plan.logFile, "utf8");
  assert.match(log, /ENOSPC/);
  assert.ok(log.includes(disk), "the log names the directory");
  assert.equal(group.node(1).state, "running");
  // What lies in its other directory, the broker goes on with.
  const elsewhere = [0, 1, 2, 3, 4, 5, 6, 7].filter((index) => !inTiny.includes(`filled-${index}`));
  const workload = await Workload.start(group, await makeTopicOn(group, "after-full:3:2"), 3, 100);
  await workload.progress(5);
  await workload.stop();
  await workload.verify();
  await until("the broker is in sync where its disk is sound", 20_000, async () => {
    const { topics } = await withAdmin(group, (admin) => admin.metadata([topic]));
    const { partitions } = topics[0];
    return elsewhere.every((index) =>
      partitions.some((each) => each.partitionIndex === index && each.isrNodes.includes(1)),
    );
  });
});

function makeTopicOn(group: NodeGroup, spec: string): Promise<string> {
  return makeTopic(group, spec, { "min.insync.replicas": "1" });
}
