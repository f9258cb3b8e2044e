import type { EventFeed } from "../base/events.js";
import type { Uuid } from "../base/uuid.js";
import type { ListenerConfig, NodeConfig } from "../config/node-config.js";
import { GroupCoordinator } from "../groups/group-coordinator.js";
import type { MetadataDelta } from "../metadata/delta.js";
import type { MetadataImage } from "../metadata/image.js";
import type { MetadataLoader, MetadataPublisher } from "../metadata/loader.js";
import type { Ports, Timer, TimerTask } from "../ports/index.js";
import type { RaftNode } from "../raft/raft-node.js";
import { ReplicaManager } from "../replication/replica-manager.js";
import type { LoadCompletion, LogDirectoryInfo, LogManager } from "../storage/log-manager.js";
import { BrokerLifecycle, type LifecycleHost } from "./broker-lifecycle.js";
import type { ControllerChannel } from "./controller-channel.js";
import { ImageConfigs } from "./image-configs.js";

/** How long a controlled shutdown may take in all, and how long it goes on while no controller is known. */
const LEAVE_MS = 8000;
const LEAVE_WITHOUT_ANSWER_MS = 1000;

export interface BrokerServiceHost {
  /** The logs are loaded and the metadata was applied: clients may be served. */
  onServing(): void;
  /** Unfenced, and the metadata shows it. Called once. */
  onReady(): void;
  /** A broker that leads partitions refuses connections. Told at each attempt. */
  onPeerRefused(brokerId: number): void;
  /** It leads nothing any more, or could not get that far in time. */
  onLeft(): void;
  /** It cannot be a part of this cluster. */
  onRefused(reason: string): void;
  /** With the ports that are bound. */
  advertisedListeners(): readonly ListenerConfig[];
}

export interface BrokerServiceParts {
  readonly config: NodeConfig;
  readonly clusterId: string;
  readonly events: EventFeed;
  readonly incarnationId: Uuid;
  readonly logs: LogManager;
  readonly loader: MetadataLoader;
  readonly raft: RaftNode;
  readonly channel: ControllerChannel;
}

/** What makes a node a broker: its replicas, its coordinators, and its life in the cluster from registration to leaving. */
export class BrokerService implements MetadataPublisher, LifecycleHost, LoadCompletion, TimerTask {
  readonly clusterId: string;
  readonly replicas: ReplicaManager;
  readonly groups: GroupCoordinator;
  readonly lifecycle: BrokerLifecycle;
  private readonly ports: Ports;
  private readonly parts: BrokerServiceParts;
  private readonly host: BrokerServiceHost;
  private isCaughtUp: boolean;
  private isLoaded: boolean;
  private isServing: boolean;
  private isReady: boolean;
  private isStopped: boolean;
  private leaveTimer: Timer | null;
  private leaveUntilMs: number;
  private leavingSinceMs: number;

  constructor(ports: Ports, parts: BrokerServiceParts, host: BrokerServiceHost) {
    const { config, logs, events, channel, raft } = parts;
    this.ports = ports;
    this.parts = parts;
    this.host = host;
    this.clusterId = parts.clusterId;
    this.replicas = new ReplicaManager(ports, {
      config,
      logs,
      events,
      controller: channel,
      topics: new ImageConfigs(config),
      hooks: {
        onPeerUnreachable: (brokerId, why) => {
          if (why === "refused") host.onPeerRefused(brokerId);
        },
        onStarted: () => this.lifecycle.serveWhenUnfenced(),
      },
      hasController: () => raft.hasLeader,
    });
    this.groups = new GroupCoordinator(ports, config, this.replicas.coordinatorPort, events);
    this.lifecycle = new BrokerLifecycle(ports, config, channel, this, parts.incarnationId);
    this.isCaughtUp = false;
    this.isLoaded = false;
    this.isServing = false;
    this.isReady = false;
    this.isStopped = false;
    this.leaveTimer = null;
    this.leaveUntilMs = 0;
    this.leavingSinceMs = 0;
  }

  /** Logs are loaded while the node joins its quorum. */
  load(): void {
    this.parts.logs.load(this);
  }

  /** The listeners are bound. */
  join(): void {
    this.lifecycle.start();
  }

  /** Registered, unfenced, and the metadata of this node shows it. */
  get ready(): boolean {
    if (this.lifecycle.state !== "running") return false;
    const self = this.image.cluster.brokers.get(this.parts.config.nodeId);
    return self !== undefined && !self.fenced && self.epoch === this.parts.channel.brokerEpoch;
  }

  get image(): MetadataImage {
    return this.parts.loader.image;
  }

  /** Controlled shutdown: `host.onLeft` follows. */
  leave(): void {
    const now = this.ports.clock.monotonicMs();
    this.leaveUntilMs = now + LEAVE_MS;
    this.leavingSinceMs = now;
    this.leaveTimer = this.ports.timers.schedule(LEAVE_WITHOUT_ANSWER_MS / 4, this);
    this.lifecycle.shutdown();
  }

  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.leaveTimer?.cancel();
    this.leaveTimer = null;
    this.lifecycle.stop();
    if (this.isServing) {
      this.groups.stop();
      this.replicas.stop();
    }
  }

  /** Whether leaving is still worth waiting for. */
  onTimer(): void {
    this.leaveTimer = null;
    const now = this.ports.clock.monotonicMs();
    // A controller that cannot commit any more, the last one of a cluster that stops for instance, answers nothing.
    const answeredMs = Math.max(this.leavingSinceMs, this.lifecycle.answeredMs);
    if (now < this.leaveUntilMs && now - answeredMs < LEAVE_WITHOUT_ANSWER_MS) {
      this.leaveTimer = this.ports.timers.schedule(LEAVE_WITHOUT_ANSWER_MS / 4, this);
      return;
    }
    this.ports.logger.warn("The broker stops before the controller has moved what it leads.");
    this.lifecycle.stop();
    this.onShutDownNow();
  }

  onMetadata(delta: MetadataDelta, image: MetadataImage): void {
    if (this.isStopped) return;
    if (this.isServing) {
      this.replicas.onMetadata(delta, image);
      this.groups.onMetadata(delta, image);
    }
    // A broker that leaves waits until all others are known to have applied that; one that joins until its registration is here.
    const isJoining = this.lifecycle.state === "catching-up" && delta.brokersChanged.has(this.parts.config.nodeId);
    if (isJoining || someoneLeaves(delta, image)) this.lifecycle.sendSoon();
    this.tellReady();
  }

  onLogsLoaded(): void {
    this.isLoaded = true;
    this.serveIfPossible();
  }

  directories(): readonly LogDirectoryInfo[] {
    return this.parts.logs.directories();
  }

  advertisedListeners(): readonly ListenerConfig[] {
    return this.host.advertisedListeners();
  }

  get previousBrokerEpoch(): number {
    return this.parts.logs.previousBrokerEpoch;
  }

  onRegistered(brokerEpoch: number): void {
    this.parts.logs.noteBrokerEpoch(brokerEpoch);
  }

  onCaughtUp(): void {
    this.isCaughtUp = true;
    this.serveIfPossible();
  }

  onFenced(isFenced: boolean): void {
    if (!isFenced) this.tellReady();
  }

  onShutDownNow(): void {
    if (this.isStopped) return;
    this.leaveTimer?.cancel();
    this.leaveTimer = null;
    this.host.onLeft();
  }

  onNotRegistered(reason: string): void {
    this.host.onRefused(`The broker could not register with the controller: ${reason}.`);
  }

  private serveIfPossible(): void {
    if (!this.isCaughtUp || !this.isLoaded || this.isServing || this.isStopped) return;
    this.isServing = true;
    this.replicas.start(this.image);
    this.groups.start();
    this.host.onServing();
  }

  private tellReady(): void {
    if (this.isReady || !this.ready) return;
    this.isReady = true;
    this.host.onReady();
  }
}

function someoneLeaves(delta: MetadataDelta, image: MetadataImage): boolean {
  for (const id of delta.brokersChanged) {
    const broker = image.cluster.brokers.get(id);
    if (broker?.inControlledShutdown === true && !broker.fenced) return true;
  }
  return false;
}
