import { Admin } from "../admin.js";
import { Failure } from "../failure.js";
import { DEFAULT_OPTIONS } from "../local-cluster.js";
import { pause } from "../readiness.js";
import { createTopic } from "../topics.js";
import type { Backend } from "./backend.js";
import { type BrokerHandle, Handle, type HandleHost } from "./broker-handle.js";
import { asHoldfastError, HoldfastError, shown, translated } from "./error.js";
import { EventIterable, EventLog, type HoldfastEvent } from "./events.js";
import { clusterFaultsOf, type Fault, type FaultSpec, faultOf, resolveFault } from "./faults.js";
import { Namespace } from "./namespace.js";
import type { TopicSpec } from "./options.js";
import {
  type ClusterOptions,
  namedOptions,
  type ResolvedOptions,
  resolveOptions,
  resolveTopic,
  wrong,
} from "./options.js";
import { Views } from "./views.js";
import { Wait, type WaitMatches, type WaitName, type WaitResults } from "./wait.js";

const WAIT_MS = 15_000;
const PAUSE_MS = 5;

/** A console that is served. */
export interface ConsoleHandle {
  readonly url: string;
  close(): Promise<void>;
}

/** A cluster that this process started: for tests, and for programs that want a broker within. */
export class Holdfast implements AsyncDisposable {
  /** What clients are given: "127.0.0.1:10001,127.0.0.1:10002,127.0.0.1:10003". */
  readonly bootstrapServers: string;
  /** The same as a list. */
  readonly brokerList: string[];
  /** Of the console, where one was asked for. */
  readonly consoleUrl?: string;
  readonly clusterId: string;
  readonly #backend: Backend;
  readonly #handles: ReadonlyMap<number, BrokerHandle>;
  readonly #options: ResolvedOptions;
  readonly #log: EventLog;
  readonly #views: Views;
  readonly #console: ConsoleHandle | null;
  readonly #host: HandleHost;
  #admin: Promise<Admin> | null = null;
  #stopping: Promise<void> | null = null;

  private constructor(backend: Backend, options: ResolvedOptions, console: ConsoleHandle | null) {
    const { host, brokers, clusterId } = backend;
    this.brokerList = brokers.map(({ port }) => `${host}:${port}`);
    this.bootstrapServers = this.brokerList.join(",");
    if (console !== null) this.consoleUrl = console.url;
    this.clusterId = clusterId;
    this.#backend = backend;
    this.#options = options;
    this.#log = new EventLog(backend);
    this.#views = new Views(backend);
    this.#console = console;
    this.#host = {
      isUp: (id) => this.#stopping === null && backend.isUp(id),
      kill: (id) => this.#run(() => backend.kill(id)),
      stopBroker: (id) => this.#run(() => backend.stop(id)),
      restart: (id) => this.#run(() => this.#restart(id)),
      wipe: (id) => this.#run(() => backend.wipe(id)),
      fault: (spec) => this.fault(spec),
    };
    this.#handles = new Map(brokers.map(({ id, port }) => [id, new Handle(this.#host, id, host, port)]));
  }

  /**
   * Resolves when clients can produce with acks=all and the topics that were asked for are in sync. Rejects with a `HoldfastError`, and
   * leaves nothing behind then.
   */
  static async start(options: ClusterOptions = {}): Promise<Holdfast> {
    const resolved = resolveOptions(options);
    const backend = await translated(() => startBackend(resolved));
    let console: ConsoleHandle | null = null;
    try {
      console = resolved.consolePort === null ? null : await startConsole(backend, resolved.consolePort);
      const cluster = new Holdfast(backend, resolved, console);
      try {
        await Promise.all(resolved.topics.map((topic) => cluster.#create(topic, true, resolved.readyTimeoutMs)));
      } catch (error) {
        cluster.#views.close();
        await cluster.#closeAdmin();
        throw error;
      }
      return cluster;
    } catch (error) {
      await console?.close();
      await backend.close(false);
      throw asHoldfastError(error);
    }
  }

  /** Throws a `HoldfastError` with the code UNKNOWN_BROKER. */
  broker(id: number): BrokerHandle {
    const handle = this.#handles.get(id);
    if (handle !== undefined) return handle;
    const ids = [...this.#handles.keys()].join(", ");
    throw new HoldfastError("UNKNOWN_BROKER", `There is no broker ${shown(id)}; there are ${ids}.`);
  }

  /** The leader of a partition (0 by default), once it has one that is up. */
  async leader(topic: string, partition = 0): Promise<BrokerHandle> {
    const { leader } = await this.waitFor("leader", { topic, partition });
    return this.broker(leader);
  }

  /** Creates a topic, and resolves when all its replicas are in sync, as every broker sees it. */
  async createTopic(topic: string | TopicSpec): Promise<void> {
    this.#expectRunning();
    const spec = resolveTopic("The topic", topic, this.#handles.size, "INVALID_ARGUMENT");
    await this.#create(spec, false, WAIT_MS);
  }

  /** Topics and groups with a prefix of their own; `reset` deletes those and no others. */
  async namespace(prefix?: string): Promise<Namespace> {
    this.#expectRunning();
    const host = {
      size: this.#handles.size,
      admin: () => this.#adminLink(),
      untilInSync: (topic: string) => this.#untilInSync(topic, WAIT_MS),
    };
    return new Namespace(host, prefix);
  }

  /** Nothing passes between the two groups of brokers until that is healed; clients still reach both. */
  partition(a: number[], b: number[]): Promise<Fault> {
    return this.fault({ type: "partition", a, b });
  }

  /** Breaks something; resolves when it is broken. */
  async fault(spec: FaultSpec): Promise<Fault> {
    this.#expectRunning();
    const resolved = resolveFault(spec, [...this.#handles.keys()]);
    return this.#run(async () => {
      if (resolved.type === "pause") {
        if (!this.#backend.isUp(resolved.broker)) {
          throw new HoldfastError("BROKER_DOWN", `Broker ${resolved.broker} does not run, so it cannot be paused.`);
        }
        return faultOf(spec, await this.#backend.pause(resolved.broker));
      }
      if (this.#options.engine === "kafka") {
        const text = `A fault of the type "${resolved.type}" needs \`engine: "holdfast"\`; Apache Kafka's brokers can be killed, stopped, restarted, paused and wiped.`;
        throw new HoldfastError("UNSUPPORTED", text);
      }
      const faults = this.#backend.faults();
      const ends = await Promise.all(clusterFaultsOf(resolved).map((each) => faults.add(each)));
      return faultOf(spec, async () => {
        // A cluster that was stopped has no faults any more.
        if (this.#stopping === null) await this.#run(() => Promise.all(ends.map((end) => end())));
      });
    }, "UNSUPPORTED");
  }

  /**
   * Resolves when it is so, at once when it is so already. Rejects with TIMEOUT (15 s by default); the message says what was seen last.
   */
  async waitFor<N extends WaitName>(event: N, match: WaitMatches[N], timeoutMs = WAIT_MS): Promise<WaitResults[N]> {
    this.#expectRunning();
    if (typeof timeoutMs !== "number" || !(timeoutMs >= 0)) {
      throw wrong("`timeoutMs`", timeoutMs, "a number of milliseconds", "INVALID_ARGUMENT");
    }
    return new Wait(event, match, this.#log, this.#views).run(timeoutMs);
  }

  /** What happens on the brokers, from this call on, or after the event with the number `since`; until the cluster stops. */
  events(options: { since?: number; signal?: AbortSignal } = {}): AsyncIterable<HoldfastEvent> {
    this.#expectRunning();
    const { since = this.#log.newest, signal = null } = namedOptions(options, "since", "signal");
    if (!Number.isInteger(since) || since < 0) {
      throw wrong("`since`", since, "the number of an event", "INVALID_ARGUMENT");
    }
    if (signal !== null && !(signal instanceof AbortSignal)) {
      throw wrong("`signal`", signal, "an AbortSignal", "INVALID_ARGUMENT");
    }
    if (this.#options.engine === "kafka") {
      const text =
        '`events()` needs `engine: "holdfast"`: Apache Kafka\'s brokers tell none. `waitFor` works with them too.';
      throw new HoldfastError("UNSUPPORTED", text);
    }
    return new EventIterable(this.#log, since, signal);
  }

  /**
   * Stops the brokers and throws away their data, or, with a `dataDir`, closes it in order and keeps it; `keepData: false` removes that too.
   * Idempotent.
   */
  async stop(options: { keepData?: boolean } = {}): Promise<void> {
    const { keepData } = namedOptions(options, "keepData");
    if (keepData !== undefined && typeof keepData !== "boolean") {
      throw wrong("`keepData`", keepData, "true or false", "INVALID_ARGUMENT");
    }
    if (keepData === true && this.#options.dataDir === null) {
      const text = "`keepData` is true, but there is nothing to keep it in: give `dataDir` to `start`.";
      throw new HoldfastError("INVALID_ARGUMENT", text);
    }
    this.#stopping ??= this.#stop(options);
    await this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop({ keepData }: { keepData?: boolean }): Promise<void> {
    const { dataDir } = this.#options;
    await this.#log.close();
    this.#views.close();
    await this.#closeAdmin();
    await this.#console?.close();
    await this.#backend.close(dataDir !== null && keepData !== false);
    if (dataDir !== null && keepData === false) {
      const { rm } = await import("node:fs/promises");
      await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
    }
  }

  async #restart(id: number): Promise<void> {
    await this.#backend.restart(id);
    const deadline = performance.now() + this.#options.readyTimeoutMs;
    for (;;) {
      const why = await this.#notServing(id);
      if (why === null) return;
      if (performance.now() > deadline || !this.#backend.isUp(id)) {
        throw new HoldfastError("NOT_READY", `Broker ${id} does not serve after its restart: ${why}.`);
      }
      await pause(PAUSE_MS);
    }
  }

  /** It is in its own metadata, so it is unfenced and serves. */
  async #notServing(id: number): Promise<string | null> {
    try {
      const link = await this.#views.link(id);
      const { Apis } = await import("../../protocol/apis.js");
      const { brokers } = await link.call(Apis.Metadata, { topics: [], allowAutoTopicCreation: false }, 2_000);
      return brokers.some(({ nodeId }) => nodeId === id) ? null : "it is fenced";
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return error.message.replace(/\.$/, "");
    }
  }

  async #create(topic: ReturnType<typeof resolveTopic>, ifNotExists: boolean, limitMs: number): Promise<void> {
    await translated(
      async () => createTopic(await this.#adminLink(), topic, topic.configs, ifNotExists),
      "INVALID_ARGUMENT",
    );
    await this.#untilInSync(topic.name, limitMs);
  }

  async #untilInSync(topic: string, limitMs: number): Promise<void> {
    const deadline = performance.now() + limitMs;
    for (;;) {
      const why = await translated(() => this.#views.notInSync(topic));
      if (why === null) return;
      if (performance.now() > deadline) {
        throw new HoldfastError("NOT_READY", `The topic ${topic} was not in sync within ${limitMs} ms: ${why}.`);
      }
      await pause(PAUSE_MS);
    }
  }

  #adminLink(): Promise<Admin> {
    this.#admin ??= Admin.connect(this.bootstrapServers).catch((error: unknown) => {
      this.#admin = null;
      throw error;
    });
    return this.#admin;
  }

  async #closeAdmin(): Promise<void> {
    const admin = this.#admin;
    this.#admin = null;
    if (admin !== null) (await admin.catch(() => null))?.close();
  }

  #run<T>(work: () => Promise<T>, usage?: "UNSUPPORTED"): Promise<T> {
    this.#expectRunning();
    return translated(work, usage);
  }

  #expectRunning(): void {
    if (this.#stopping !== null) throw new HoldfastError("STOPPED", "The cluster was stopped.");
  }
}

async function startBackend(options: ResolvedOptions): Promise<Backend> {
  const { brokers, dataDir, ports, properties, readyTimeoutMs } = options;
  if (options.mode === "in-process") {
    const { InProcessBackend } = await import("./in-process-backend.js");
    return InProcessBackend.start({ brokers, dataDir, ports, properties, readyTimeoutMs });
  }
  const { ProcessBackend } = await import("./process-backend.js");
  return ProcessBackend.start({
    ...DEFAULT_OPTIONS,
    brokers: brokers ?? DEFAULT_OPTIONS.brokers,
    brokersAsked: brokers !== null,
    engine: options.engine,
    dataDir,
    anyPort: true,
    brokerPorts: ports,
    consolePort: null,
    properties,
    readyTimeoutMs,
  });
}

/** Serves the console of a cluster; what does is a room above this one. */
export type ConsoleStarter = (backend: Backend, port: number) => Promise<ConsoleHandle>;

let consoleStarter: ConsoleStarter | null = null;

/** Of the package's entry, which knows all rooms. */
export function provideConsole(starter: ConsoleStarter): void {
  consoleStarter = starter;
}

async function startConsole(backend: Backend, port: number): Promise<ConsoleHandle> {
  if (consoleStarter === null) throw new Failure("There is no console here.");
  return consoleStarter(backend, port);
}
