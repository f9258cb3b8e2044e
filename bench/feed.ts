import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Admin } from "../src/cluster/admin.js";
import { DEFAULT_OPTIONS, LocalCluster } from "../src/cluster/local-cluster.js";
import { recordPorts } from "../src/cluster/record-ports.js";
import { RecordSender } from "../src/cluster/record-sender.js";
import { createTopic } from "../src/cluster/topics.js";
import { untilInSync, withAdmin } from "../test/support/cluster.js";
import { meanWithin } from "./statistics.js";

const ROUNDS = 20;
const PARTITIONS = 12;
const RECORD_BYTES = 1000;
/** As many as Kafka's producer puts into a batch by default: what is paid for each batch is to be seen. */
const BATCH_RECORDS = 16;
/** What else the machine does lasts longer than one turn, and so meets both. */
const TURNS = 10;
const TURN_BYTES = 5e6;
/** Compiled code and grown buffers, before anything is counted. */
const WARM_TURNS = 30;

/**
 * What the brokers' event feed costs while nobody subscribes: CPU per byte of the program as it is, against one out of which every
 * test for a subscriber was taken. Both clusters run at once and take short turns, each in
 * another order than the last.
 */
export async function feedCost(): Promise<{ percent: number; halfInterval: number }> {
  const without = await programWithoutFeed();
  const clusters: LocalCluster[] = [];
  try {
    const options = { ...DEFAULT_OPTIONS, anyPort: true, consolePort: null };
    clusters.push(await LocalCluster.start(options), await without.start(options));
    const loads = await Promise.all(clusters.map(Load.open));
    for (let turn = 0; turn < WARM_TURNS; turn++) for (const load of loads) await load.cpuNs();
    const changes: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const cpu = [0, 0];
      for (let turn = 0; turn < TURNS; turn++) {
        const order = (round + turn) % 2 === 0 ? [0, 1] : [1, 0];
        for (const each of order) cpu[each] += await loads[each].cpuNs();
      }
      changes.push((cpu[0] / cpu[1] - 1) * 100);
      process.stderr.write(`  ${round + 1} of ${ROUNDS}: ${changes.at(-1)?.toFixed(2)} %\n`);
    }
    for (const load of loads) load.close();
    const { mean, half } = meanWithin(changes);
    return { percent: mean, halfInterval: half };
  } finally {
    await Promise.all(clusters.map((cluster) => cluster.stopNow()));
    without.remove();
  }
}

/** The same requests again and again, whatever the machine does meanwhile. */
class Load {
  private readonly cluster: LocalCluster;
  private readonly senders: readonly RecordSender[];
  private readonly end: () => void;

  private constructor(cluster: LocalCluster, senders: readonly RecordSender[], end: () => void) {
    this.cluster = cluster;
    this.senders = senders;
    this.end = end;
  }

  static async open(cluster: LocalCluster): Promise<Load> {
    const name = "load";
    // Little is kept: twenty rounds are not to fill a disk.
    const configs = { "retention.bytes": "100000000", "segment.bytes": "50000000" };
    const spec = { name, partitions: PARTITIONS, replicationFactor: 3 };
    await withAdmin(cluster, (admin) => createTopic(admin, spec, configs, false));
    await untilInSync(cluster, name);
    const admin = await Admin.connect(cluster.bootstrapServers, "holdfast-bench");
    const ports = await recordPorts();
    const senders: RecordSender[] = [];
    for (let partition = 0; partition < PARTITIONS; partition++) {
      const sender = new RecordSender(admin, name, ports, 0);
      await sender.open();
      senders.push(sender);
    }
    return new Load(cluster, senders, () => admin.close());
  }

  /** Of all brokers, for one turn. */
  async cpuNs(): Promise<number> {
    const record = { key: null, value: new Uint8Array(RECORD_BYTES) };
    const batch = new Array<typeof record>(BATCH_RECORDS).fill(record);
    const batches = Math.ceil(TURN_BYTES / PARTITIONS / BATCH_RECORDS / RECORD_BYTES);
    const before = cpuNs(this.cluster);
    await Promise.all(
      this.senders.map(async (sender, partition) => {
        for (let sent = 0; sent < batches; sent++) await sender.sendTo(partition, batch);
      }),
    );
    return cpuNs(this.cluster) - before;
  }

  close(): void {
    this.end();
  }
}

/** Of all threads of all brokers, as the scheduler counted it. */
function cpuNs(cluster: LocalCluster): number {
  let sum = 0;
  for (const broker of cluster.brokers) {
    const tasks = `/proc/${broker.pid}/task`;
    for (const task of readdirSync(tasks))
      sum += Number(readFileSync(`${tasks}/${task}/schedstat`, "utf8").split(" ")[0]);
  }
  return sum;
}

/** A copy of what was built, in whose brokers the feed is never active. */
async function programWithoutFeed(): Promise<{ start: typeof LocalCluster.start; remove(): void }> {
  const dist = fileURLToPath(new URL("..", import.meta.url));
  const copy = join(dist, "without-feed");
  rmSync(copy, { recursive: true, force: true });
  for (const each of ["src", "program", "core.tsbuildinfo", "node.tsbuildinfo"])
    cpSync(join(dist, each), join(copy, each), { recursive: true, preserveTimestamps: true });
  let tests = 0;
  for (const name of readdirSync(join(copy, "program")).filter((each) => each.endsWith(".js"))) {
    const file = join(copy, "program", name);
    const text = readFileSync(file, "utf8").replace(/\b[\w.]*events\.active\b/g, () => {
      tests++;
      return "false";
    });
    writeFileSync(file, text);
  }
  if (tests < 10) throw new Error(`only ${tests} tests for a subscriber were found in the program: is it built?`);
  const { LocalCluster: Other } = (await import(
    pathToFileURL(join(copy, "src/cluster/local-cluster.js")).href
  )) as typeof import("../src/cluster/local-cluster.js");
  return {
    start: (options, observer) => Other.start(options, observer),
    remove: () => rmSync(copy, { recursive: true, force: true }),
  };
}
