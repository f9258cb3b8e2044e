import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { engine } from "./cluster.js";
import { type Outcome, type Running, startMain } from "./main-process.js";

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
    const own = { XDG_RUNTIME_DIR: this.scratch, HOLDFAST_ENGINE: engine, KAFKA_BROKERS: "" };
    return startMain(args, { ...own, ...environment }, input);
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
