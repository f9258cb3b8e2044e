import { randomBytes } from "node:crypto";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { FAULTS_VARIABLE, type FaultState, NO_FAULTS } from "../node/fault-state.js";
import { BrokerDirectories } from "./broker-directories.js";
import { httpPut } from "./broker-http.js";
import { BrokerProcess } from "./broker-process.js";
import { ClusterFaults } from "./cluster-faults.js";
import {
  type ClusterMemory,
  ephemeralDirectory,
  openPersistentDirectory,
  release,
  writeMemory,
} from "./data-directory.js";
import { type Engine, type EngineName, engineNamed } from "./engine.js";
import { newUuid } from "./engines/meta-properties.js";
import { ExitCode, Failure, messageOf } from "./failure.js";
import { Guardian } from "./guardian.js";
import {
  type BrokerPlan,
  bootstrapServersOf,
  brokerProperties,
  type ClusterPlan,
  type ExtraListener,
  propertiesText,
} from "./plan.js";
import { type ClusterPorts, choosePorts, portsWith, requirePorts } from "./ports.js";
import type { TopicSpec } from "./topic-spec.js";

export interface LocalClusterOptions {
  readonly brokers: number;
  /** Somebody asked for that number, though it is the default one: a data directory of another is refused. */
  readonly brokersAsked?: boolean;
  readonly engine: EngineName;
  /** null: a directory that is thrown away at the end. */
  readonly dataDir: string | null;
  readonly port: number;
  /** Those of clients, one for each broker; without them as `port` and `anyPort` say. */
  readonly brokerPorts?: readonly number[] | null;
  readonly anyPort: boolean;
  readonly strictPorts: boolean;
  /** null: no console. */
  readonly consolePort: number | null;
  readonly topics: readonly TopicSpec[];
  /** Broker properties, for all brokers. */
  readonly properties: Readonly<Record<string, string>>;
  readonly advertise: readonly ExtraListener[];
  /** Start a broker again when it died unasked. */
  readonly respawn: boolean;
  /** 0: the engine's own. */
  readonly readyTimeoutMs: number;
}

export const DEFAULT_OPTIONS: LocalClusterOptions = {
  brokers: 3,
  engine: "holdfast",
  dataDir: null,
  port: 9092,
  anyPort: false,
  strictPorts: false,
  consolePort: 9080,
  topics: [],
  properties: {},
  advertise: [],
  respawn: false,
  readyTimeoutMs: 0,
};

/** All that a stop may take, ms; then what is left is killed. */
const STOP_LIMIT_MS = 10_000;
const HOST = "127.0.0.1";

/** What whoever runs the cluster wants to tell its user. */
export interface ClusterObserver {
  onPortsShifted?(taken: number, plan: ClusterPlan): void;
  onBrokerDied?(broker: BrokerProcess): void;
}

/** N broker processes of this machine, started, broken and stopped by this process. */
export class LocalCluster {
  readonly plan: ClusterPlan;
  readonly engine: Engine;
  readonly brokers: readonly BrokerProcess[];
  /** Of links, disks and requests. Holdfast's own brokers have them; `requireFaults` says so of others. */
  readonly faults: ClusterFaults;
  private readonly directories: BrokerDirectories;
  private readonly faultToken: string;
  private readonly guardian: Guardian;
  private stopping: Promise<void> | null = null;

  private constructor(
    plan: ClusterPlan,
    engine: Engine,
    guardian: Guardian,
    brokers: readonly BrokerProcess[],
    directories: BrokerDirectories,
  ) {
    this.plan = plan;
    this.engine = engine;
    this.guardian = guardian;
    this.brokers = brokers;
    this.directories = directories;
    this.faultToken = randomBytes(24).toString("hex");
    const targets = plan.brokers.map(({ id, port, controllerPort }) => ({ id, ports: [port, controllerPort] }));
    this.faults = new ClusterFaults(targets, (broker, state) => this.applyFaults(broker, state));
    for (const broker of brokers) this.passFaults(broker, NO_FAULTS);
  }

  /** Starts the processes and waits until clients can produce with acks=all. Leaves nothing behind when that fails. */
  static async start(options: LocalClusterOptions, observer: ClusterObserver = {}): Promise<LocalCluster> {
    const cluster = await LocalCluster.launch(options, observer);
    try {
      await cluster.untilReady(options);
    } catch (error) {
      await cluster.stopNow();
      throw error;
    }
    return cluster;
  }

  /** As `start`, but returns as soon as the processes run. */
  static async launch(options: LocalClusterOptions, observer: ClusterObserver = {}): Promise<LocalCluster> {
    const engine = await engineNamed(options.engine);
    await engine.prepare();
    const plan = await makePlan(options, engine, observer);
    const guardian = new Guardian();
    let cluster: LocalCluster | null = null;
    try {
      await writeConfiguration(plan, engine);
      const directories = new BrokerDirectories(plan, engine);
      await directories.format();
      const brokers = plan.brokers.map((each) => new BrokerProcess(each, engine.command(each), guardian));
      cluster = new LocalCluster(plan, engine, guardian, brokers, directories);
      for (const broker of brokers) {
        broker.onDied = () => {
          observer.onBrokerDied?.(broker);
          if (options.respawn && cluster?.stopping === null) void broker.start();
        };
      }
      await Promise.all(brokers.map((broker) => broker.start()));
      return cluster;
    } catch (error) {
      if (cluster !== null) await cluster.stopNow();
      else {
        guardian.close();
        await discard(plan);
      }
      throw error;
    }
  }

  get bootstrapServers(): string {
    return bootstrapServersOf(this.plan);
  }

  broker(id: number): BrokerProcess {
    const found = this.brokers.find((broker) => broker.plan.id === id);
    if (found === undefined) {
      const ids = this.brokers.map((broker) => broker.plan.id).join(", ");
      throw new Failure(`There is no broker ${id}; there are ${ids}.`, "", ExitCode.usage);
    }
    return found;
  }

  /** Waits until every broker is unfenced, as every broker sees it, and the topics exist with their full ISR. */
  async untilReady(options: Pick<LocalClusterOptions, "topics" | "readyTimeoutMs">): Promise<void> {
    const limitMs = options.readyTimeoutMs > 0 ? options.readyTimeoutMs : this.engine.readyTimeoutMs;
    const deadline = Date.now() + limitMs;
    const watch = { deadline, check: () => this.expectAlive() };
    const addresses = this.plan.brokers.map(({ port }) => ({ host: this.plan.host, port }));
    // Loaded while the brokers start: it brings the protocol along.
    const { brokersReady, topicsReady } = await import("./readiness.js");
    const missing = await brokersReady(addresses, watch);
    if (missing === null && options.topics.length === 0) return;
    const late = missing ?? (await topicsReady(addresses, options.topics, watch));
    if (late === null) return;
    await this.expectAlive();
    throw new Failure(
      `The cluster was not ready within ${limitMs / 1000} s: ${late}.`,
      `The brokers' logs are in ${join(this.plan.directory, "logs")}.`,
      ExitCode.notReady,
    );
  }

  /** Throws a `Failure` where the engine's brokers can be killed and paused, but not otherwise broken. */
  requireFaults(): void {
    if (this.engine.hasHttp) return;
    throw new Failure(
      "Brokers of Apache Kafka cannot be partitioned, slowed down or made to answer with errors: that needs the engine holdfast.",
      "They can be killed, stopped, restarted, paused and wiped.",
      ExitCode.usage,
    );
  }

  /** Kills a broker if it runs, and empties its directory. */
  async wipe(id: number): Promise<void> {
    const broker = this.broker(id);
    await broker.kill();
    await this.directories.empty(broker.plan);
  }

  private passFaults(broker: BrokerProcess, state: FaultState): void {
    if (this.engine.hasHttp) broker.environment[FAULTS_VARIABLE] = JSON.stringify({ token: this.faultToken, state });
  }

  private async applyFaults(id: number, state: FaultState): Promise<void> {
    const broker = this.broker(id);
    this.passFaults(broker, state);
    // One that is down, or paused, has them when it starts, or goes on.
    if (broker.plan.httpPort === null || !broker.isUp) return;
    const address = { host: this.plan.host, port: broker.plan.httpPort };
    const headers = { authorization: `Bearer ${this.faultToken}` };
    const answer = httpPut(address, "/faults", headers, JSON.stringify(state)).then(
      ({ status, text }) => (status === 200 ? null : text),
      (error: unknown) => messageOf(error),
    );
    if (broker.state === "paused") return;
    const problem = await answer;
    if (problem === null || !broker.isUp) return;
    throw new Failure(`Broker ${id} does not take what is to go wrong: ${problem}.`, "Is it ready?");
  }

  /** Formats the directories of brokers that have none: before a broker whose directory was emptied is started. */
  format(): Promise<void> {
    return this.directories.format();
  }

  /** Stops a broker, whatever its state, and starts it again. */
  async restart(id: number): Promise<void> {
    const broker = this.broker(id);
    await broker.stop(STOP_LIMIT_MS);
    await broker.start();
  }

  /** Controlled shutdown of all, one after the other, within ten seconds; removes what was thrown-away data. Idempotent. */
  stop(): Promise<void> {
    this.stopping ??= this.stopInOrder();
    return this.stopping;
  }

  /** Kills what still runs and cleans up. */
  async stopNow(): Promise<void> {
    this.stopping ??= Promise.resolve();
    await Promise.all(this.brokers.map((broker) => broker.kill()));
    await this.cleanUp();
  }

  private async stopInOrder(): Promise<void> {
    const deadline = Date.now() + STOP_LIMIT_MS;
    const up = this.brokers.filter((broker) => broker.isUp);
    for (let i = 0; i < up.length; i++) {
      // While a majority is left, leadership moves in order. After that nobody is left to move it to: the rest stop together.
      const alone = (up.length - i) * 2 <= this.brokers.length + 1;
      const share = Math.max(0, deadline - Date.now());
      if (alone) {
        await Promise.all(up.slice(i).map((broker) => broker.stop(share)));
        break;
      }
      await up[i].stop(share / 2);
    }
    await this.cleanUp();
  }

  private async cleanUp(): Promise<void> {
    this.guardian.close();
    await discard(this.plan);
  }

  /** A broker that ended before it was ready will not become so: says why. */
  private async expectAlive(): Promise<void> {
    const dead = this.brokers.find((broker) => broker.state === "died");
    if (dead === undefined) return;
    const { text, exitCode } = this.engine.lastWords(await dead.log(), dead.lastEnd);
    throw new Failure(
      `Broker ${dead.plan.id} ended while it started (${dead.lastEnd}). Its last words:\n${text}`,
      "",
      exitCode,
    );
  }
}

async function discard(plan: ClusterPlan): Promise<void> {
  if (plan.ephemeral) await rm(plan.directory, { recursive: true, force: true, maxRetries: 5 });
  else await release(plan.directory);
}

async function makePlan(options: LocalClusterOptions, engine: Engine, observer: ClusterObserver): Promise<ClusterPlan> {
  const ephemeral = options.dataDir === null;
  const opened =
    options.dataDir === null
      ? { directory: await ephemeralDirectory(), memory: null }
      : await openPersistentDirectory(options.dataDir);
  try {
    return await plan(opened.directory, opened.memory);
  } catch (error) {
    if (ephemeral) await rm(opened.directory, { recursive: true, force: true });
    else await release(opened.directory);
    throw error;
  }

  async function plan(directory: string, memory: ClusterMemory | null): Promise<ClusterPlan> {
    const { ports, shiftedBecauseOf } = memory === null ? await freshPorts() : await rememberedPorts(directory, memory);
    const clusterId = memory?.clusterId ?? newUuid();
    const made: ClusterPlan = {
      clusterId,
      directory,
      ephemeral,
      host: HOST,
      brokers: ports.brokers.map((port, index) => brokerPlan(directory, engine, ports, port, index)),
      consolePort: options.consolePort === null ? null : ports.console,
      properties: options.properties,
      advertise: options.advertise,
    };
    if (shiftedBecauseOf !== null) observer.onPortsShifted?.(shiftedBecauseOf, made);
    if (!ephemeral) await writeMemory(directory, { format: 1, engine: engine.name, clusterId, ports });
    return made;
  }

  async function freshPorts(): Promise<{ ports: ClusterPorts; shiftedBecauseOf: number | null }> {
    if (options.brokerPorts !== undefined && options.brokerPorts !== null) {
      return { ports: await portsWith(options.brokerPorts, HOST), shiftedBecauseOf: null };
    }
    return choosePorts({
      brokers: options.brokers,
      host: HOST,
      port: options.port,
      consolePort: options.consolePort,
      advertised: options.advertise.length,
      any: options.anyPort,
      strict: options.strictPorts,
    });
  }

  async function rememberedPorts(
    directory: string,
    memory: ClusterMemory,
  ): Promise<{ ports: ClusterPorts; shiftedBecauseOf: null }> {
    if (memory.engine !== engine.name) {
      throw new Failure(
        `The data directory ${directory} was made with --engine ${memory.engine}, not ${engine.name}.`,
        `Use --engine ${memory.engine}, or another directory.`,
      );
    }
    const count = memory.ports.brokers.length;
    const asked = options.brokersAsked === true || options.brokers !== DEFAULT_OPTIONS.brokers;
    if (asked && options.brokers !== count) {
      throw new Failure(
        `The data directory ${directory} holds a cluster of ${count} brokers, not ${options.brokers}.`,
        "Leave out --brokers, or name another directory.",
      );
    }
    const wanted = options.brokerPorts ?? null;
    if (wanted !== null && wanted.join() !== memory.ports.brokers.join()) {
      throw new Failure(
        `The data directory ${directory} holds a cluster on the ports ${memory.ports.brokers.join(", ")}, not ${wanted.join(", ")}.`,
        "Leave out the ports, or name another directory.",
        ExitCode.usage,
      );
    }
    const listeners = memory.ports.advertised[0]?.length ?? 0;
    if (options.advertise.length !== listeners) {
      throw new Failure(
        `The data directory ${directory} holds a cluster that is advertised under ${listeners} further names, not ${options.advertise.length}.`,
        "Give as many of --listen, --advertise and --docker as at its first start.",
        ExitCode.usage,
      );
    }
    await requirePorts(HOST, options.consolePort === null ? { ...memory.ports, console: null } : memory.ports);
    return { ports: memory.ports, shiftedBecauseOf: null };
  }
}

function brokerPlan(directory: string, engine: Engine, ports: ClusterPorts, port: number, index: number): BrokerPlan {
  const id = index + 1;
  return {
    id,
    port,
    controllerPort: ports.controllers[index],
    httpPort: engine.hasHttp ? ports.http[index] : null,
    advertisedPorts: ports.advertised[index],
    dataDir: join(directory, `broker-${id}`),
    configFile: join(directory, "config", `broker-${id}.properties`),
    logFile: join(directory, "logs", `broker-${id}.log`),
  };
}

async function writeConfiguration(plan: ClusterPlan, engine: Engine): Promise<void> {
  await Promise.all([
    mkdir(join(plan.directory, "config"), { recursive: true }),
    mkdir(join(plan.directory, "logs"), { recursive: true }),
  ]);
  await Promise.all(
    plan.brokers.map((broker) => {
      const properties = { ...brokerProperties(plan, broker), ...engine.properties(plan, broker), ...plan.properties };
      return writeFile(broker.configFile, propertiesText(properties));
    }),
  );
}
