import { type ChildProcess, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { kafkaJars, outcome } from "../../src/cluster/engines/kafka.js";
import type { Acknowledged, Read } from "./history.js";

const JVM = ["-Xmx256m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];

/** Runs one of Apache Kafka's own tools to its end; throws when it fails, with what it said. */
export async function kafkaTool(className: string, args: readonly string[]): Promise<string> {
  const { code, output } = await outcome("java", [
    ...JVM,
    ...(await logging()),
    "-cp",
    `${await kafkaJars()}/*`,
    className,
    ...args,
  ]);
  if (code !== 0) throw new Error(`${className} ${args.join(" ")} ended with ${code}:\n${output}`);
  return output;
}

/** A program of ours on Apache Kafka's client. */
export class JavaClient {
  readonly lines: string[] = [];
  readonly acknowledged: Acknowledged[] = [];
  readonly read: Read[] = [];
  /** Lines that say what should not have happened. */
  readonly complaints: string[] = [];
  readonly ended: Promise<number>;
  private readonly child: ChildProcess;
  private readonly waiters: { count: number; resolve: () => void }[] = [];

  private constructor(child: ChildProcess) {
    this.child = child;
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-4000);
    });
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => this.onLine(line));
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        if (code === 0) resolve(0);
        else reject(new Error(`the Java client ended with ${code}: ${stderr}`));
      });
    });
    // Whoever waits for an acknowledgement sees the failure through `ended`.
    this.ended.catch(() => undefined);
  }

  static async start(args: readonly string[]): Promise<JavaClient> {
    const jars = await kafkaJars();
    const classes = await compiled(jars);
    const classPath = [classes, `${jars}/*`].join(process.platform === "win32" ? ";" : ":");
    return new JavaClient(
      spawn("java", [...JVM, ...(await logging()), "-cp", classPath, "Exchange", ...args], {
        stdio: ["ignore", "pipe", "pipe"],
      }),
    );
  }

  /** Resolves when so many records were acknowledged; rejects when the program ends before. */
  untilAcknowledged(count: number): Promise<void> {
    if (this.acknowledged.length >= count) return Promise.resolve();
    return Promise.race([
      new Promise<void>((resolve) => this.waiters.push({ count, resolve })),
      this.ended.then(() => {
        if (this.acknowledged.length < count)
          throw new Error(`only ${this.acknowledged.length} of ${count} were acknowledged`);
      }),
    ]);
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }

  private onLine(line: string): void {
    this.lines.push(line);
    const [kind, ...numbers] = line.split(" ");
    const [partition, offset, sequence] = numbers.map(Number);
    if (kind === "ack") this.acknowledged.push({ partition, offset, sequence });
    else if (kind === "record") this.read.push({ partition, offset, sequence });
    else if (kind !== "done") this.complaints.push(line);
    for (const waiter of this.waiters) if (this.acknowledged.length >= waiter.count) waiter.resolve();
  }
}

const SOURCE = "test/interop/java/Exchange.java";

/** Compiled once for each state of the source. */
async function compiled(jars: string): Promise<string> {
  const root = repositoryRoot(dirname(fileURLToPath(import.meta.url)));
  const state = createHash("sha256")
    .update(readFileSync(join(root, SOURCE)))
    .digest("hex")
    .slice(0, 12);
  const target = join(root, "dist", `java-${state}`);
  if (existsSync(join(target, "Exchange.class"))) return target;
  mkdirSync(join(root, "dist"), { recursive: true });
  const fresh = mkdtempSync(join(root, "dist", "java-part-"));
  const { code, output } = await outcome("javac", ["-cp", `${jars}/*`, "-d", fresh, join(root, SOURCE)]);
  if (code !== 0) throw new Error(`javac: ${output}`);
  try {
    renameSync(fresh, target);
  } catch (error) {
    // Another test file was faster.
    if (!existsSync(join(target, "Exchange.class"))) throw error;
  }
  return target;
}

function repositoryRoot(folder: string): string {
  if (existsSync(join(folder, SOURCE))) return folder;
  const above = dirname(folder);
  return above === folder ? process.cwd() : repositoryRoot(above);
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
