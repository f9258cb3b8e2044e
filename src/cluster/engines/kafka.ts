import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { BrokerCommand, Engine } from "../engine.js";
import { Failure, messageOf } from "../failure.js";
import type { BrokerPlan, ClusterPlan } from "../plan.js";
import { metaProperties, newUuid } from "./meta-properties.js";

export const KAFKA_VERSION = "4.3.1";

/** Apache Kafka's own processes: Java, and its jars from KAFKA_HOME or, through Maven, from a cache. */
export class KafkaEngine implements Engine {
  readonly name = "kafka";
  readonly hasHttp = false;
  readonly readyTimeoutMs = 120_000;
  private classPath = "";
  private logging = "";

  async prepare(): Promise<void> {
    if ((await outcome("java", ["-version"])).code !== 0) {
      throw new Failure(
        "Java was not found, and Apache Kafka needs it.",
        "Install a Java 17 runtime or newer, so that `java` is on the PATH.",
      );
    }
    this.classPath = `${await kafkaJars()}/*`;
  }

  properties(): Record<string, string> {
    return {};
  }

  /** One run of Kafka's StorageTool; the others get its bootstrap checkpoint, which is the same for all, and ids of their own. */
  async format(plan: ClusterPlan, brokers: readonly BrokerPlan[]): Promise<void> {
    await this.logIn(plan.directory);
    if (brokers.length === 0) return;
    const [first, ...others] = brokers;
    const args = ["kafka.tools.StorageTool", "format", "-t", plan.clusterId, "-c", first.configFile];
    const { code, output } = await outcome("java", ["-Xmx256m", ...this.java(), ...args]);
    if (code !== 0) throw new Failure(`Apache Kafka could not format ${first.dataDir}: ${firstLine(output)}`);
    for (const broker of others) {
      await mkdir(broker.dataDir, { recursive: true });
      await copyFile(join(first.dataDir, "bootstrap.checkpoint"), join(broker.dataDir, "bootstrap.checkpoint"));
      await writeFile(join(broker.dataDir, "meta.properties"), metaProperties(plan.clusterId, broker.id, newUuid()));
    }
  }

  /** Brokers are to log as a file says that is written into this directory. */
  async logIn(directory: string): Promise<void> {
    this.logging = join(directory, "log4j2.properties");
    await writeFile(this.logging, LOGGING);
  }

  command(broker: BrokerPlan): BrokerCommand {
    const heap = (process.env.HOLDFAST_KAFKA_JVM ?? "-Xmx512m -XX:+UseG1GC -XX:MaxGCPauseMillis=20").split(" ");
    return { file: "java", args: [...heap, ...this.java(), "kafka.Kafka", broker.configFile], env: {} };
  }

  private java(): string[] {
    return [`-Dlog4j2.configurationFile=${this.logging}`, "-cp", this.classPath];
  }
}

/** Of a stack trace: what happened. */
function firstLine(output: string): string {
  const line = output.split("\n").find((each) => each.includes("Exception")) ?? output.trim();
  return line.replace(/^Exception in thread "[^"]*" /, "");
}

const LOGGING = `status = error
rootLogger.level = WARN
rootLogger.appenderRef.stderr.ref = stderr
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d %p %c %m%n
`;

/** The folder of Apache Kafka's jars; fetches them through Maven when they lie nowhere. */
export async function kafkaJars(): Promise<string> {
  const home = process.env.KAFKA_HOME;
  if (home !== undefined && home !== "") {
    const libs = join(home, "libs");
    if (await hasJars(libs)) return libs;
    throw new Failure(
      `KAFKA_HOME is ${home}, but there are no jars in its folder libs.`,
      `Let it point to an unpacked Apache Kafka ${KAFKA_VERSION}.`,
    );
  }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "holdfast", `kafka-${KAFKA_VERSION}`);
  if (await hasJars(cache)) return cache;
  await fetchJars(cache);
  return cache;
}

async function hasJars(folder: string): Promise<boolean> {
  return existsSync(folder) && (await readdir(folder)).some((name) => name.endsWith(".jar"));
}

/** Into a folder beside the cache first, so that a broken download is never taken for the whole. */
async function fetchJars(cache: string): Promise<void> {
  const scratch = await mkdtemp(join(tmpdir(), "holdfast-maven-"));
  const partial = `${cache}.${process.pid}.part`;
  try {
    await writeFile(join(scratch, "pom.xml"), projectObjectModel());
    process.stderr.write(`Fetching Apache Kafka ${KAFKA_VERSION} with Maven …\n`);
    const args = [
      "-q",
      "-B",
      "-f",
      join(scratch, "pom.xml"),
      "dependency:copy-dependencies",
      `-DoutputDirectory=${partial}`,
    ];
    const { code, output } = await outcome("mvn", args);
    if (code === null) {
      throw new Failure(
        `Apache Kafka ${KAFKA_VERSION} was not found: KAFKA_HOME is not set, and Maven, which could fetch it, is not on the PATH.`,
        "Set KAFKA_HOME to an unpacked Apache Kafka, or install Maven.",
      );
    }
    if (code !== 0)
      throw new Failure(`Maven could not fetch Apache Kafka ${KAFKA_VERSION}: ${output.trim().slice(-1000)}`);
    try {
      await rename(partial, cache);
    } catch (error) {
      // Another process was faster.
      if (!(await hasJars(cache))) throw error;
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
    await rm(partial, { recursive: true, force: true });
  }
}

function projectObjectModel(): string {
  const artifacts = [
    ["org.apache.kafka", "kafka_2.13", KAFKA_VERSION],
    ["org.apache.kafka", "kafka-tools", KAFKA_VERSION],
    ["org.apache.kafka", "kafka-server", KAFKA_VERSION],
    ["org.apache.logging.log4j", "log4j-slf4j-impl", "2.25.0"],
    ["org.apache.logging.log4j", "log4j-core", "2.25.0"],
  ].map(
    ([group, artifact, version]) =>
      `<dependency><groupId>${group}</groupId><artifactId>${artifact}</artifactId><version>${version}</version></dependency>`,
  );
  return `<project xmlns="http://maven.apache.org/POM/4.0.0"><modelVersion>4.0.0</modelVersion>
<groupId>holdfast</groupId><artifactId>kafka</artifactId><version>1</version>
<dependencies>
${artifacts.join("\n")}
</dependencies></project>
`;
}

/** Runs a program to its end. `code` is null when it could not be started. */
export function outcome(file: string, args: readonly string[]): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve) => {
    let output = "";
    const child = spawn(file, args, { stdio: ["ignore", "pipe", "pipe"] });
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", (error) => resolve({ code: null, output: messageOf(error) }));
    child.on("close", (code) => resolve({ code: code ?? 1, output }));
  });
}
