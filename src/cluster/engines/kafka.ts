import { spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import type { BrokerCommand, Engine, LastWords } from "../engine.js";
import { ExitCode, Failure, messageOf } from "../failure.js";
import type { BrokerPlan, ClusterPlan } from "../plan.js";
import { metaProperties, newUuid } from "./meta-properties.js";

export const KAFKA_VERSION = "4.3.1";
const LINES_MAX = 12;

/** Apache Kafka's own processes: Java, and its jars from KAFKA_HOME or, through Maven, from a cache. */
export class KafkaEngine implements Engine {
  readonly name = "kafka";
  readonly hasHttp = false;
  readonly readyTimeoutMs = 120_000;
  private classPath = "";
  private logging = "";

  async prepare(): Promise<void> {
    const { problem } = await findJava();
    if (problem !== null) throw problem;
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
    const { code, output } = await outcome("java", [...this.java(), ...args]);
    if (code !== 0) {
      const why = firstLine(output);
      const exitCode = why.includes("ConfigException") ? ExitCode.usage : ExitCode.failure;
      throw new Failure(`Apache Kafka could not format ${first.dataDir}: ${why}`, "", exitCode);
    }
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
    return { file: "java", args: [...this.java(), "kafka.Kafka", broker.configFile], env: {} };
  }

  /** The last error that it logged, without the frames of its stack. */
  lastWords(log: string): LastWords {
    const lines = log.split("\n").filter((line) => line !== "" && !/^\s|^\S+ \S+ WARN /.test(line));
    const error = lines.findLastIndex((line) => /^\S+ \S+ (ERROR|FATAL) /.test(line));
    const told = error < 0 ? lines.slice(-LINES_MAX) : lines.slice(error, error + LINES_MAX);
    const exitCode = told.some((line) => line.includes("failed to bind")) ? ExitCode.portTaken : ExitCode.failure;
    return { text: told.join("\n"), exitCode };
  }

  private java(): string[] {
    const heap = (process.env.HOLDFAST_KAFKA_JVM ?? "-Xmx512m -XX:+UseG1GC -XX:MaxGCPauseMillis=20").split(" ");
    return [...heap, `-Dlog4j2.configurationFile=${this.logging}`, "-cp", this.classPath];
  }
}

/** What Apache Kafka's brokers are compiled for. */
const JAVA_LEAST = 17;

/** What the `java` on the PATH calls itself, and why it will not do. */
export async function findJava(): Promise<{ name: string; problem: Failure | null }> {
  const { code, output } = await outcome("java", ["-version"]);
  const version = /version "([^"]+)"/.exec(output)?.[1] ?? "";
  // Java 8 called itself 1.8.
  const major = Number(/^(?:1\.)?(\d+)/.exec(version)?.[1] ?? JAVA_LEAST);
  const name = output.split("\n").find((line) => line.includes(" version ")) ?? "";
  if (code === 0 && major >= JAVA_LEAST) return { name, problem: null };
  const problem = new Failure(
    code === 0
      ? `The java on the PATH is of version ${version}, but Apache Kafka ${KAFKA_VERSION} needs ${JAVA_LEAST} or newer.`
      : "Java was not found, and Apache Kafka needs it.",
    `Install a Java ${JAVA_LEAST} runtime or newer, so that \`java\` is on the PATH.`,
  );
  return { name, problem };
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
      `KAFKA_HOME is ${home}, but there is no kafka_*.jar in its folder libs.`,
      `Let it point to an unpacked Apache Kafka ${KAFKA_VERSION}.`,
    );
  }
  const cache = join(process.env.XDG_CACHE_HOME || join(homedir(), ".cache"), "holdfast", `kafka-${KAFKA_VERSION}`);
  if (await hasJars(cache)) return cache;
  await fetchJars(cache);
  return cache;
}

async function hasJars(folder: string): Promise<boolean> {
  return existsSync(folder) && (await readdir(folder)).some((name) => /^kafka_.*\.jar$/.test(name));
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
