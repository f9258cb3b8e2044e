import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { Admin } from "../src/cluster/admin.js";
import { DEFAULT_OPTIONS, type LocalCluster } from "../src/cluster/local-cluster.js";
import { pause } from "../src/cluster/readiness.js";
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
/** Pairs of turns of one round. What else the machine does lasts longer than one turn, and so meets both. */
const PAIRS = 160;
const TURN_BYTES = 1.5e6;
/** Compiled code and grown buffers, before anything is counted; the switch is turned meanwhile, too. */
const WARM_PAIRS = 240;
/** Of the ratios of one round, so many of the smallest and of the largest are left out: something else ran in one of the two turns. */
const OUTLIERS = 40;
/** Little is kept: four gigabytes, three times, are not to fill a disk. */
const PROPERTIES = { "log.retention.check.interval.ms": "2000" };
/** Signals of one kind that wait at once become one. */
const SIGNAL_MS = 20;
/** A file system in memory, on Linux: what a disk makes of 30 GB in a few minutes is not to be part of the figure. */
const MEMORY = "/dev/shm";

/**
 * What the brokers' event feed costs while nobody subscribes: CPU per byte with every test for a subscriber, against the same brokers
 * that pass over them. Two processes of one program differ by more than that, by what was compiled when and where memory lies: so it is
 * one cluster, in whose program each test stands behind a switch that a signal turns. It takes short turns, with the tests and without,
 * in another order each time; each turn is compared with the one beside it, and a round is the mean of the middle half of its ratios.
 */
export async function feedCost(): Promise<{ percent: number; halfInterval: number }> {
  const program = await programWithSwitch();
  const folder = existsSync(MEMORY) ? mkdtempSync(join(MEMORY, "holdfast-feed-")) : null;
  let cluster: LocalCluster | null = null;
  try {
    cluster = await program.start({
      ...DEFAULT_OPTIONS,
      anyPort: true,
      consolePort: null,
      properties: PROPERTIES,
      dataDir: folder === null ? null : join(folder, "data"),
    });
    const load = await Load.open(cluster);
    let isOff = false;
    const turn = async (off: boolean): Promise<number> => {
      if (off !== isOff) {
        for (const { pid } of load.cluster.brokers) process.kill(pid as number, "SIGUSR2");
        await pause(SIGNAL_MS);
        isOff = off;
      }
      return load.cpuNs();
    };
    /** The logarithm of how much more it takes with the tests. */
    const pair = async (isOffFirst: boolean): Promise<number> => {
      const first = await turn(isOffFirst);
      const second = await turn(!isOffFirst);
      return Math.log(isOffFirst ? second / first : first / second);
    };
    for (let i = 0; i < WARM_PAIRS; i++) await pair(i % 2 === 0);
    const changes: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const ratios: number[] = [];
      for (let i = 0; i < PAIRS; i++) ratios.push(await pair(i % 2 === 0));
      const middle = ratios.sort((a, b) => a - b).slice(OUTLIERS, -OUTLIERS);
      changes.push(Math.expm1(middle.reduce((sum, each) => sum + each, 0) / middle.length) * 100);
      process.stderr.write(
        `  ${round + 1} of ${ROUNDS}: ${changes[round].toFixed(2)} %, load average ${loadavg()[0].toFixed(1)}\n`,
      );
    }
    load.close();
    const { mean, half } = meanWithin(changes);
    return { percent: mean, halfInterval: half };
  } finally {
    await cluster?.stopNow();
    if (folder !== null) rmSync(folder, { recursive: true, force: true });
    program.remove();
  }
}

/** The same requests again and again, whatever the machine does meanwhile. */
class Load {
  readonly cluster: LocalCluster;
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
    const configs = { "retention.bytes": "20000000", "segment.bytes": "10000000" };
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

/** A copy of what was built, in whose brokers SIGUSR2 turns the tests for a subscriber off, and on again. */
async function programWithSwitch(): Promise<{ start: typeof LocalCluster.start; remove(): void }> {
  const dist = fileURLToPath(new URL("..", import.meta.url));
  const apart = join(dist, "with-switch");
  rmSync(apart, { recursive: true, force: true });
  // What was built finds its parts in the nearest folder of this name.
  const copy = join(apart, "dist");
  for (const each of ["src", "program", "core.tsbuildinfo", "node.tsbuildinfo"])
    cpSync(join(dist, each), join(copy, each), { recursive: true, preserveTimestamps: true });
  let tests = 0;
  const program = join(copy, "program");
  for (const name of readdirSync(program, { encoding: "utf8", recursive: true })) {
    if (!name.endsWith(".js")) continue;
    const file = join(program, name);
    const text = readFileSync(file, "utf8").replace(/\b[\w.]*events\.active\b/g, (test) => {
      tests++;
      return `(feedSwitch.isOff ? false : ${test})`;
    });
    const turned = name === "main.js" ? 'process.on("SIGUSR2", () => { feedSwitch.isOff = !feedSwitch.isOff; });' : "";
    writeFileSync(file, `const feedSwitch = (globalThis.feedSwitch ??= { isOff: false });${turned}\n${text}`);
  }
  if (tests < 10) throw new Error(`only ${tests} tests for a subscriber were found in the program: is it built?`);
  const { LocalCluster: Other } = (await import(
    pathToFileURL(join(copy, "src/cluster/local-cluster.js")).href
  )) as typeof import("../src/cluster/local-cluster.js");
  return {
    start: (options, observer) => Other.start(options, observer),
    remove: () => rmSync(apart, { recursive: true, force: true }),
  };
}
