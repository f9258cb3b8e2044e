import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BrokerProcess } from "../../src/cluster/broker-process.js";
import type { EngineName } from "../../src/cluster/engine.js";
import { KafkaEngine } from "../../src/cluster/engines/kafka.js";
import { newUuid } from "../../src/cluster/engines/meta-properties.js";
import { Guardian } from "../../src/cluster/guardian.js";
import { propertiesText } from "../../src/cluster/plan.js";
import { choosePorts } from "../../src/cluster/ports.js";
import type { RunningCluster } from "./cluster.js";
import { MAIN, type Outcome, startMain } from "./main-process.js";

/** The command as a user has it. */

/** One node that `holdfast serve` runs from a file. */
export interface NodeSpec {
  readonly id: number;
  readonly port: number;
  readonly properties: Readonly<Record<string, string>>;
  /** Whose program runs it: Holdfast's by default. */
  readonly engine?: EngineName;
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

/** A small JVM that is soon up; a test puts no load on it. */
const KAFKA_JVM = "-Xmx256m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC";

/** Nodes as an operator sets them up: a server.properties for each, `format`, `serve`. */
export class NodeGroup implements RunningCluster {
  readonly directory: string;
  readonly clusterId: string;
  readonly nodes: readonly BrokerProcess[];
  readonly brokers: readonly BrokerProcess[];
  readonly bootstrapServers: string;
  readonly plan = { host: "127.0.0.1" };
  private readonly specs: readonly NodeSpec[];
  private readonly guardian: Guardian;

  private constructor(directory: string, clusterId: string, specs: readonly NodeSpec[], kafka: KafkaEngine | null) {
    this.directory = directory;
    this.clusterId = clusterId;
    this.specs = specs;
    this.guardian = new Guardian();
    this.nodes = specs.map((spec) => {
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
      const serve = { file: process.execPath, args: [MAIN, "serve", "--config", plan.configFile], env: {} };
      const command = spec.engine === "kafka" && kafka !== null ? kafka.command(plan) : serve;
      return new BrokerProcess(plan, command, this.guardian);
    });
    const isBroker = (id: number): boolean =>
      specs.some((spec) => spec.id === id && spec.properties["process.roles"].includes("broker"));
    this.brokers = this.nodes.filter((node) => isBroker(node.plan.id));
    this.bootstrapServers = this.brokers.map((node) => `127.0.0.1:${node.plan.port}`).join(",");
  }

  /** Writes the files. A property's value may name the group's directory as `$DIR`. */
  static async make(specs: readonly NodeSpec[]): Promise<NodeGroup> {
    const directory = await mkdtemp(join(tmpdir(), "holdfast-nodes-"));
    const kafka = specs.some((spec) => spec.engine === "kafka") ? await kafkaIn(directory) : null;
    const group = new NodeGroup(directory, newUuid(), specs, kafka);
    for (const [index, spec] of specs.entries()) {
      const { plan } = group.nodes[index];
      const all: Record<string, string> = { "node.id": String(spec.id), "log.dirs": plan.dataDir };
      for (const [name, value] of Object.entries(spec.properties)) all[name] = value.replaceAll("$DIR", directory);
      await mkdir(plan.dataDir, { recursive: true });
      await writeFile(plan.configFile, propertiesText(all));
    }
    return group;
  }

  /** The same files and directories, run by other programs from now on; every node must have ended. */
  async handedOver(engines: ReadonlyMap<number, EngineName>): Promise<NodeGroup> {
    if (this.nodes.some((node) => node.isUp)) throw new Error("nodes are still running");
    this.guardian.close();
    const specs = this.specs.map((spec) => ({ ...spec, engine: engines.get(spec.id) ?? spec.engine }));
    return new NodeGroup(this.directory, this.clusterId, specs, await kafkaIn(this.directory));
  }

  node(id: number): BrokerProcess {
    const found = this.nodes.find((each) => each.plan.id === id);
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

async function kafkaIn(directory: string): Promise<KafkaEngine> {
  process.env.HOLDFAST_KAFKA_JVM ??= KAFKA_JVM;
  const kafka = new KafkaEngine();
  await kafka.prepare();
  await kafka.logIn(directory);
  return kafka;
}
