import type { EventFeed } from "../base/events.js";
import type { CallHandler, NoResponse } from "../client/peer-link.js";
import type { NodeConfig } from "../config/node-config.js";
import type { TopicSettings } from "../config/settings.js";
import type { MetadataImage } from "../metadata/image.js";
import type { Api } from "../protocol/apis.js";
import type { Input } from "../protocol/schema.js";
import type { LogManager } from "../storage/log-manager.js";

/** Requests to the active controller; the server's ControllerChannel is one. */
export interface ControllerRequests {
  /** Of this broker's registration; −1 before it is registered. */
  readonly brokerEpoch: number;
  /** Finds the active controller, whoever it is by then. Exactly one of the handler's methods is called, in a turn of its own. */
  call<A extends Api>(
    api: A,
    body: Input<A["request"]>,
    handler: CallHandler<A>,
    options?: { readonly timeoutMs?: number; readonly versionMax?: number },
  ): void;
}

/** The settings of topics: of the topic, else of the cluster, else of the node. */
export interface TopicConfigs {
  /** What is in effect for a topic, which need not be in the image. */
  valuesOf(topic: string, image: MetadataImage): Pick<TopicSettings, "log" | "minInsyncReplicas">;
}

/** What the rest of the broker wants to hear of replication. All may be left out. */
export interface ReplicationHooks {
  /** No fetch from this broker came through: its process is gone (`refused`), or nobody knows. Called at each attempt. */
  onPeerUnreachable?(brokerId: number, why: NoResponse): void;
  /**
   * What the image given to `ReplicaManager.start` says was applied to all partitions, and the controller knows which of them have a
   * damaged log here: not before may the broker be unfenced, or it would be elected by seats in ISR and ELR that it must give up.
   */
  onStarted?(): void;
}

export interface ReplicationOptions {
  readonly config: NodeConfig;
  readonly logs: LogManager;
  readonly events: EventFeed;
  readonly controller: ControllerRequests;
  readonly topics: TopicConfigs;
  readonly hooks: ReplicationHooks;
  /** Whether an active controller is known: while there is none, in-sync replicas serve reads in the place of dead leaders. */
  hasController(): boolean;
}
