import { type ChildProcess, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { jarPath } from "./kafka-jars.js";

const SOURCES = join("test", "conformance", "java");

/** Apache Kafka's own classes in a Java process: questions go in as lines, answers come back in the same order. */
export class KafkaClasses {
  private readonly child: ChildProcess;
  private readonly waiting: { resolve(answer: string): void; reject(error: Error): void }[] = [];
  private stderr = "";

  /** `source`: a file of the folder java, whose head says what can be asked. */
  constructor(source = "Messages.java") {
    const classPath = join(dirname(jarPath("kafka-clients")), "*");
    const java = ["-Xmx512m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-cp", classPath, sourcePath(source)];
    this.child = spawn("java", java, { stdio: ["pipe", "pipe", "pipe"] });
    this.child.stderr!.on("data", (chunk: Buffer) => {
      this.stderr = (this.stderr + chunk.toString()).slice(-4000);
    });
    createInterface({ input: this.child.stdout! }).on("line", (line) => this.waiting.shift()?.resolve(line));
    const fail = (reason: string) => {
      for (const each of this.waiting.splice(0)) each.reject(new Error(`${reason}: ${this.stderr}`));
    };
    this.child.once("error", (error) => fail(error.message));
    this.child.once("close", (code) => fail(`the Java process ended with ${code}`));
    // The error of a broken pipe is told by "close".
    this.child.stdin!.on("error", () => undefined);
  }

  /** The columns of the answer. */
  ask(...question: string[]): Promise<string[]> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ resolve: (line) => resolve(line.split("\t")), reject });
      this.child.stdin!.write(`${question.join("\t")}\n`);
    });
  }

  close(): void {
    this.child.stdin!.end();
  }
}

function sourcePath(source: string): string {
  const path = join(SOURCES, source);
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    if (existsSync(join(folder, path))) return join(folder, path);
    if (folder === dirname(folder)) return join(process.cwd(), path);
  }
}
