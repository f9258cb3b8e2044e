import { cpSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Admin } from "../src/cluster/admin.js";
import { DEFAULT_OPTIONS, LocalCluster } from "../src/cluster/local-cluster.js";
import { recordPorts } from "../src/cluster/record-ports.js";
import { RecordSender } from "../src/cluster/record-sender.js";
import { createTopic } from "../src/cluster/topics.js";
import { untilInSync, withAdmin } from "../test/support/cluster.js";
import { meanWithin } from "./statistics.js";

/** Two processes of one program differ too, by what was compiled when and where memory lies: more than one pair is compared. */
const PAIRS = 4;
const ROUNDS_OF_A_PAIR = 5;
const PARTITIONS = 12;
const RECORD_BYTES = 1000;
/** As many as Kafka's producer puts into a batch by default: what is paid for each batch is to be seen. */
const BATCH_RECORDS = 16;
/** What else the machine does lasts longer than one turn, and so meets both. */
const TURNS = 16;
const TURN_BYTES = 5e6;
/** Of each cluster, compiled code and grown buffers, before anything is counted. */
const WARM_TURNS = 24;
/** Of the ratios of one round, so many of the smallest and of the largest are left out: something else ran in one of the two turns. */
const OUTLIERS = 4;

/**
 * What the brokers' event feed costs while nobody subscribes: CPU per byte of the program as it is, against one out of which every
 * test for a subscriber was taken. A cluster of each runs, and they take short turns, each in another order than the last; each turn
 * is compared with the one beside it, and a round is the mean of the middle half of its comparisons.
 */
export async function feedCost(): Promise<{ percent: number; halfInterval: number }> {
  const without = await programWithoutFeed();
  const changes: number[] = [];
  try {
    for (let pair = 0; pair < PAIRS; pair++) await comparePair([LocalCluster.start, without.start], pair, changes);
  } finally {
    without.remove();
  }
  const { mean, half } = meanWithin(changes);
  return { percent: mean, halfInterval: half };
}

type Start = typeof LocalCluster.start;

/** Adds to `changes`, for each round, by how many percent the first program takes more CPU than the second. */
async function comparePair(programs: readonly [Start, Start], pair: number, changes: number[]): Promise<void> {
  const clusters: LocalCluster[] = [];
  const orders = [
    [0, 1],
    [1, 0],
  ] as const;
  try {
    const options = { ...DEFAULT_OPTIONS, anyPort: true, consolePort: null };
    for (const each of orders[pair % 2]) clusters[each] = await programs[each](options);
    const loads = await Promise.all(clusters.map(Load.open));
    for (let turn = 0; turn < WARM_TURNS; turn++) for (const load of loads) await load.cpuNs();
    for (let round = 0; round < ROUNDS_OF_A_PAIR; round++) {
      const ratios: number[] = [];
      for (let turn = 0; turn < TURNS; turn++) {
        const cpu = [0, 0];
        for (const each of orders[(round + turn) % 2]) cpu[each] = await loads[each].cpuNs();
        ratios.push(Math.log(cpu[0] / cpu[1]));
      }
      const middle = ratios.sort((a, b) => a - b).slice(OUTLIERS, -OUTLIERS);
      changes.push(Math.expm1(middle.reduce((sum, each) => sum + each, 0) / middle.length) * 100);
      process.stderr.write(
        `  ${changes.length} of ${PAIRS * ROUNDS_OF_A_PAIR}: ${changes.at(-1)?.toFixed(2)} %, load average ${loadavg()[0].toFixed(1)}\n`,
      );
    }
    for (const load of loads) load.close();
  } finally {
    await Promise.all(clusters.map((cluster) => cluster?.stopNow()));
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
    const spec = { name, partitions: PARTITIONS, replicationFactor: 3 };
    // Little is kept: a hundred and fifty turns are not to fill a disk.
    const configs = { "retention.bytes": "100000000", "segment.bytes": "50000000" };
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
  const program = join(copy, "program");
  for (const name of readdirSync(program, { encoding: "utf8", recursive: true })) {
    if (!name.endsWith(".js")) continue;
    const file = join(program, name);
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
