import type { EventFeed } from "../base/events.js";
import type { Uuid } from "../base/uuid.js";
import { ConfigRules } from "../config/config-rules.js";
import { defaultReplicationFactor } from "../config/defaults.js";
import type { ListenerConfig, NodeConfig } from "../config/node-config.js";
import { Controller } from "../metadata/controller.js";
import { hasControllerRegistration, SUPPORTED_FEATURES } from "../metadata/feature-levels.js";
import { ConfigResource, type MetadataImage } from "../metadata/image.js";
import type { MetadataLoader, MetadataPublisher } from "../metadata/loader.js";
import type { Ports, Timer, TimerTask, TurnTask } from "../ports/index.js";
import { Apis, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode, errorName } from "../protocol/errors.js";
import type { MetadataRecord } from "../protocol/metadata-records.js";
import type { RaftNode } from "../raft/raft-node.js";
import { ACK_AFTER } from "./ack-after.js";
import type { ControllerChannel } from "./controller-channel.js";
import { FailureDetector } from "./failure-detector.js";

/** Between two looks at what is due by time: not again and again at once, and soon enough for what came in between. */
const TICK_MIN_MS = 10;
const TICK_MAX_MS = 200;
const REGISTRATION_RETRY_MS = 100;

export interface ControllerServiceOptions {
  readonly config: NodeConfig;
  readonly clusterId: string;
  readonly events: EventFeed;
  readonly incarnationId: Uuid;
  /** What an empty metadata log begins with. */
  readonly bootstrap: readonly MetadataRecord[];
  /** With the ports that are bound. */
  controllerListeners(): readonly ListenerConfig[];
}

/** The controller of a node: active while the node leads the quorum; registered with the active one in any case. */
export class ControllerService implements MetadataPublisher, TimerTask, TurnTask {
  readonly controller: Controller;
  readonly failures: FailureDetector;
  private readonly ports: Ports;
  private readonly options: ControllerServiceOptions;
  private readonly loader: MetadataLoader;
  private readonly channel: ControllerChannel;
  private timer: Timer | null;
  private isStopped: boolean;
  private canRegister: boolean;
  private isRegistering: boolean;
  private isRegistered: boolean;

  constructor(
    ports: Ports,
    options: ControllerServiceOptions,
    raft: RaftNode,
    loader: MetadataLoader,
    channel: ControllerChannel,
  ) {
    const { config } = options;
    this.ports = ports;
    this.options = options;
    this.loader = loader;
    this.channel = channel;
    const rebalances = config.boolean("auto.leader.rebalance.enable");
    this.controller = new Controller(
      ports,
      {
        nodeId: config.nodeId,
        clusterId: options.clusterId,
        supportedFeatures: SUPPORTED_FEATURES,
        voterIds: () => raft.voterIds(),
        kraftVersion: () => raft.kraftVersion,
        upgradeKraftVersion: (level, validateOnly) => raft.voterChanges.upgrade(level, validateOnly),
        sessionTimeoutMs: config.number("broker.session.timeout.ms"),
        numPartitions: config.number("num.partitions"),
        defaultReplicationFactor: () => defaultReplicationFactor(config, this.controller.state?.brokers.size ?? 1),
        leaderImbalanceCheckMs: rebalances ? config.number("leader.imbalance.check.interval.seconds") * 1000 : 0,
        uncleanElectionIntervalMs: config.number("unclean.leader.election.interval.ms"),
        maxIdleIntervalMs: config.number("metadata.max.idle.interval.ms"),
        configs: new ConfigRules(config),
        events: options.events,
      },
      raft,
    );
    this.failures = new FailureDetector(ports, this.controller, config.interBrokerListenerName);
    this.timer = null;
    this.isStopped = false;
    this.canRegister = false;
    this.isRegistering = false;
    this.isRegistered = false;
  }

  /** The listeners are bound: the controller can register. */
  start(): void {
    this.canRegister = true;
    this.registerIfNeeded(this.loader.image);
  }

  onLeading(epoch: number): void {
    const { inTransaction, image } = this.loader;
    const ackAfter: MetadataRecord = {
      kind: "ConfigRecord",
      version: 0,
      value: {
        resourceType: ConfigResource.broker,
        resourceName: "",
        name: ACK_AFTER,
        value: this.options.config.ackAfter,
      },
    };
    this.controller.activate(image, epoch, { bootstrap: [...this.options.bootstrap, ackAfter], inTransaction });
    this.failures.onActivated();
    this.tickLater();
  }

  onResigned(): void {
    this.controller.resign();
    this.failures.onResigned();
    this.timer?.cancel();
    this.timer = null;
  }

  onCommitted(offset: number): void {
    this.controller.onCommitted(offset);
  }

  stop(): void {
    this.isStopped = true;
    this.onResigned();
  }

  /** What is due by time is judged at the turn's end: heartbeats that lie in the sockets were read by then. */
  onTimer(): void {
    this.timer = null;
    this.ports.loop.atTurnEnd(this);
  }

  onTurnEnd(): void {
    if (!this.controller.active || this.isStopped) return;
    this.controller.tick();
    this.tickLater();
  }

  private tickLater(): void {
    const delayMs = Math.min(TICK_MAX_MS, Math.max(TICK_MIN_MS, this.controller.untilDueMs()));
    this.timer ??= this.ports.timers.schedule(delayMs, this);
  }

  onMetadata(_delta: unknown, image: MetadataImage): void {
    this.registerIfNeeded(image);
  }

  private registerIfNeeded(image: MetadataImage): void {
    const { config, incarnationId } = this.options;
    if (this.isRegistered || this.isRegistering || this.isStopped || !this.canRegister) return;
    if (!hasControllerRegistration(image.features.metadataVersion)) return;
    this.isRegistering = true;
    this.channel.call(
      Apis.ControllerRegistration,
      {
        controllerId: config.nodeId,
        incarnationId,
        zkMigrationReady: false,
        listeners: this.options.controllerListeners(),
        features: [...SUPPORTED_FEATURES].map(([name, { min, max }]) => ({
          name,
          minSupportedVersion: min,
          maxSupportedVersion: max,
        })),
      },
      {
        onResponse: (response) => this.onRegistration(response),
        onNoResponse: (why) => this.registerLater(why),
      },
    );
  }

  private onRegistration(response: ResponseOf<typeof Apis.ControllerRegistration>): void {
    if (response.errorCode === ErrorCode.NONE) this.isRegistered = true;
    else this.registerLater(errorName(response.errorCode));
  }

  private registerLater(reason: string): void {
    if (this.isStopped) return;
    this.ports.logger.warn("The controller could not register; it tries again.", { reason });
    this.ports.timers.schedule(REGISTRATION_RETRY_MS, {
      onTimer: () => {
        this.isRegistering = false;
        this.registerIfNeeded(this.loader.image);
      },
    });
  }
}
