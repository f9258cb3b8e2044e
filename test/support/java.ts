import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { kafkaJars, outcome } from "../../src/cluster/engines/kafka.js";
import { ExchangeClient } from "./exchange-client.js";
import { kafkaJvm } from "./kafka-jvm.js";
import { repositoryRoot } from "./repository.js";

/** Runs one of Apache Kafka's own tools to its end; throws when it fails, with what it said. `jvm`: its flags, else the tests'. */
export async function kafkaTool(
  className: string,
  args: readonly string[],
  jvm: readonly string[] | null = null,
): Promise<string> {
  const { code, output } = await outcome("java", [
    ...(jvm ?? (await kafkaJvm())),
    ...(await logging()),
    "-cp",
    `${await kafkaJars()}/*`,
    className,
    ...args,
  ]);
  if (code !== 0) throw new Error(`${className} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

/** Our program on Apache Kafka's client. */
export async function javaClient(args: readonly string[]): Promise<ExchangeClient> {
  return ExchangeClient.start("java", await ours("Exchange", args));
}

/** Apache Kafka's tools, one at a time, in one JVM. */
export class KafkaTools {
  private readonly child: ChildProcess;
  private parts: string[] = [];
  private waiting: {
    resolve: (result: { code: number; output: string }) => void;
    reject: (error: Error) => void;
  } | null;

  private constructor(child: ChildProcess) {
    this.child = child;
    this.waiting = null;
    child.stdin?.on("error", () => undefined);
    child.stdout?.setEncoding("utf8").on("data", (text: string) => this.onOutput(text));
    child.once("error", (error) => this.fail(error.message));
    child.once("close", (code) => this.fail(`it ended with ${code}`));
  }

  static async start(): Promise<KafkaTools> {
    return new KafkaTools(spawn("java", await ours("Tools", []), { stdio: ["pipe", "pipe", "inherit"] }));
  }

  /** Runs a tool to its end; throws when it fails, with what it said. */
  async run(className: string, args: readonly string[], stdin = ""): Promise<string> {
    const { code, output } = await this.outcome(className, args, stdin);
    if (code !== 0) throw new Error(`${className} ${args.join(" ")} ended with ${code}:\n${output}`);
    return output;
  }

  outcome(className: string, args: readonly string[], stdin = ""): Promise<{ code: number; output: string }> {
    return new Promise((resolve, reject) => {
      this.waiting = { resolve, reject };
      this.child.stdin?.write(`${[Buffer.from(stdin).toString("base64"), className, ...args].join("\u001f")}\n`);
    });
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }

  private onOutput(text: string): void {
    this.parts.push(text);
    if (!text.endsWith("\n")) return;
    const tail = this.parts.slice(-2).join("").slice(-20);
    const end = tail.lastIndexOf("\n\u001e");
    if (end < 0) return;
    const code = Number(tail.slice(end + 2));
    const output = this.parts.join("").slice(0, end - tail.length);
    this.parts = [];
    this.waiting?.resolve({ code, output });
    this.waiting = null;
  }

  private fail(reason: string): void {
    this.waiting?.reject(new Error(`the JVM of Apache Kafka's tools: ${reason}: ${this.parts.join("")}`));
    this.waiting = null;
  }
}

/** The arguments of java that run a class of ours. */
async function ours(className: string, args: readonly string[]): Promise<string[]> {
  const jars = await kafkaJars();
  // The archive of classes holds where the class path begins as that of the brokers.
  const classPath = [`${jars}/*`, await compiled(jars)].join(delimiter);
  return [...(await kafkaJvm()), ...(await logging()), "-cp", classPath, className, ...args];
}

const FOLDER = "test/interop/java";
const SOURCES = ["Exchange.java", "Tools.java"];

/** Compiled once for each state of the sources. */
async function compiled(jars: string): Promise<string> {
  const root = repositoryRoot();
  const sources = SOURCES.map((name) => join(root, FOLDER, name));
  const hash = createHash("sha256");
  for (const source of sources) hash.update(readFileSync(source));
  const target = join(root, "dist", `java-${hash.digest("hex").slice(0, 12)}`);
  if (existsSync(join(target, "Tools.class"))) return target;
  mkdirSync(join(root, "dist"), { recursive: true });
  const fresh = mkdtempSync(join(root, "dist", "java-part-"));
  const { code, output } = await outcome("javac", ["-cp", `${jars}/*`, "-d", fresh, ...sources]);
  if (code !== 0) throw new Error(`javac: ${output}`);
  try {
    renameSync(fresh, target);
  } catch (error) {
    // Another test file was faster.
    if (!existsSync(join(target, "Tools.class"))) throw error;
  }
  return target;
}

/** Clients report what they retry as warnings; tests look at results. */
async function logging(): Promise<string[]> {
  const { writeFile } = await import("node:fs/promises");
  const path = join(tmpdir(), "holdfast-test-log4j2.properties");
  if (!existsSync(path)) {
    const text =
      "status = error\nrootLogger.level = ERROR\nrootLogger.appenderRef.e.ref = e\nappender.e.type = Console\nappender.e.name = e\nappender.e.target = SYSTEM_ERR\nappender.e.layout.type = PatternLayout\nappender.e.layout.pattern = %p %c %m%n\n";
    await writeFile(path, text);
  }
  return [`-Dlog4j2.configurationFile=${path}`];
}
