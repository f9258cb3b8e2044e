import type { EventFeed } from "../base/events.js";
import type { NodeConfig } from "../config/node-config.js";
import type { MetadataImage } from "../metadata/image.js";
import type { Ports } from "../ports/index.js";
import type { RaftNode } from "../raft/raft-node.js";
import type { Partition } from "../replication/partition.js";
import type { ReplicaManager } from "../replication/replica-manager.js";

export interface NodeOptions {
  readonly config: NodeConfig;
  /** For directories that are empty; null: those are refused, the others tell theirs. */
  readonly clusterId: string | null;
  /** Of this software, as it is written into the directories. */
  readonly release: string;
  readonly events: EventFeed;
  /** The broker is unfenced and caught up, or the controller (of a node that is only one) has joined its quorum. */
  readonly onReady?: () => void;
  /** The last call. `clean`: after `shutdown()`, with everything written; otherwise `reason` is what a person must know. */
  readonly onStopped: (reason: string, clean: boolean) => void;
}

/**
 * What a node is doing: `starting` (joins the quorum, registers), `recovering` (its logs are loaded), `fenced` (registered, but the
 * controller does not let it serve), `running`, `stopping`, `stopped`.
 */
export type NodeState = "starting" | "recovering" | "fenced" | "running" | "stopping" | "stopped";

/** For `/health` and metrics. */
export interface NodeStatus {
  readonly nodeId: number;
  readonly clusterId: string;
  readonly state: NodeState;
  /** It runs and is not about to stop because of an error. */
  readonly live: boolean;
  /** A broker that is registered, unfenced and caught up; a controller that knows the quorum's leader. */
  readonly ready: boolean;
  /** −1 while it has none. */
  readonly brokerEpoch: number;
  readonly isActiveController: boolean;
  /** Null while none is known. */
  readonly controllerId: number | null;
  /** Last offset of the metadata log that is in the image. */
  readonly metadataOffset: number;
  readonly offlineLogDirs: readonly string[];
}

/** One node of a cluster, broker, controller or both: puts the rooms together. */
export class HoldfastNode {
  readonly config: NodeConfig;
  protected readonly ports: Ports;
  protected readonly options: NodeOptions;

  constructor(ports: Ports, options: NodeOptions) {
    this.ports = ports;
    this.options = options;
    this.config = options.config;
  }

  /** Opens the directories and begins to listen and to join; what follows is told by the options. Throws StorageError, and nothing is left open then. */
  start(): void {
    throw new Error("not built yet");
  }

  /** Controlled: leadership goes elsewhere first, as long as that takes a bounded time. `onStopped` follows. */
  shutdown(): void {
    throw new Error("not built yet");
  }

  get status(): NodeStatus {
    throw new Error("not built yet");
  }

  /** Null before the first was published. */
  get image(): MetadataImage | null {
    return null;
  }

  get raft(): RaftNode | null {
    return null;
  }

  /** Null on a node that is only a controller, and before `start()`. */
  get replicas(): ReplicaManager | null {
    return null;
  }

  partitions(): readonly Partition[] {
    return [];
  }

  /** Port by listener name, of those that listen: where port 0 was asked for, the one that it got. */
  get boundPorts(): ReadonlyMap<string, number> {
    return new Map();
  }
}
