import type { EventFeed } from "../base/events.js";
import type { NodeConfig } from "../config/node-config.js";
import type { GroupCoordinator } from "../groups/group-coordinator.js";
import type { Controller } from "../metadata/controller.js";
import type { MetadataImage } from "../metadata/image.js";
import type { MetadataLoader } from "../metadata/loader.js";
import type { Ports } from "../ports/index.js";
import type { RaftNode } from "../raft/raft-node.js";
import type { ReplicaManager } from "../replication/replica-manager.js";
import type { ControllerChannel } from "./controller-channel.js";
import type { FailureDetector } from "./failure-detector.js";
import { FrontServices } from "./front-services.js";
import type { LogLevels } from "./log-levels.js";
import type { ServerScope } from "./scope.js";

export interface ScopeParts {
  readonly ports: Ports;
  readonly config: NodeConfig;
  readonly clusterId: string;
  readonly events: EventFeed;
  readonly raft: RaftNode;
  readonly replicas: ReplicaManager | null;
  readonly groups: GroupCoordinator | null;
  readonly controller: Controller | null;
  readonly failures: FailureDetector | null;
  readonly channel: ControllerChannel;
  readonly loggers: LogLevels;
}

/** What the handlers of a node reach. */
export class NodeScope implements ServerScope {
  readonly ports: Ports;
  readonly config: NodeConfig;
  readonly clusterId: string;
  readonly events: EventFeed;
  readonly raft: RaftNode;
  readonly replicas: ReplicaManager | null;
  readonly groups: GroupCoordinator | null;
  readonly controller: Controller | null;
  readonly failures: FailureDetector | null;
  readonly channel: ControllerChannel;
  readonly front: FrontServices;
  private readonly loader: MetadataLoader;

  constructor(parts: ScopeParts, loader: MetadataLoader) {
    this.ports = parts.ports;
    this.config = parts.config;
    this.clusterId = parts.clusterId;
    this.events = parts.events;
    this.raft = parts.raft;
    this.replicas = parts.replicas;
    this.groups = parts.groups;
    this.controller = parts.controller;
    this.failures = parts.failures;
    this.channel = parts.channel;
    this.front = new FrontServices(parts.ports, parts.config, parts.channel, parts.loggers);
    this.loader = loader;
  }

  get image(): MetadataImage {
    return this.loader.image;
  }
}
