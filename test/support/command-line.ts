import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { engine } from "./cluster.js";

const MAIN = fileURLToPath(new URL("../../src/cli/main.js", import.meta.url));

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcess;
  readonly ended: Promise<Outcome>;
  /** Resolves with standard output so far once it holds so many lines. */
  lines(count: number): Promise<string[]>;
}

/** Commands as a shell runs them, with a runtime directory of their own: clusters of other tests are not seen. */
export class CommandLine {
  readonly scratch: string;

  private constructor(scratch: string) {
    this.scratch = scratch;
  }

  static async open(): Promise<CommandLine> {
    return new CommandLine(await mkdtemp(join(tmpdir(), "holdfast-cli-")));
  }

  close(): Promise<void> {
    return rm(this.scratch, { recursive: true, force: true, maxRetries: 5 });
  }

  start(args: readonly string[], input = "", environment: Record<string, string> = {}): Running {
    const env = {
      ...process.env,
      XDG_RUNTIME_DIR: this.scratch,
      HOLDFAST_ENGINE: engine,
      KAFKA_BROKERS: "",
      NO_COLOR: "1",
      ...environment,
    };
    const child = spawn(process.execPath, [MAIN, ...args], { env, stdio: "pipe" });
    let stdout = "";
    let stderr = "";
    const watchers = new Set<() => void>();
    child.stdout.on("data", (chunk: Buffer) => {
      stdout += chunk.toString();
      for (const watcher of watchers) watcher();
    });
    child.stderr.on("data", (chunk: Buffer) => {
      stderr += chunk.toString();
    });
    child.stdin.end(input);
    const ended = new Promise<Outcome>((resolve) => child.once("close", (code) => resolve({ code, stdout, stderr })));
    const lines = (count: number): Promise<string[]> =>
      new Promise((resolve, reject) => {
        const look = (): void => {
          const found = stdout.split("\n").slice(0, -1);
          if (found.length < count) return;
          watchers.delete(look);
          resolve(found);
        };
        watchers.add(look);
        ended.then(({ code }) => reject(new Error(`${args.join(" ")} ended with ${code}: ${stderr}`)));
        look();
      });
    return { child, ended, lines };
  }

  run(args: readonly string[], input = "", environment: Record<string, string> = {}): Promise<Outcome> {
    return this.start(args, input, environment).ended;
  }

  /** Runs a command that is to succeed; its standard output. */
  async out(...args: string[]): Promise<string> {
    const { code, stdout, stderr } = await this.run(args);
    assert.equal(code, 0, `holdfast ${args.join(" ")}: ${stderr}`);
    return stdout;
  }
}
