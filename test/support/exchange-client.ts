import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Acknowledged, Read } from "./history.js";

/**
 * A program of ours on somebody's Kafka client, in a process of its own. The programs of all languages take the same arguments and print the
 * same lines:
 *
 *     produce BOOTSTRAP TOPIC PARTITIONS COUNT BYTES CODEC PER_SECOND    "ack PARTITION OFFSET SEQUENCE" as each record is acknowledged
 *     read BOOTSTRAP TOPIC PARTITIONS COUNT                              "record PARTITION OFFSET SEQUENCE" until COUNT were read
 *     group BOOTSTRAP TOPIC GROUP                                        "assigned PARTITION …", "record …"; until standard input ends
 *
 * and "done" at the end. Any other line is a complaint. A record's value begins with its sequence number in decimal and a space; its partition
 * is the sequence number modulo the partitions.
 */
export class ExchangeClient {
  readonly acknowledged: Acknowledged[] = [];
  readonly read: Read[] = [];
  /** Of a member of a group: its partitions, ascending; null before it was told any. */
  assigned: readonly number[] | null = null;
  /** Lines that say what should not have happened. */
  readonly complaints: string[] = [];
  readonly ended: Promise<number>;
  private readonly child: ChildProcess;
  private readonly waiters: { count: number; resolve: () => void }[] = [];

  private constructor(command: string, child: ChildProcess) {
    this.child = child;
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => {
      stderr = (stderr + chunk.toString()).slice(-4000);
    });
    createInterface({ input: child.stdout as NodeJS.ReadableStream }).on("line", (line) => this.onLine(line));
    // A program that has ended does not read the end of its input.
    child.stdin?.on("error", () => undefined);
    this.ended = new Promise((resolve, reject) => {
      child.once("error", reject);
      child.once("close", (code) => {
        if (code === 0) resolve(0);
        else reject(new Error(`${command} ended with ${code}: ${stderr}`));
      });
    });
    // Whoever waits for an acknowledgement sees the failure through `ended`.
    this.ended.catch(() => undefined);
  }

  static start(command: string, args: readonly string[], env: Record<string, string> = {}): ExchangeClient {
    const options = { stdio: "pipe", env: { ...process.env, ...env } } as const;
    return new ExchangeClient(command, spawn(command, args, options));
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

  /** A member leaves its group, and is waited for. */
  async leave(): Promise<void> {
    this.child.stdin?.end();
    await this.ended;
  }

  stop(): void {
    this.child.kill("SIGKILL");
  }

  private onLine(line: string): void {
    const [kind, ...numbers] = line.split(" ");
    const [partition, offset, sequence] = numbers.map(Number);
    if (kind === "ack") this.acknowledged.push({ partition, offset, sequence });
    else if (kind === "record") this.read.push({ partition, offset, sequence });
    else if (kind === "assigned") {
      const partitions = numbers.filter((word) => word !== "").map(Number);
      this.assigned = partitions.sort((a, b) => a - b);
    } else if (kind !== "done") this.complaints.push(line);
    for (const waiter of this.waiters) if (this.acknowledged.length >= waiter.count) waiter.resolve();
  }
}
