import { EventFeed } from "../base/events.js";
import type { Uuid } from "../base/uuid.js";
import type { NodeConfig } from "../config/node-config.js";
import { nodeConfigOf } from "../config/node-config-from.js";
import { HoldfastNode } from "../server/node.js";
import { StorageError } from "../storage/storage-error.js";
import { ClusterChecker } from "./checkers/cluster-checker.js";
import { OFFSETS_PARTITIONS } from "./checkers/group-checker.js";
import { listenToLogs } from "./hooks.js";
import { createSimPorts } from "./ports.js";
import type { Scenario } from "./scenario.js";
import type { Program, RunningProgram, SimNode } from "./sim-node.js";
import { BROKER_PORT, Workload } from "./workload/workload.js";
import type { World, WorldParts } from "./world.js";

const CLUSTER_ID: Uuid = "c2ltdWxhdGVkLWNsdXN0ZA";
const CONTROLLER_PORT = 9093;
const DATA_DIRECTORY = "/data";

/** The shipped broker on simulated ports, with its clients and its checkers. */
export function productionParts(): WorldParts {
  return {
    program: (world) => new BrokerProgram(world),
    checker: (world) => {
      const checker = new ClusterChecker(world);
      listenToLogs(checker, world.scenario.segmentBytes);
      return checker;
    },
    workload: (world) => new Workload(world),
  };
}

/** Runs `HoldfastNode` on each node, configured by properties as a process would be. */
class BrokerProgram implements Program {
  private readonly world: World;
  private readonly configs: (NodeConfig | null)[];

  constructor(world: World) {
    this.world = world;
    this.configs = world.nodes.map(() => null);
  }

  /** A broker formats its directory itself at the first start; only the directory must be there. */
  format(node: SimNode): void {
    const formatter = this.world.simulation.startProcess(node.machine, "format");
    node.disk.portFor(formatter).makeDirectory(DATA_DIRECTORY);
    node.disk.root.sync();
    this.world.simulation.killProcess(formatter, false);
  }

  start(node: SimNode): RunningProgram {
    const { world } = this;
    const process = node.process;
    if (process === null) throw new Error("a program starts within its process");
    const ports = createSimPorts(
      world.simulation,
      world.network,
      node.disk,
      process,
      world.simulation.random.fork(),
      world.ring.loggerFor(node.machine.name),
    );
    const broker = new HoldfastNode(ports, {
      config: this.configOf(node),
      clusterId: CLUSTER_ID,
      release: "sim",
      events: new EventFeed(),
      onStopped: (reason, clean) => world.onProgramStopped(node, process, reason, clean),
    });
    world.checker.attach(node, broker);
    try {
      broker.start();
    } catch (error) {
      // What an operator would read before the process ends.
      if (!(error instanceof StorageError)) throw error;
      world.onProgramStopped(node, process, error.message, false);
    }
    return { shutdown: () => broker.shutdown() };
  }

  private configOf(node: SimNode): NodeConfig {
    const known = this.configs[node.index];
    if (known !== null) return known;
    const config = nodeConfigOf(propertiesOf(this.world.scenario, node, this.world.nodes));
    this.configs[node.index] = config;
    return config;
  }
}

/** The server.properties of a node. */
function propertiesOf(scenario: Scenario, node: SimNode, nodes: readonly SimNode[]): Record<string, string> {
  const { address } = node.machine;
  return {
    "process.roles": "broker,controller",
    "node.id": String(node.id),
    "controller.quorum.voters": nodes.map((each) => `${each.id}@${each.machine.address}:${CONTROLLER_PORT}`).join(","),
    listeners: `PLAINTEXT://${address}:${BROKER_PORT},CONTROLLER://${address}:${CONTROLLER_PORT}`,
    "advertised.listeners": `PLAINTEXT://${address}:${BROKER_PORT}`,
    "controller.listener.names": "CONTROLLER",
    "inter.broker.listener.name": "PLAINTEXT",
    "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
    "log.dirs": DATA_DIRECTORY,
    "holdfast.ack.after": scenario.ackAfter,
    "broker.heartbeat.interval.ms": String(scenario.heartbeatMs),
    "broker.session.timeout.ms": String(scenario.sessionMs),
    "replica.lag.time.max.ms": String(scenario.replicaLagMs),
    // The checkers hold replicas to each other batch by batch; what compaction does to a log is simulated in test/sim/compaction.test.ts.
    "log.cleaner.enable": "false",
    "replica.fetch.max.bytes": String(scenario.fetchBytes),
    "metadata.log.max.record.bytes.between.snapshots": String(scenario.snapshotBytes),
    "min.insync.replicas": "2",
    "default.replication.factor": "3",
    "offsets.topic.num.partitions": String(OFFSETS_PARTITIONS),
    "group.initial.rebalance.delay.ms": "300",
    "group.min.session.timeout.ms": "1000",
  };
}
