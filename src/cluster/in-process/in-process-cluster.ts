import { rm } from "node:fs/promises";
import { join } from "node:path";
import { NodeDisk } from "../../node/disk.js";
import { MemoryDisk } from "../../node/memory-disk.js";
import { ClusterFaults } from "../cluster-faults.js";
import { type ClusterMemory, openPersistentDirectory, release, writeMemory } from "../data-directory.js";
import { newUuid } from "../engines/meta-properties.js";
import { ExitCode, Failure } from "../failure.js";
import { type BrokerPlan, brokerProperties, type ClusterPlan } from "../plan.js";
import { type ClusterPorts, choosePorts, portsWith, requirePorts } from "../ports.js";
import { brokersReady } from "../readiness.js";
import { InProcessBroker, SharedPorts } from "./in-process-broker.js";

export interface InProcessOptions {
  /** null: as many as the data directory has, else three. */
  readonly brokers: number | null;
  /** null: a disk in memory. */
  readonly dataDir: string | null;
  /** null: any free ones. */
  readonly ports: readonly number[] | null;
  readonly properties: Readonly<Record<string, string>>;
  readonly readyTimeoutMs: number;
}

const HOST = "127.0.0.1";
const BROKERS = 3;
const STOP_LIMIT_MS = 10_000;
/** Nobody's path: the disk is in memory. */
const MEMORY_DIRECTORY = "/holdfast";

/** Brokers within this process: for tests, where a cluster is to cost milliseconds. */
export class InProcessCluster {
  readonly clusterId: string;
  readonly plan: ClusterPlan;
  readonly brokers: readonly InProcessBroker[];
  readonly faults: ClusterFaults;
  private readonly shared: SharedPorts;
  private readonly disks: readonly MemoryDisk[] | null;
  /** Where the data lies; null: in memory. */
  private readonly directory: string | null;
  private stopping: Promise<void> | null;

  private constructor(
    plan: ClusterPlan,
    brokers: readonly InProcessBroker[],
    shared: SharedPorts,
    disks: readonly MemoryDisk[] | null,
    directory: string | null,
  ) {
    this.clusterId = plan.clusterId;
    this.plan = plan;
    this.brokers = brokers;
    const targets = brokers.map(({ id, port, controllerPort }) => ({ id, ports: [port, controllerPort] }));
    this.faults = new ClusterFaults(targets, async (id, state) => this.broker(id).setFaults(state));
    this.shared = shared;
    this.disks = disks;
    this.directory = directory;
    this.stopping = null;
  }

  /** Resolves when clients can produce with acks=all. Leaves nothing behind when that fails. */
  static async start(options: InProcessOptions): Promise<InProcessCluster> {
    const cluster = await InProcessCluster.make(options);
    try {
      for (const broker of cluster.brokers) broker.start();
      await within(options.readyTimeoutMs, "The cluster was not ready", cluster.untilReady());
      return cluster;
    } catch (error) {
      await cluster.stop(false);
      throw error;
    }
  }

  private static async make(options: InProcessOptions): Promise<InProcessCluster> {
    const opened = options.dataDir === null ? null : await openPersistentDirectory(options.dataDir);
    try {
      const memory = opened?.memory ?? null;
      if (opened !== null && memory !== null) checkMemory(opened.directory, memory, options);
      const ports = memory === null ? await portsOf(options) : memory.ports;
      if (memory !== null) await requirePorts(HOST, { ...memory.ports, console: null });
      const clusterId = memory?.clusterId ?? newUuid();
      if (opened !== null) await writeMemory(opened.directory, { format: 1, engine: "holdfast", clusterId, ports });
      const directory = opened?.directory ?? MEMORY_DIRECTORY;
      const plan = planOf(clusterId, directory, opened === null, ports, options.properties);
      const shared = new SharedPorts();
      const disks = opened === null ? plan.brokers.map(() => new MemoryDisk(clusterId)) : null;
      const brokers = plan.brokers.map((each, index) => {
        return new InProcessBroker(
          {
            id: each.id,
            clusterId,
            host: HOST,
            port: each.port,
            controllerPort: each.controllerPort,
            dataDir: each.dataDir,
            properties: {
              ...brokerProperties(plan, each),
              "holdfast.ack.after": plan.ephemeral ? "write" : "fsync",
              ...plan.properties,
            },
            disk: disks === null ? new NodeDisk() : disks[index],
            onGone: () => disks?.[index].releaseLocks(),
          },
          shared,
        );
      });
      return new InProcessCluster(plan, brokers, shared, disks, opened?.directory ?? null);
    } catch (error) {
      if (opened !== null) await release(opened.directory);
      throw error;
    }
  }

  get bootstrapServers(): string {
    return this.brokers.map((broker) => `${broker.host}:${broker.port}`).join(",");
  }

  broker(id: number): InProcessBroker {
    const found = this.brokers.find((each) => each.id === id);
    if (found === undefined) {
      const ids = this.brokers.map((each) => each.id).join(", ");
      throw new Failure(`There is no broker ${id}; there are ${ids}.`, "", ExitCode.usage);
    }
    return found;
  }

  /** Every broker is unfenced, and sees that all are. */
  async untilReady(): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.untilReady()));
    const addresses = this.brokers.map(({ host, port }) => ({ host, port }));
    await brokersReady(addresses, { deadline: Number.POSITIVE_INFINITY, check: async () => this.expectAlive() });
  }

  private expectAlive(): void {
    if (this.stopping !== null) throw new Failure("The cluster was stopped while it started.");
    for (const broker of this.brokers) broker.expectUp();
  }

  /** They can all be broken in each way. */
  requireFaults(): void {
    this.expectNotStopped();
  }

  private expectNotStopped(): void {
    if (this.stopping !== null) throw new Failure("The cluster was stopped.");
  }

  /** Kills the broker if it runs, and empties its directory. */
  async wipe(id: number): Promise<void> {
    const broker = this.broker(id);
    broker.kill();
    if (this.disks !== null) this.disks[this.brokers.indexOf(broker)].wipe();
    else await rm(join(this.directory as string, `broker-${id}`), { recursive: true, force: true });
  }

  async restart(id: number): Promise<void> {
    const broker = this.broker(id);
    await broker.stop(STOP_LIMIT_MS);
    broker.start();
  }

  /** Idempotent. With `inOrder` what is to be kept is closed cleanly; otherwise the data is thrown away, and so are the brokers. */
  stop(inOrder: boolean): Promise<void> {
    this.stopping ??= this.stopAll(inOrder);
    return this.stopping;
  }

  private async stopAll(inOrder: boolean): Promise<void> {
    if (inOrder) {
      const up = this.brokers.filter((broker) => broker.isUp);
      for (let i = 0; i < up.length; i++) {
        // Without a majority nobody is left to hand leadership to: the rest stop together.
        if ((up.length - i) * 2 <= this.brokers.length + 1) {
          await Promise.all(up.slice(i).map((broker) => broker.stop(STOP_LIMIT_MS)));
          break;
        }
        await up[i].stop(STOP_LIMIT_MS / 2);
      }
    }
    for (const broker of this.brokers) broker.kill();
    this.shared.close();
    await this.shared.sockets.untilNone();
    // Listeners close without a word, by the next turn.
    await new Promise((resolve) => setImmediate(resolve));
    if (this.directory !== null) await release(this.directory);
  }
}

async function portsOf(options: InProcessOptions): Promise<ClusterPorts> {
  if (options.ports !== null) return portsWith(options.ports, HOST);
  const brokers = options.brokers ?? BROKERS;
  const wishes = { brokers, host: HOST, port: 0, consolePort: null, advertised: 0, any: true, strict: true };
  return (await choosePorts(wishes)).ports;
}

/** Throws a `Failure` where the directory holds another kind of cluster than what is asked for. */
function checkMemory(directory: string, memory: ClusterMemory, options: InProcessOptions): void {
  const count = memory.ports.brokers.length;
  if (memory.engine !== "holdfast") {
    throw new Failure(
      `The data directory ${directory} was made by Apache Kafka.`,
      'Use `engine: "kafka"`, or another directory.',
    );
  }
  if (options.brokers !== null && options.brokers !== count) {
    throw new Failure(
      `The data directory ${directory} holds a cluster of ${count} brokers, not ${options.brokers}.`,
      "Leave out `brokers`, or name another directory.",
    );
  }
  if (options.ports !== null && options.ports.join() !== memory.ports.brokers.join()) {
    throw new Failure(
      `The data directory ${directory} holds a cluster on the ports ${memory.ports.brokers.join(", ")}.`,
      "Leave out `ports`, or name another directory.",
    );
  }
}

function planOf(
  clusterId: string,
  directory: string,
  ephemeral: boolean,
  ports: ClusterPorts,
  properties: Readonly<Record<string, string>>,
): ClusterPlan {
  const brokers: BrokerPlan[] = ports.brokers.map((port, index) => ({
    id: index + 1,
    port,
    controllerPort: ports.controllers[index],
    httpPort: null,
    advertisedPorts: [],
    dataDir: `${directory.replaceAll("\\", "/")}/broker-${index + 1}`,
    configFile: "",
    logFile: "",
  }));
  return { clusterId, directory, ephemeral, host: HOST, brokers, consolePort: null, properties, advertise: [] };
}

async function within(limitMs: number, what: string, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Failure(`${what} within ${limitMs / 1000} s.`, "", ExitCode.notReady)),
      limitMs,
    );
  });
  try {
    await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
