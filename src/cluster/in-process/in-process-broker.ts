import { EventFeed } from "../../base/events.js";
import { nodeConfigFrom } from "../../config/node-config-from.js";
import { NodeClock } from "../../node/clock.js";
import { NodeCompression } from "../../node/compression.js";
import { loadDigest } from "../../node/digest.js";
import { type FaultState, NO_FAULTS } from "../../node/fault-state.js";
import { NodeLoop } from "../../node/loop.js";
import { NodeNetwork } from "../../node/network.js";
import { NodeFaults } from "../../node/node-faults.js";
import { NodeRandom } from "../../node/random.js";
import { RELEASE } from "../../node/release.js";
import { NodeTimers } from "../../node/timers.js";
import type { Disk } from "../../ports/index.js";
import { HoldfastNode } from "../../server/node.js";
import { ExitCode, Failure, messageOf } from "../failure.js";
import type { ObservedBroker } from "../observed.js";
import { GatedNetwork, OpenSockets } from "./gated-network.js";
import { GatedDisk, GatedLoop, GatedTimers } from "./gated-ports.js";
import { ProcessGate } from "./process-gate.js";
import { RecentLines } from "./recent-lines.js";

export type InProcessState = "running" | "paused" | "stopped" | "killed" | "died";

export interface InProcessBrokerOptions {
  readonly id: number;
  readonly clusterId: string;
  readonly host: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly dataDir: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly disk: Disk;
  /** Its directory's locks and files, as after a process that is gone. */
  readonly onGone: () => void;
}

/** The loop, the timers and the sockets of this process, which its brokers share. */
export class SharedPorts {
  readonly clock: NodeClock;
  readonly timers: NodeTimers;
  readonly loop: NodeLoop;
  readonly network: NodeNetwork;
  readonly random: NodeRandom;
  readonly compression: NodeCompression;
  readonly digest: ReturnType<typeof loadDigest>;
  readonly sockets: OpenSockets;

  constructor() {
    this.clock = new NodeClock();
    this.timers = new NodeTimers(this.clock);
    this.loop = new NodeLoop(this.clock);
    this.network = new NodeNetwork(this.loop, this.timers);
    this.random = new NodeRandom();
    this.compression = new NodeCompression();
    this.digest = loadDigest();
    this.sockets = new OpenSockets();
    this.loop.startProbe();
  }

  close(): void {
    this.loop.stopProbe();
  }
}

/** One broker of a cluster within this process: the core of a broker's process, without the process. */
export class InProcessBroker {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly controllerPort: number;
  readonly plan: ObservedBroker["plan"];
  /** It is no process of its own. */
  readonly pid: null;
  /** Over all its incarnations. */
  readonly events: EventFeed;
  readonly onState: ObservedBroker["onState"];
  state: InProcessState;
  node: HoldfastNode | null;
  /** Why it ended unasked; "" while it has not. */
  lastEnd: string;
  private readonly options: InProcessBrokerOptions;
  private readonly shared: SharedPorts;
  private gate: ProcessGate | null;
  private faults: NodeFaults | null;
  private faultState: FaultState;
  private lines: RecentLines;
  private onStopped: (() => void) | null;
  private readyWaiters: { resolve(): void; reject(error: Failure): void }[];

  constructor(options: InProcessBrokerOptions, shared: SharedPorts) {
    this.id = options.id;
    this.host = options.host;
    this.port = options.port;
    this.controllerPort = options.controllerPort;
    const { id, port, dataDir } = options;
    this.plan = { id, port, httpPort: null, dataDir, logFile: "" };
    this.pid = null;
    this.events = new EventFeed();
    this.onState = new Set();
    this.state = "stopped";
    this.node = null;
    this.lastEnd = "";
    this.options = options;
    this.shared = shared;
    this.gate = null;
    this.faults = null;
    this.faultState = NO_FAULTS;
    this.lines = new RecentLines();
    this.onStopped = null;
    this.readyWaiters = [];
  }

  get isUp(): boolean {
    return this.gate !== null;
  }

  /** Starts it; `ready` tells when it serves. Throws a `Failure` that says what to do. */
  start(): void {
    if (this.gate !== null) return;
    const { options, shared } = this;
    const properties = new Map(Object.entries(options.properties).map(([name, value]) => [name, { value, line: 0 }]));
    const result = nodeConfigFrom({ properties, workingDirectory: process.cwd().replaceAll("\\", "/") });
    if (result.config === null) {
      throw new Failure(result.problems.map(({ message }) => message).join("\n"), "", ExitCode.usage);
    }
    this.lines = new RecentLines();
    const gate = new ProcessGate((error) => this.ended(gate, `it threw: ${stackOf(error)}`));
    const gated = {
      clock: shared.clock,
      timers: new GatedTimers(shared.timers, gate),
      loop: new GatedLoop(shared.loop, gate),
      disk: new GatedDisk(options.disk, gate),
      network: new GatedNetwork(shared.network, gate, shared.sockets),
      random: shared.random,
      compression: shared.compression,
      digest: shared.digest,
      logger: this.lines.child({ broker: this.id }),
    };
    const faults = new NodeFaults(gated, this.faultState);
    const node = new HoldfastNode(faults.wrap(gated), {
      config: result.config,
      clusterId: options.clusterId,
      release: RELEASE,
      events: this.events,
      interceptor: faults.requests,
      onReady: () => this.ready(gate),
      onStopped: (reason, clean) => this.stoppedItself(gate, reason, clean),
    });
    this.gate = gate;
    this.faults = faults;
    this.node = node;
    this.state = "running";
    this.lastEnd = "";
    try {
      node.start();
    } catch (error) {
      gate.kill();
      this.gone("died");
      throw new Failure(`Broker ${this.id} could not be started: ${messageOf(error)}`);
    }
    this.announce();
  }

  /** Resolves when it is unfenced and caught up; rejects with a `Failure` when it ends before. */
  untilReady(): Promise<void> {
    if (this.node?.status.ready) return Promise.resolve();
    if (this.gate === null) return Promise.reject(this.failure());
    return new Promise((resolve, reject) => this.readyWaiters.push({ resolve, reject }));
  }

  /** Throws a `Failure` that says why it does not run. */
  expectUp(): void {
    if (this.gate === null) throw this.failure();
  }

  /** As SIGKILL: nothing of it runs any more, its connections break, what it had written stays. */
  kill(): void {
    if (this.gate === null) return;
    this.gate.kill();
    this.gone("killed");
  }

  /** Controlled shutdown; killed when it takes longer. */
  async stop(limitMs: number): Promise<void> {
    const { gate, node } = this;
    if (gate === null || node === null) return;
    gate.resume();
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, limitMs);
      this.onStopped = () => {
        clearTimeout(timer);
        resolve();
      };
      gate.run(() => node.shutdown());
    });
    this.onStopped = null;
    if (this.gate === gate) {
      gate.kill();
      this.gone("stopped");
    }
  }

  /** As SIGSTOP. */
  pause(): void {
    if (this.gate === null) return;
    this.gate.pause();
    this.state = "paused";
    this.announce();
  }

  resume(): void {
    if (this.gate === null) return;
    this.state = "running";
    this.gate.resume();
    this.announce();
  }

  /** The whole of what goes wrong at it from now on, also after a restart. */
  setFaults(state: FaultState): void {
    this.faultState = state;
    this.faults?.set(state);
  }

  private ready(gate: ProcessGate): void {
    if (this.gate !== gate) return;
    const waiters = this.readyWaiters;
    this.readyWaiters = [];
    for (const waiter of waiters) waiter.resolve();
  }

  private stoppedItself(gate: ProcessGate, reason: string, clean: boolean): void {
    // The turn that said so ends first.
    setImmediate(() => {
      if (this.gate !== gate) return;
      gate.kill();
      if (clean) this.gone("stopped");
      else this.ended(gate, reason);
    });
  }

  private ended(gate: ProcessGate, reason: string): void {
    if (this.gate !== gate) return;
    this.lastEnd = reason;
    this.gone("died");
  }

  private gone(state: InProcessState): void {
    this.gate = null;
    this.faults = null;
    this.node = null;
    this.state = state;
    this.options.onGone();
    const waiters = this.readyWaiters;
    this.readyWaiters = [];
    for (const waiter of waiters) waiter.reject(this.failure());
    this.onStopped?.();
    this.announce();
  }

  private announce(): void {
    for (const each of this.onState) each(this, null);
  }

  private failure(): Failure {
    const why = this.lastEnd === "" ? this.state : this.lastEnd;
    return new Failure(`Broker ${this.id} is not running (${why}). Its last words:\n${this.lines.tail(12)}`);
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}
