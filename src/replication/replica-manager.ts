import type { Uuid } from "../base/uuid.js";
import type { MetadataDelta } from "../metadata/delta.js";
import { emptyImage, type MetadataImage, type PartitionImage } from "../metadata/image.js";
import type { MetadataPublisher } from "../metadata/loader.js";
import type { Ports } from "../ports/index.js";
import type { AppendOperation } from "./append-operation.js";
import type { CoordinatorPort } from "./coordinator-port.js";
import type { Partition } from "./partition.js";
import type { ReplicationOptions } from "./replication-options.js";

/** The replicas of this broker: made, led, followed and removed as the metadata says. */
export class ReplicaManager implements MetadataPublisher {
  readonly ports: Ports;
  readonly options: ReplicationOptions;
  /** What was published last. */
  image: MetadataImage;

  constructor(ports: Ports, options: ReplicationOptions) {
    this.ports = ports;
    this.options = options;
    this.image = emptyImage();
  }

  /**
   * To be called once, when the logs were loaded and the metadata includes this broker's own registration: opens, makes and sets aside
   * logs as the image says, and begins to lead and to follow. Before it `onMetadata` does nothing.
   */
  start(_image: MetadataImage): void {
    throw new Error("not built yet");
  }

  /** Applied at once where little changed, otherwise in slices over several turns, in order. */
  onMetadata(_delta: MetadataDelta, _image: MetadataImage): void {}

  /** Stops fetching, leading and answering; operations under way end with NOT_LEADER_OR_FOLLOWER. Logs stay open. */
  stop(): void {}

  /** The partitions of which this broker has a replica; a new array whenever the set changed. */
  partitions(): readonly Partition[] {
    return [];
  }

  partition(_topic: string, _index: number): Partition | null {
    return null;
  }

  partitionById(_topicId: Uuid, _index: number): Partition | null {
    return null;
  }

  /** The broker to name as leader to a client: the partition's, or this one where it stands in for a dead one while there is no controller. */
  effectiveLeader(_topicId: Uuid, partition: PartitionImage): number {
    return partition.leader;
  }

  append(_operation: AppendOperation): void {
    throw new Error("not built yet");
  }

  get coordinatorPort(): CoordinatorPort {
    throw new Error("not built yet");
  }
}
