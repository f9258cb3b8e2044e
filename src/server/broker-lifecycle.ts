import type { Uuid } from "../base/uuid.js";
import type { NoResponse } from "../client/peer-link.js";
import type { ListenerConfig, NodeConfig } from "../config/node-config.js";
import { hasCordonedDirectories, SUPPORTED_FEATURES } from "../metadata/feature-levels.js";
import type { MetadataImage } from "../metadata/image.js";
import type { Ports, Timer, TimerTask } from "../ports/index.js";
import { Apis, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode, errorName } from "../protocol/errors.js";
import type { LogDirectoryInfo } from "../storage/log-manager.js";
import type { ControllerChannel } from "./controller-channel.js";

/** Between heartbeats while the broker waits for something to change. */
const EAGER_MS = 10;
/** Before a registration that was refused is tried again. */
const REGISTRATION_RETRY_MS = 50;

/**
 * What a broker is doing, as it tells the controller (Kafka: BrokerLifecycleManager)
 *
 * | now           | when                                    | next          |
 * |---------------|-----------------------------------------|---------------|
 * | registering   | the controller gave an epoch            | catching-up   |
 * | catching-up   | it has applied its own registration     | recovering    |
 * | recovering    | its logs are loaded and what is damaged is told (`serveWhenUnfenced`) | unfencing |
 * | unfencing     | the controller says that it is unfenced | running       |
 * | running       | the controller says that it is fenced   | unfencing     |
 * | any           | its epoch is stale                      | registering, then back |
 * | any           | `shutdown`                              | leaving       |
 * | leaving       | it leads nothing any more               | gone          |
 */
export type LifecycleState =
  | "registering"
  | "catching-up"
  | "recovering"
  | "unfencing"
  | "running"
  | "leaving"
  | "gone";

export interface LifecycleHost {
  readonly clusterId: string;
  /** Last published. */
  readonly image: MetadataImage;
  directories(): readonly LogDirectoryInfo[];
  /** With the ports that are bound. */
  advertisedListeners(): readonly ListenerConfig[];
  /** The broker epoch of the last run where nothing was lost since, −1 otherwise. */
  readonly previousBrokerEpoch: number;
  /** At each registration. */
  onRegistered(brokerEpoch: number): void;
  /** Once: the metadata includes this broker's registration, logs can be loaded. */
  onCaughtUp(): void;
  /** The controller lets the broker serve, or not any more. */
  onFenced(isFenced: boolean): void;
  /** The broker leads nothing any more and may go. */
  onShutDownNow(): void;
  /** It could not register in time: the node must stop. */
  onNotRegistered(reason: string): void;
}

/** Joins the cluster, stays in it by heartbeats, and leaves it in order. */
export class BrokerLifecycle implements TimerTask {
  state: LifecycleState;
  readonly incarnationId: Uuid;
  /** When the controller last answered a heartbeat, monotonic ms. */
  answeredMs: number;
  private readonly ports: Ports;
  private readonly config: NodeConfig;
  private readonly channel: ControllerChannel;
  private readonly host: LifecycleHost;
  private readonly sessionMs: number;
  private readonly intervalMs: number;
  /** Where to go on after a registration. */
  private afterRegistration: LifecycleState;
  private hasRegistered: boolean;
  private registerUntilMs: number;
  private isCalling: boolean;
  /** Something changed while a heartbeat was under way: the next one follows at once. */
  private isDue: boolean;
  private timer: Timer | null;

  constructor(ports: Ports, config: NodeConfig, channel: ControllerChannel, host: LifecycleHost, incarnationId: Uuid) {
    this.ports = ports;
    this.config = config;
    this.channel = channel;
    this.host = host;
    this.incarnationId = incarnationId;
    this.state = "registering";
    this.answeredMs = 0;
    this.sessionMs = config.number("broker.session.timeout.ms");
    this.intervalMs = config.number("broker.heartbeat.interval.ms");
    this.afterRegistration = "catching-up";
    this.hasRegistered = false;
    this.registerUntilMs = 0;
    this.isCalling = false;
    this.isDue = false;
    this.timer = null;
  }

  start(): void {
    this.registerUntilMs =
      this.ports.clock.monotonicMs() + this.config.number("initial.broker.registration.timeout.ms");
    this.sendNow();
  }

  /** The logs are loaded, the first metadata was applied, and damage was told: from now on the broker asks to be unfenced. */
  serveWhenUnfenced(): void {
    if (this.state === "recovering") this.state = "unfencing";
    if (this.afterRegistration === "recovering") this.afterRegistration = "unfencing";
    this.sendNow();
  }

  /** The next heartbeat does not wait: a directory failed, metadata was applied that the controller waits for. */
  sendSoon(): void {
    if (this.state !== "gone") this.sendNow();
  }

  /** `host.onShutDownNow` follows, at once where the broker never registered. */
  shutdown(): void {
    if (this.state === "leaving" || this.state === "gone") return;
    if (!this.hasRegistered) {
      this.stop();
      this.host.onShutDownNow();
      return;
    }
    this.state = "leaving";
    this.sendNow();
  }

  stop(): void {
    this.state = "gone";
    this.timer?.cancel();
    this.timer = null;
  }

  onTimer(): void {
    this.timer = null;
    this.sendNow();
  }

  private sendNow(): void {
    if (this.isCalling) {
      this.isDue = true;
      return;
    }
    this.isDue = false;
    this.timer?.cancel();
    this.timer = null;
    if (this.state === "gone") return;
    this.isCalling = true;
    if (this.state === "registering") this.register();
    else this.heartbeat();
  }

  private next(delayMs: number): void {
    this.isCalling = false;
    if (this.state === "gone") return;
    if (this.isDue) this.sendNow();
    else this.timer ??= this.ports.timers.schedule(delayMs, this);
  }

  private register(): void {
    const { config, host } = this;
    const features = [...SUPPORTED_FEATURES].map(([name, { min, max }]) => ({
      name,
      minSupportedVersion: min,
      maxSupportedVersion: max,
    }));
    const online = host.directories().filter((directory) => directory.online);
    this.channel.heartbeats.call(
      Apis.BrokerRegistration,
      {
        brokerId: config.nodeId,
        clusterId: host.clusterId,
        incarnationId: this.incarnationId,
        listeners: host.advertisedListeners(),
        features,
        rack: config.rack,
        isMigratingZkBroker: false,
        logDirs: online.map(({ id }) => id).sort(),
        previousBrokerEpoch: this.hasRegistered ? this.channel.brokerEpoch : host.previousBrokerEpoch,
      },
      { onResponse: (response) => this.onRegistration(response), onNoResponse: (why) => this.onNoRegistration(why) },
      this.sessionMs,
    );
  }

  private onRegistration(response: ResponseOf<typeof Apis.BrokerRegistration>): void {
    if (this.state !== "registering") {
      this.next(EAGER_MS);
      return;
    }
    if (response.errorCode !== ErrorCode.NONE) {
      this.onRefused(errorName(response.errorCode));
      return;
    }
    this.channel.brokerEpoch = response.brokerEpoch;
    this.hasRegistered = true;
    this.state = this.afterRegistration;
    this.ports.logger.info("The broker is registered.", { brokerEpoch: response.brokerEpoch });
    this.host.onRegistered(response.brokerEpoch);
    this.isDue = true;
    this.next(EAGER_MS);
  }

  private onNoRegistration(why: NoResponse): void {
    if (this.state === "registering") this.onRefused(why);
    else this.next(EAGER_MS);
  }

  private onRefused(reason: string): void {
    this.ports.logger.warn("The broker could not register; it tries again.", { reason });
    if (!this.hasRegistered && this.ports.clock.monotonicMs() > this.registerUntilMs) {
      this.stop();
      this.host.onNotRegistered(reason);
      return;
    }
    this.next(REGISTRATION_RETRY_MS);
  }

  private heartbeat(): void {
    const { host, state } = this;
    const offline = host.directories().filter((directory) => !directory.online);
    const cordons = state !== "catching-up" && state !== "recovering";
    this.channel.heartbeats.call(
      Apis.BrokerHeartbeat,
      {
        brokerId: this.config.nodeId,
        brokerEpoch: this.channel.brokerEpoch,
        currentMetadataOffset: host.image.offset,
        wantFence: state === "catching-up" || state === "recovering",
        wantShutDown: state === "leaving",
        offlineLogDirs: offline.map(({ id }) => id),
        cordonedLogDirs: cordons && hasCordonedDirectories(host.image.features.metadataVersion) ? [] : null,
      },
      { onResponse: (response) => this.onHeartbeat(response), onNoResponse: (why) => this.onNoHeartbeat(why) },
      this.sessionMs,
    );
  }

  private onHeartbeat(response: ResponseOf<typeof Apis.BrokerHeartbeat>): void {
    const { errorCode } = response;
    this.answeredMs = this.ports.clock.monotonicMs();
    if (errorCode === ErrorCode.STALE_BROKER_EPOCH || errorCode === ErrorCode.BROKER_ID_NOT_REGISTERED) {
      this.onStaleEpoch(errorName(errorCode));
    } else if (errorCode !== ErrorCode.NONE) {
      this.ports.logger.warn("A heartbeat was refused.", { reason: errorName(errorCode) });
      this.next(REGISTRATION_RETRY_MS);
    } else {
      this.next(this.follow(response));
    }
  }

  /** What the controller said; how long to wait until the next heartbeat. */
  private follow(response: ResponseOf<typeof Apis.BrokerHeartbeat>): number {
    switch (this.state) {
      case "catching-up":
        if (!response.isCaughtUp) return EAGER_MS;
        this.state = "recovering";
        this.host.onCaughtUp();
        return this.intervalMs;
      case "unfencing":
        if (response.isFenced) return EAGER_MS;
        this.state = "running";
        this.host.onFenced(false);
        return this.intervalMs;
      case "running":
        if (!response.isFenced) return this.intervalMs;
        this.ports.logger.warn("The controller has fenced this broker; it asks to serve again.");
        this.state = "unfencing";
        this.host.onFenced(true);
        return EAGER_MS;
      case "leaving":
        if (!response.shouldShutDown) return EAGER_MS;
        this.stop();
        this.host.onShutDownNow();
        return EAGER_MS;
      default:
        return this.intervalMs;
    }
  }

  private onNoHeartbeat(why: NoResponse): void {
    if (why !== "disconnected") this.ports.logger.warn("A heartbeat was not answered.", { reason: why });
    this.next(EAGER_MS);
  }

  /** The controller does not know this incarnation: somebody unregistered the broker, or another process took its id. */
  private onStaleEpoch(reason: string): void {
    if (this.state === "leaving") {
      this.stop();
      this.isCalling = false;
      this.host.onShutDownNow();
      return;
    }
    this.ports.logger.warn("The controller does not know this broker's epoch; it registers again.", {
      reason,
      brokerEpoch: this.channel.brokerEpoch,
    });
    this.afterRegistration = this.state === "running" ? "unfencing" : this.state;
    if (this.state === "running") this.host.onFenced(true);
    this.state = "registering";
    this.next(REGISTRATION_RETRY_MS);
  }
}
