import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BrokerProcess } from "../../src/cluster/broker-process.js";
import type { BrokerCommand, EngineName } from "../../src/cluster/engine.js";
import { KafkaEngine } from "../../src/cluster/engines/kafka.js";
import { newUuid } from "../../src/cluster/engines/meta-properties.js";
import { Guardian } from "../../src/cluster/guardian.js";
import { type BrokerPlan, propertiesText } from "../../src/cluster/plan.js";
import { choosePorts } from "../../src/cluster/ports.js";
import type { RunningCluster } from "./cluster.js";
import { chooseKafkaJvm } from "./kafka-jvm.js";
import { MAIN, type Outcome, startMain } from "./main-process.js";

/** The command as a user has it. */

/** One node that `holdfast serve` runs from a file. */
export interface NodeSpec {
  readonly id: number;
  readonly port: number;
  readonly properties: Readonly<Record<string, string>>;
  /** Whose program runs it: Holdfast's by default. */
  readonly engine?: EngineName;
  /** What starts Holdfast's program, such as `unshare` with its options: its words come before those of the node's own command. */
  readonly launcher?: readonly string[];
}

export interface FreePorts {
  readonly brokers: readonly number[];
  readonly controllers: readonly number[];
  readonly http: readonly number[];
}

/** Free ports of the loopback address, `count` of each kind. */
export async function freePorts(count: number): Promise<FreePorts> {
  const wishes = { brokers: count, host: "127.0.0.1", port: 0, consolePort: null, advertised: 0, strict: false };
  return (await choosePorts({ ...wishes, any: true })).ports;
}

/** Runs the command line to its end. */
export function holdfast(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return startMain(args, env).ended;
}

/** Nodes as an operator sets them up: a server.properties for each, `format`, `serve`. */
export class NodeGroup implements RunningCluster {
  readonly directory: string;
  readonly clusterId: string;
  readonly bootstrapServers: string;
  readonly plan = { host: "127.0.0.1" };
  private readonly processes: Map<number, BrokerProcess>;
  private readonly brokerIds: readonly number[];
  private readonly guardian: Guardian;
  private kafka: KafkaEngine | null;

  private constructor(directory: string, clusterId: string, specs: readonly NodeSpec[]) {
    this.directory = directory;
    this.clusterId = clusterId;
    this.guardian = new Guardian();
    this.kafka = null;
    this.processes = new Map();
    for (const spec of specs) {
      const plan = {
        id: spec.id,
        port: spec.port,
        controllerPort: 0,
        httpPort: null,
        advertisedPorts: [],
        dataDir: join(directory, `node-${spec.id}`),
        configFile: join(directory, `node-${spec.id}.properties`),
        logFile: join(directory, `node-${spec.id}.log`),
      };
      this.processes.set(spec.id, new BrokerProcess(plan, serveCommand(plan, spec.launcher), this.guardian));
    }
    const brokers = specs.filter((spec) => spec.properties["process.roles"].includes("broker"));
    this.brokerIds = brokers.map(({ id }) => id);
    this.bootstrapServers = brokers.map(({ port }) => `127.0.0.1:${port}`).join(",");
  }

  /** Writes the files. A property's value may name the group's directory as `$DIR`. */
  static async make(specs: readonly NodeSpec[]): Promise<NodeGroup> {
    const directory = await mkdtemp(join(tmpdir(), "holdfast-nodes-"));
    const group = new NodeGroup(directory, newUuid(), specs);
    for (const { id, properties, engine } of specs) {
      const { plan } = group.node(id);
      const all: Record<string, string> = { "node.id": String(id), "log.dirs": plan.dataDir };
      for (const [name, value] of Object.entries(properties)) all[name] = value.replaceAll("$DIR", directory);
      await mkdir(plan.dataDir, { recursive: true });
      await writeFile(plan.configFile, propertiesText(all));
      if (engine !== undefined) await group.runBy(id, engine);
    }
    return group;
  }

  get nodes(): readonly BrokerProcess[] {
    return [...this.processes.values()];
  }

  get brokers(): readonly BrokerProcess[] {
    return this.brokerIds.map((id) => this.node(id));
  }

  /** Whose program runs the node from its next start on, from the same file and on the same directory. */
  async runBy(id: number, engine: EngineName): Promise<void> {
    const { plan, isUp } = this.node(id);
    if (isUp) throw new Error(`node ${id} is still running`);
    if (engine === "kafka") this.kafka ??= await kafkaIn(this.directory);
    const command = engine === "kafka" && this.kafka !== null ? this.kafka.command(plan) : serveCommand(plan);
    this.processes.set(id, new BrokerProcess(plan, command, this.guardian));
  }

  node(id: number): BrokerProcess {
    const found = this.processes.get(id);
    if (found === undefined) throw new Error(`there is no node ${id}`);
    return found;
  }

  async format(id: number, ...options: string[]): Promise<void> {
    const { configFile } = this.node(id).plan;
    const words = ["format", "--config", configFile, "--cluster-id", this.clusterId, ...options];
    const { code, stderr } = await holdfast(words);
    if (code !== 0) throw new Error(`format ended with ${code}: ${stderr}`);
  }

  async start(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.start()));
  }

  logOf(id: number): Promise<string> {
    return readFile(this.node(id).plan.logFile, "utf8");
  }

  async end(): Promise<void> {
    await Promise.all(this.nodes.map((node) => node.kill()));
    this.guardian.close();
    await rm(this.directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

function serveCommand(plan: BrokerPlan, launcher: readonly string[] = []): BrokerCommand {
  const [file, ...args] = [...launcher, process.execPath, MAIN, "serve", "--config", plan.configFile];
  return { file, args, env: {} };
}

async function kafkaIn(directory: string): Promise<KafkaEngine> {
  await chooseKafkaJvm();
  const kafka = new KafkaEngine();
  await kafka.prepare();
  await kafka.logIn(directory);
  return kafka;
}
