import type { NodeConfig } from "../config/node-config.js";
import type { MetadataDelta } from "../metadata/delta.js";
import type { MetadataImage } from "../metadata/image.js";
import type { MetadataPublisher } from "../metadata/loader.js";
import type { Ports } from "../ports/index.js";
import type { CoordinatorPort } from "../replication/coordinator-port.js";

/**
 * The coordinator of groups on one broker (Kafka: GroupCoordinatorService): leads the groups whose partitions of
 * `__consumer_offsets` this broker leads.
 */
export class GroupCoordinator implements MetadataPublisher {
  protected readonly ports: Ports;
  protected readonly config: NodeConfig;
  protected readonly logs: CoordinatorPort;

  constructor(ports: Ports, config: NodeConfig, logs: CoordinatorPort) {
    this.ports = ports;
    this.config = config;
    this.logs = logs;
  }

  /** Call `start` once `replicas.coordinatorPort` may be observed; before that every group is answered NOT_COORDINATOR. */
  start(): void {}

  /** Positions of deleted topics are forgotten. */
  onMetadata(_delta: MetadataDelta, _image: MetadataImage): void {}

  /** Gives up everything; whoever waits is told NOT_COORDINATOR. The last call. */
  stop(): void {}

  /** For FindCoordinator: the partition of `__consumer_offsets` that coordinates the group; its leader is the coordinator. */
  partitionFor(_groupId: string): number {
    throw new Error("not built yet");
  }
}
