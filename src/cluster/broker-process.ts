import { type ChildProcess, spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { BrokerCommand } from "./engine.js";
import { Failure } from "./failure.js";
import type { Guardian } from "./guardian.js";
import type { ObservedBroker } from "./observed.js";
import type { BrokerPlan } from "./plan.js";

/**
 * running ⇄ paused by `pause` and `resume`; both → stopped, killed or died; `start` leads from those three to running.
 * stopped and killed were asked for; died was not.
 */
export type BrokerState = "running" | "paused" | "stopped" | "killed" | "died";

/** One broker of a local cluster as a process of the operating system. */
export class BrokerProcess {
  readonly plan: BrokerPlan;
  state: BrokerState = "stopped";
  /** How the last process ended: "exit code 1", "SIGKILL"; "" while none has. */
  lastEnd = "";
  /** Environment of the next process, next to that of the command. */
  readonly environment: Record<string, string> = {};
  onDied: ((broker: BrokerProcess) => void) | null = null;
  /** Called after each change of `state`, with the process that it was or is. */
  readonly onState: ObservedBroker["onState"] = new Set();
  private readonly command: BrokerCommand;
  private readonly guardian: Guardian;
  private child: ChildProcess | null = null;
  private ended: Promise<void> = Promise.resolve();
  private wanted: BrokerState = "stopped";

  constructor(plan: BrokerPlan, command: BrokerCommand, guardian: Guardian) {
    this.plan = plan;
    this.command = command;
    this.guardian = guardian;
  }

  get pid(): number | null {
    return this.child?.pid ?? null;
  }

  get isUp(): boolean {
    return this.child !== null;
  }

  /** Starts the process; resolves when the operating system has it, long before the broker is ready. */
  async start(): Promise<void> {
    if (this.child !== null) return;
    const log = openSync(this.plan.logFile, "a");
    let child: ChildProcess;
    try {
      child = spawn(this.command.file, this.command.args, {
        // In a session of its own: Ctrl-C at the terminal is for the supervisor, which stops the brokers in order.
        detached: true,
        stdio: ["ignore", log, log],
        env: { ...inherited(process.env), ...this.command.env, ...this.environment },
      });
    } finally {
      closeSync(log);
    }
    this.child = child;
    this.wanted = "running";
    this.state = "running";
    this.ended = new Promise((resolve) => {
      child.once("exit", (code, signal) => {
        if (child.pid !== undefined) this.guardian.forget(child.pid);
        this.child = null;
        this.lastEnd = signal ?? `exit code ${code}`;
        this.state = this.wanted === "running" ? "died" : this.wanted;
        resolve();
        this.announce(child.pid ?? null);
        if (this.state === "died") this.onDied?.(this);
      });
    });
    await new Promise<void>((resolve, reject) => {
      child.once("spawn", resolve);
      child.once("error", (error) => {
        this.child = null;
        this.state = "died";
        reject(new Failure(`Broker ${this.plan.id} could not be started: ${error.message}.`));
      });
    });
    if (child.pid !== undefined) this.guardian.watch(child.pid);
    this.announce(child.pid ?? null);
  }

  /** SIGKILL: as if the power of this one process were cut. Resolves when it is gone. */
  async kill(): Promise<void> {
    await this.end("killed", "SIGKILL");
  }

  /** SIGTERM, a controlled shutdown; SIGKILL when it takes longer than `limitMs`. */
  async stop(limitMs: number): Promise<void> {
    if (this.child === null) {
      this.state = "stopped";
      return;
    }
    const gone = this.end("stopped", "SIGTERM");
    const timer = setTimeout(() => this.child?.kill("SIGKILL"), limitMs);
    await gone;
    clearTimeout(timer);
  }

  /** SIGSTOP: it holds its connections and says nothing. */
  pause(): void {
    this.expectUp("paused");
    this.child?.kill("SIGSTOP");
    this.state = "paused";
    this.announce(this.pid);
  }

  /** SIGCONT. */
  resume(): void {
    this.expectUp("resumed");
    this.child?.kill("SIGCONT");
    this.state = "running";
    this.announce(this.pid);
  }

  /** What the broker wrote, in all its runs. */
  async log(): Promise<string> {
    try {
      return await readFile(this.plan.logFile, "utf8");
    } catch (error) {
      return `(its log cannot be read: ${(error as Error).message})`;
    }
  }

  private async end(wanted: BrokerState, signal: NodeJS.Signals): Promise<void> {
    if (this.child === null) {
      this.state = wanted;
      return;
    }
    this.wanted = wanted;
    this.child.kill(signal);
    // A paused process receives a signal other than SIGKILL only once it goes on.
    if (this.state === "paused") this.child.kill("SIGCONT");
    await this.ended;
  }

  private announce(pid: number | null): void {
    for (const each of this.onState) each(this, pid);
  }

  private expectUp(done: string): void {
    if (this.child === null) {
      throw new Failure(
        `Broker ${this.plan.id} is not running (${this.state}), so it cannot be ${done}.`,
        `Start it with \`holdfast fault restart ${this.plan.id}\`.`,
      );
    }
  }
}

/** Without what a node would take for properties: those are in its file already, below what the command line said. */
function inherited(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith("KAFKA_")));
}
