import { rm } from "node:fs/promises";
import { join } from "node:path";
import { NodeDisk } from "../../node/disk.js";
import { MemoryDisk } from "../../node/memory-disk.js";
import { openPersistentDirectory, release, writeMemory } from "../data-directory.js";
import { newUuid } from "../engines/meta-properties.js";
import { ExitCode, Failure } from "../failure.js";
import { type BrokerPlan, brokerProperties, type ClusterPlan } from "../plan.js";
import { type ClusterPorts, choosePorts, requirePorts } from "../ports.js";
import { topicsReady } from "../readiness.js";
import type { TopicSpec } from "../topic-spec.js";
import { Wiring } from "./gated-network.js";
import { InProcessBroker, SharedPorts } from "./in-process-broker.js";

export interface InProcessOptions {
  readonly brokers: number;
  /** null: a disk in memory. */
  readonly dataDir: string | null;
  /** null: any free ones. */
  readonly ports: readonly number[] | null;
  readonly properties: Readonly<Record<string, string>>;
  readonly topics: readonly TopicSpec[];
  readonly readyTimeoutMs: number;
}

const HOST = "127.0.0.1";
const STOP_LIMIT_MS = 10_000;
/** Nobody's path: the disk is in memory. */
const MEMORY_DIRECTORY = "/holdfast";

/** Brokers within this process: for tests, where a cluster is to cost milliseconds. */
export class InProcessCluster {
  readonly clusterId: string;
  readonly brokers: readonly InProcessBroker[];
  readonly wiring: Wiring;
  private readonly shared: SharedPorts;
  private readonly disks: readonly MemoryDisk[] | null;
  /** Where the data lies; null: in memory. */
  private readonly directory: string | null;
  private stopping: Promise<void> | null;

  private constructor(
    clusterId: string,
    brokers: readonly InProcessBroker[],
    wiring: Wiring,
    shared: SharedPorts,
    disks: readonly MemoryDisk[] | null,
    directory: string | null,
  ) {
    this.clusterId = clusterId;
    this.brokers = brokers;
    this.wiring = wiring;
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
      await within(options.readyTimeoutMs, "The cluster was not ready", cluster.untilReady(options.topics));
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
      const ports = memory === null ? await portsOf(options) : memory.ports;
      if (memory !== null) await requirePorts(HOST, { ...memory.ports, console: null });
      const clusterId = memory?.clusterId ?? newUuid();
      if (opened !== null) await writeMemory(opened.directory, { format: 1, engine: "holdfast", clusterId, ports });
      const directory = opened?.directory ?? MEMORY_DIRECTORY;
      const plan = planOf(clusterId, directory, opened === null, ports, options.properties);
      const wiring = new Wiring();
      const shared = new SharedPorts();
      const disks = opened === null ? plan.brokers.map(() => new MemoryDisk(clusterId)) : null;
      const brokers = plan.brokers.map((each, index) => {
        wiring.addListener(each.port, each.id);
        wiring.addListener(each.controllerPort, each.id);
        return new InProcessBroker(
          {
            id: each.id,
            clusterId,
            host: HOST,
            port: each.port,
            controllerPort: each.controllerPort,
            properties: {
              ...brokerProperties(plan, each),
              "holdfast.ack.after": plan.ephemeral ? "write" : "fsync",
              ...plan.properties,
            },
            disk: disks === null ? new NodeDisk() : disks[index],
            wiring,
            onGone: () => disks?.[index].releaseLocks(),
          },
          shared,
        );
      });
      return new InProcessCluster(clusterId, brokers, wiring, shared, disks, opened?.directory ?? null);
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

  async untilReady(topics: readonly TopicSpec[]): Promise<void> {
    await Promise.all(this.brokers.map((broker) => broker.untilReady()));
    const addresses = this.brokers.map(({ host, port }) => ({ host, port }));
    if (topics.length > 0) {
      const watch = { deadline: Number.POSITIVE_INFINITY, check: async () => {} };
      await topicsReady(addresses, topics, watch);
    }
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
    if (this.directory !== null) await release(this.directory);
  }
}

async function portsOf(options: InProcessOptions): Promise<ClusterPorts> {
  const wishes = { brokers: options.brokers, host: HOST, port: 0, consolePort: null, advertised: 0, strict: true };
  const { ports } = await choosePorts({ ...wishes, any: true });
  if (options.ports === null) return ports;
  const asked = { ...ports, brokers: options.ports };
  await requirePorts(HOST, { ...asked, controllers: [], http: [] });
  return asked;
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
