import type { EventFeed } from "../base/events.js";
import type { NodeConfig } from "../config/node-config.js";
import type { GroupCoordinator } from "../groups/group-coordinator.js";
import type { Controller } from "../metadata/controller.js";
import type { MetadataImage } from "../metadata/image.js";
import type { Ports } from "../ports/index.js";
import type { RaftNode } from "../raft/raft-node.js";
import type { ReplicaManager } from "../replication/replica-manager.js";
import type { ControllerChannel } from "./controller-channel.js";
import type { FailureDetector } from "./failure-detector.js";
import type { FrontServices } from "./front-services.js";

/** What handlers reach: the rooms of one node. */
export interface ServerScope {
  readonly ports: Ports;
  readonly config: NodeConfig;
  readonly clusterId: string;
  readonly events: EventFeed;
  /** The latest image that this node published. */
  readonly image: MetadataImage;
  readonly raft: RaftNode;
  /** Null on a node that is only a controller. */
  readonly replicas: ReplicaManager | null;
  /** Null on a node that is only a controller. */
  readonly groups: GroupCoordinator | null;
  /** Null on a node that is only a broker. */
  readonly controller: Controller | null;
  /** Notices dead brokers for the controller; null on a node that is only a broker. */
  readonly failures: FailureDetector | null;
  /** Requests of this broker to the active controller. */
  readonly channel: ControllerChannel;
  /** What handlers share: counters, topics under creation, producer ids. */
  readonly front: FrontServices;
}
