import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { EngineName } from "../src/cluster/engine.js";
import { DEFAULT_OPTIONS, LocalCluster, type LocalClusterOptions } from "../src/cluster/local-cluster.js";
import { pause } from "../src/cluster/readiness.js";
import { clusterStatus } from "../src/cluster/status.js";
import { createTopic } from "../src/cluster/topics.js";
import { untilInSync, withAdmin } from "../test/support/cluster.js";
import { kafkaTool } from "../test/support/java.js";
import { Workload } from "../test/support/workload.js";
import type { BenchArguments } from "./arguments.js";
import { median } from "./statistics.js";

/** One experiment on one engine. It may yield several figures. */
export interface Row {
  readonly figures: Readonly<Record<string, { unit: string; better: "lower" | "higher"; bound: string }>>;
  /** Measured only when it is named. */
  readonly isApart?: boolean;
  measure(engine: EngineName, settings: BenchArguments): Promise<Record<string, number>>;
}

const PARTITIONS = 12;
const RECORD_BYTES = 1000;
const SMALL_RECORD_BYTES = 100;
const SMALL_RECORDS_FACTOR = 4;
const LATENCY_RATE = 500;
const LATENCY_WARM_SECONDS = 5;
const LATENCY_SECONDS = 15;
const IDLE_MS = 5_000;

export const ROWS: Readonly<Record<string, Row>> = {
  startup: {
    figures: { "up --json from an empty directory to its line": { unit: "s", better: "lower", bound: "≤ 1.5" } },
    measure: async (engine) => ({ "up --json from an empty directory to its line": await startupSeconds(engine) }),
  },
  "in-process": {
    figures: {
      "three brokers in a program: its first cluster is ready": { unit: "ms", better: "lower", bound: "≤ 400" },
      "three brokers in a program: its next ones": { unit: "ms", better: "lower", bound: "≤ 400" },
    },
    measure: async (engine): Promise<Record<string, number>> => {
      if (engine === "kafka") return {};
      const { first, again } = await (await import("./in-process.js")).inProcessStarts();
      return {
        "three brokers in a program: its first cluster is ready": first,
        "three brokers in a program: its next ones": again,
      };
    },
  },
  fifty: {
    isApart: true,
    figures: {
      "50 clusters in a program: the first is ready": { unit: "ms", better: "lower", bound: "≤ 400" },
      "50 clusters in a program: median of the others": { unit: "ms", better: "lower", bound: "≤ 400" },
      "50 clusters in a program: memory after the fifth": { unit: "MB", better: "lower", bound: "" },
      "50 clusters in a program: memory after the last": { unit: "MB", better: "lower", bound: "≤ 16 more" },
      "50 clusters in a program: handles left": { unit: "", better: "lower", bound: "0" },
      "50 clusters in a program: open files left": { unit: "", better: "lower", bound: "0" },
      "50 clusters in a program: files left on the disk": { unit: "", better: "lower", bound: "0" },
    },
    measure: async (engine): Promise<Record<string, number>> => {
      if (engine === "kafka") return {};
      const told = await (await import("./in-process.js")).manyClusters();
      return {
        "50 clusters in a program: the first is ready": told.first,
        "50 clusters in a program: median of the others": median(told.others),
        "50 clusters in a program: memory after the fifth": told.memoryBefore / 1e6,
        "50 clusters in a program: memory after the last": told.memoryAfter / 1e6,
        "50 clusters in a program: handles left": told.handles,
        "50 clusters in a program: open files left": told.descriptors,
        "50 clusters in a program: files left on the disk": told.files,
      };
    },
  },
  memory: {
    figures: { "memory of a broker when idle": { unit: "MB", better: "lower", bound: "≤ 80" } },
    measure: (engine) =>
      onCluster(engine, {}, async (cluster) => ({ "memory of a broker when idle": await idleMegabytes(cluster) })),
  },
  failover: {
    figures: {
      "leader killed: longest gap between acks": { unit: "ms", better: "lower", bound: "≤ 500" },
      "leader and controller killed: longest gap": { unit: "ms", better: "lower", bound: "≤ 1000" },
    },
    measure: (engine) =>
      onCluster(engine, {}, async (cluster) => ({
        "leader killed: longest gap between acks": await failoverGapMs(cluster, "gap-1", false),
        "leader and controller killed: longest gap": await failoverGapMs(cluster, "gap-2", true),
      })),
  },
  restart: {
    figures: {
      "all killed with logs on disk, to the first acks=all record": { unit: "s", better: "lower", bound: "≤ 3" },
    },
    measure: (engine, settings) =>
      onCluster(engine, {}, async (cluster) => ({
        "all killed with logs on disk, to the first acks=all record": await restartSeconds(cluster, settings.gigabytes),
      })),
  },
  producer: {
    figures: {
      "producer-perf-test, 1 KB, acks=all": { unit: "records/s", better: "higher", bound: "≥ 1.5 × kafka" },
      "CPU of all brokers per GB sent": { unit: "s", better: "lower", bound: "" },
    },
    measure: (engine, settings) =>
      onCluster(engine, {}, async (cluster) => {
        const { rate, cpuSecondsPerGigabyte } = await producerRate(cluster, settings.records, RECORD_BYTES);
        return {
          "producer-perf-test, 1 KB, acks=all": rate,
          "CPU of all brokers per GB sent": cpuSecondsPerGigabyte,
        };
      }),
  },
  "small-records": {
    figures: {
      "producer-perf-test, 100 B, acks=all": { unit: "records/s", better: "higher", bound: "≥ 1.5 × kafka" },
      "CPU of all brokers per GB of 100 B records": { unit: "s", better: "lower", bound: "" },
    },
    measure: (engine, settings) =>
      onCluster(engine, {}, async (cluster) => {
        // As long a run as that of larger records would be takes several times as many.
        const records = settings.records * SMALL_RECORDS_FACTOR;
        const { rate, cpuSecondsPerGigabyte } = await producerRate(cluster, records, SMALL_RECORD_BYTES);
        return {
          "producer-perf-test, 100 B, acks=all": rate,
          "CPU of all brokers per GB of 100 B records": cpuSecondsPerGigabyte,
        };
      }),
  },
  latency: {
    figures: {
      "ack at 500 records/s, 1 KB, no linger: p50": { unit: "ms", better: "lower", bound: "" },
      "ack at 500 records/s, 1 KB, no linger: p99": { unit: "ms", better: "lower", bound: "" },
    },
    measure: (engine) => onCluster(engine, {}, ackLatency),
  },
  consumer: {
    figures: {
      "consumer-perf-test, 1 KB, from the start": { unit: "MB/s", better: "higher", bound: "" },
      "CPU of all brokers per GB read": { unit: "s", better: "lower", bound: "" },
    },
    measure: (engine, settings) => onCluster(engine, {}, (cluster) => consumerRate(cluster, settings.records)),
  },
  paint: {
    isApart: true,
    figures: {
      "console: first contentful paint of the Breakdown page": { unit: "ms", better: "lower", bound: "≤ 300" },
      "console: the slowest of them": { unit: "ms", better: "lower", bound: "" },
      "console: first contentful paint of Topics": { unit: "ms", better: "lower", bound: "≤ 300" },
      "console: the Breakdown page is live": { unit: "ms", better: "lower", bound: "" },
      "console: JavaScript of the Breakdown page, gzipped": { unit: "kB", better: "lower", bound: "≤ 250" },
    },
    measure: async (engine) => (await import("./console.js")).paintFigures(engine),
  },
  console: {
    isApart: true,
    figures: {
      "console: live tail of 20,000 records/s, longest freeze": { unit: "ms", better: "lower", bound: "≤ 1000" },
      "console: records/s that went into the tail": { unit: "records/s", better: "higher", bound: "≥ 20000" },
      "console: seen or counted as left out, of those sent": { unit: "%", better: "higher", bound: "≥ 100" },
      "console: a record of 20 MB opens": { unit: "ms", better: "lower", bound: "" },
      "console: 10,000 partitions found and scrolled, longest freeze": { unit: "ms", better: "lower", bound: "≤ 1000" },
      "console: a topic of 5,000 partitions scrolled, longest freeze": { unit: "ms", better: "lower", bound: "≤ 1000" },
      "console: 1,000 groups found and scrolled, longest freeze": { unit: "ms", better: "lower", bound: "≤ 1000" },
    },
    measure: async (engine) => (await import("./console.js")).consoleFigures(engine),
  },
  feed: {
    isApart: true,
    figures: {
      "event feed without a subscriber: CPU per byte against none": { unit: "%", better: "lower", bound: "0 ± 2" },
      "half of its 95 % interval, 20 alternated rounds": { unit: "%", better: "lower", bound: "≤ 2" },
    },
    measure: async (engine): Promise<Record<string, number>> => {
      if (engine === "kafka") return {};
      const { percent, halfInterval } = await (await import("./feed.js")).feedCost();
      return {
        "event feed without a subscriber: CPU per byte against none": percent,
        "half of its 95 % interval, 20 alternated rounds": halfInterval,
      };
    },
  },
  simulator: {
    figures: { "seeds of the simulator that count": { unit: "a CPU-minute", better: "higher", bound: "≥ 100" } },
    measure: async (engine): Promise<Record<string, number>> =>
      engine === "kafka"
        ? {}
        : { "seeds of the simulator that count": (await import("./simulator.js")).simulatorRate() },
  },
};

async function onCluster<R>(
  engine: EngineName,
  options: Partial<LocalClusterOptions>,
  work: (cluster: LocalCluster) => Promise<R>,
): Promise<R> {
  const cluster = await LocalCluster.start({
    ...DEFAULT_OPTIONS,
    engine,
    anyPort: true,
    consolePort: null,
    ...options,
  });
  try {
    return await work(cluster);
  } finally {
    await cluster.stopNow();
  }
}

/** As a user sees it: from the start of the command to its line. */
async function startupSeconds(engine: EngineName): Promise<number> {
  const main = fileURLToPath(new URL("../src/cli/main.js", import.meta.url));
  const begin = performance.now();
  const child = spawn(process.execPath, [main, "up", "--json", "--any-port", "--engine", engine], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const readyMs = await new Promise<number>((resolve, reject) => {
    child.stdout.once("data", () => resolve(performance.now() - begin));
    child.once("close", (code) => reject(new Error(`up ended with ${code}`)));
  });
  child.kill("SIGTERM");
  await ended;
  return readyMs / 1000;
}

async function idleMegabytes(cluster: LocalCluster): Promise<number> {
  await pause(IDLE_MS);
  return median(cluster.brokers.map((broker) => residentMegabytes(broker.pid as number)));
}

function residentMegabytes(pid: number): number {
  const [, kilobytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, "utf8")) as RegExpExecArray;
  return Number(kilobytes) / 1024;
}

/** 200 records a second over 12 partitions; the longest silence of any partition around the kill. Fails when anything is lost or doubled. */
async function failoverGapMs(cluster: LocalCluster, topic: string, controller: boolean): Promise<number> {
  await makeTopic(cluster, topic, PARTITIONS);
  const workload = await Workload.start(cluster, topic, PARTITIONS, 200);
  await workload.progress(10);
  const { controller: active } = await withAdmin(cluster, clusterStatus);
  const victim = cluster.brokers.find((broker) => (broker.plan.id === active) === controller) ?? cluster.brokers[0];
  await victim.kill();
  await workload.progress(20);
  await workload.stop();
  await workload.verify();
  await victim.start();
  await untilInSync(cluster, topic);
  return workload.longestGapMs;
}

async function restartSeconds(cluster: LocalCluster, gigabytes: number): Promise<number> {
  const topic = "filled";
  await makeTopic(cluster, topic, PARTITIONS);
  await performanceTest(cluster, topic, Math.ceil((gigabytes * 1e9) / 3 / RECORD_BYTES));
  await Promise.all(cluster.brokers.map((broker) => broker.kill()));
  const begin = performance.now();
  await Promise.all(cluster.brokers.map((broker) => broker.start()));
  await cluster.untilReady({ topics: [], readyTimeoutMs: 120_000 });
  const workload = await Workload.start(cluster, topic, PARTITIONS, 1000);
  await workload.progress(1);
  const seconds = (performance.now() - begin) / 1000;
  await workload.stop();
  return seconds;
}

async function producerRate(
  cluster: LocalCluster,
  records: number,
  recordBytes: number,
): Promise<{ rate: number; cpuSecondsPerGigabyte: number }> {
  const topic = "rate";
  await makeTopic(cluster, topic, PARTITIONS);
  // Compiled code and grown buffers on both sides, as in a cluster that has run for a while.
  await performanceTest(cluster, topic, Math.ceil(records / 4), { recordBytes });
  const before = cpuSeconds(cluster);
  const { rate } = await performanceTest(cluster, topic, records, { recordBytes });
  return { rate, cpuSecondsPerGigabyte: (cpuSeconds(cluster) - before) / ((records * recordBytes) / 1e9) };
}

/** The producer's own percentiles count whole milliseconds. */
async function ackLatency(cluster: LocalCluster): Promise<Record<string, number>> {
  const topic = "latency";
  await makeTopic(cluster, topic, PARTITIONS);
  const settings = { throughput: LATENCY_RATE, properties: ["linger.ms=0"] };
  await performanceTest(cluster, topic, LATENCY_RATE * LATENCY_WARM_SECONDS, settings);
  const { p50Ms, p99Ms } = await performanceTest(cluster, topic, LATENCY_RATE * LATENCY_SECONDS, settings);
  return {
    "ack at 500 records/s, 1 KB, no linger: p50": p50Ms,
    "ack at 500 records/s, 1 KB, no linger: p99": p99Ms,
  };
}

/** One consumer reads all partitions from their start, which lie in the page cache and in the brokers' memory. */
async function consumerRate(cluster: LocalCluster, records: number): Promise<Record<string, number>> {
  const topic = "read";
  await makeTopic(cluster, topic, PARTITIONS);
  await performanceTest(cluster, topic, records);
  const consume = () =>
    measuringTool("org.apache.kafka.tools.ConsumerPerformance", [
      ...["--bootstrap-server", cluster.bootstrapServers, "--topic", topic],
      ...["--num-records", String(records), "--timeout", "60000"],
    ]);
  await consume();
  const before = cpuSeconds(cluster);
  const output = await consume();
  const cpu = cpuSeconds(cluster) - before;
  return {
    "consumer-perf-test, 1 KB, from the start": fetchedMegabytesPerSecond(output),
    "CPU of all brokers per GB read": cpu / ((records * RECORD_BYTES) / 1e9),
  };
}

/** Of the tool's table; without the time that the group took to form. */
function fetchedMegabytesPerSecond(output: string): number {
  const lines = output.trim().split("\n");
  const at = lines.findIndex((line) => line.startsWith("start.time"));
  const column = at < 0 ? -1 : lines[at].split(", ").indexOf("fetch.MB.sec");
  const value = column < 0 ? Number.NaN : Number(lines[at + 1]?.split(", ")[column]);
  if (!Number.isFinite(value)) throw new Error(`ConsumerPerformance said no rate: ${output}`);
  return value;
}

/** In a JVM as a user's: with both compilers and its own choice of heap, so that the client is not what is measured. */
function measuringTool(className: string, args: readonly string[]): Promise<string> {
  return kafkaTool(className, args, []);
}

interface PerformanceSettings {
  readonly recordBytes?: number;
  /** Records per second; without it as many as go. */
  readonly throughput?: number;
  readonly properties?: readonly string[];
}

async function performanceTest(
  cluster: LocalCluster,
  topic: string,
  records: number,
  { recordBytes = RECORD_BYTES, throughput = -1, properties = [] }: PerformanceSettings = {},
): Promise<{ rate: number; p50Ms: number; p99Ms: number }> {
  const output = await measuringTool("org.apache.kafka.tools.ProducerPerformance", [
    ...["--topic", topic, "--num-records", String(records)],
    ...["--record-size", String(recordBytes), "--throughput", String(throughput)],
    ...["--producer-props", `bootstrap.servers=${cluster.bootstrapServers}`, "acks=all", ...properties],
  ]);
  const totals = [...output.matchAll(/^\d+ records sent, ([\d.]+) records\/sec.* (\d+) ms 50th,.* (\d+) ms 99th/gm)];
  const last = totals.at(-1);
  if (last === undefined) throw new Error(`ProducerPerformance said no rate: ${output}`);
  return { rate: Number(last[1]), p50Ms: Number(last[2]), p99Ms: Number(last[3]) };
}

/** Of user and system together, from /proc. */
function cpuSeconds(cluster: LocalCluster): number {
  const ticksPerSecond = 100;
  let ticks = 0;
  for (const broker of cluster.brokers) {
    const stat = readFileSync(`/proc/${broker.pid}/stat`, "utf8");
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks / ticksPerSecond;
}

async function makeTopic(cluster: LocalCluster, name: string, partitions: number): Promise<void> {
  await withAdmin(cluster, (admin) => createTopic(admin, { name, partitions, replicationFactor: 3 }, {}, false));
  await untilInSync(cluster, name);
}
