import { createHash } from "node:crypto";
import { existsSync, readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { kafkaJars, outcome } from "../../src/cluster/engines/kafka.js";
import { DEFAULT_OPTIONS, LocalCluster } from "../../src/cluster/local-cluster.js";
import { CACHE, once } from "./tools.js";

/** Short runs, one beside the other: little memory, and code that is compiled once. */
const FLAGS = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
const ARCHIVE = "kafka.jsa";
const DUMP_LIMIT_MS = 180_000;
let flags: Promise<readonly string[]> | null = null;

/**
 * How tests run Apache Kafka's brokers and programs. Most of the time that a broker takes to start goes into reading classes: a JVM
 * that is to have them in an archive needs a third. The archive is made once, by a broker that starts and stops.
 */
export function kafkaJvm(): Promise<readonly string[]> {
  flags ??= withArchive();
  return flags;
}

/** Has the brokers that this process starts from now on run so, where nobody said otherwise. */
export async function chooseKafkaJvm(): Promise<void> {
  process.env.HOLDFAST_KAFKA_JVM ??= (await kafkaJvm()).join(" ");
}

async function withArchive(): Promise<readonly string[]> {
  const jars = await kafkaJars();
  // An archive is of one JVM, and of these very files.
  const hash = createHash("sha256").update(`${(await outcome("java", ["-version"])).output}\n${jars}\n${FLAGS}`);
  for (const name of readdirSync(jars).sort()) hash.update(`\n${name} ${statSync(join(jars, name)).mtimeMs}`);
  const state = hash.digest("hex").slice(0, 12);
  const folder = await once(join(CACHE, `kafka-classes-${state}`), (target) => dump(join(target, ARCHIVE)));
  const archive = join(folder, ARCHIVE);
  // Not every JVM can make one.
  return existsSync(archive) ? [...FLAGS, `-XX:SharedArchiveFile=${archive}`] : FLAGS;
}

async function dump(archive: string): Promise<void> {
  const asked = process.env.HOLDFAST_KAFKA_JVM;
  process.env.HOLDFAST_KAFKA_JVM = [...FLAGS, `-XX:ArchiveClassesAtExit=${archive}`].join(" ");
  try {
    const options = { ...DEFAULT_OPTIONS, engine: "kafka" as const, brokers: 1, anyPort: true, consolePort: null };
    const cluster = await LocalCluster.start(options);
    await cluster.broker(1).stop(DUMP_LIMIT_MS);
    await cluster.stop();
  } finally {
    if (asked === undefined) delete process.env.HOLDFAST_KAFKA_JVM;
    else process.env.HOLDFAST_KAFKA_JVM = asked;
  }
}
