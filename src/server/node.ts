import { assert } from "../base/assert.js";
import type { EventFeed } from "../base/events.js";
import { randomUuid } from "../base/uuid.js";
import type { ListenerConfig, NodeConfig } from "../config/node-config.js";
import type { GroupCoordinator } from "../groups/group-coordinator.js";
import { bootstrapRecords } from "../metadata/bootstrap.js";
import type { Controller } from "../metadata/controller.js";
import type { MetadataImage } from "../metadata/image.js";
import { MetadataLoader } from "../metadata/loader.js";
import { MetadataEvents } from "../metadata/metadata-events.js";
import { DiskError, type Ports, type TurnTask } from "../ports/index.js";
import type { MetadataRecord } from "../protocol/metadata-records.js";
import { ProtocolError } from "../protocol/protocol-error.js";
import type { CommittedRecords, RaftListener, RaftSnapshot } from "../raft/raft-listener.js";
import { RaftNode, type RaftStopped } from "../raft/raft-node.js";
import type { Partition } from "../replication/partition.js";
import type { ReplicaManager } from "../replication/replica-manager.js";
import {
  type CloseCompletion,
  type LogDirectoryInfo,
  LogManager,
  type LogManagerListener,
} from "../storage/log-manager.js";
import { StorageError } from "../storage/storage-error.js";
import { AckAfterPublisher } from "./ack-after.js";
import { BOOTSTRAP_FILE, encodeBootstrap, readBootstrap } from "./bootstrap-file.js";
import { BrokerService, type BrokerServiceHost } from "./broker-service.js";
import { ControllerChannel } from "./controller-channel.js";
import { ControllerService } from "./controller-service.js";
import { ElectionCounter } from "./election-counter.js";
import { HANDLERS } from "./handlers/registry.js";
import { type LogLevelName, LogLevels } from "./log-levels.js";
import { NodeListeners, type NodeListenersHost } from "./node-listeners.js";
import { NodeScope } from "./node-scope.js";
import { metadataLogConfig, storageConfig } from "./node-storage.js";
import type { RequestInterceptor } from "./request-faults.js";
import { ServerFront } from "./server-front.js";
import type { ServerMetrics } from "./server-metrics.js";
import { SnapshotKeeper } from "./snapshot-keeper.js";

export interface NodeOptions {
  readonly config: NodeConfig;
  /** For directories that are empty; null: those are refused, the others tell theirs. */
  readonly clusterId: string | null;
  /** Of this software, as it is written into the directories. */
  readonly release: string;
  readonly events: EventFeed;
  /** Sees requests of clients before their handlers do; for tests. */
  readonly interceptor?: RequestInterceptor;
  /** Of `root`, until it is changed by IncrementalAlterConfigs; by default all that the ports' logger takes. */
  readonly logLevel?: LogLevelName;
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

/** The rooms of a node that was started. */
interface Rooms {
  readonly clusterId: string;
  readonly logs: LogManager;
  /** Where the metadata log lies: `logs` unless it has a directory of its own. */
  readonly metadataLogs: LogManager;
  readonly raft: RaftNode;
  readonly channel: ControllerChannel;
  readonly controllers: ControllerService | null;
  readonly broker: BrokerService | null;
  readonly front: ServerFront;
  readonly elections: ElectionCounter;
}

type Phase = "new" | "started" | "leaving" | "closing" | "stopped";

/** One node of a cluster, broker, controller or both: puts the rooms together. */
export class HoldfastNode
  implements
    RaftListener,
    LogManagerListener,
    NodeListenersHost,
    BrokerServiceHost,
    RaftStopped,
    CloseCompletion,
    TurnTask
{
  readonly config: NodeConfig;
  private readonly ports: Ports;
  private readonly loggers: LogLevels;
  private readonly options: NodeOptions;
  private readonly loader: MetadataLoader;
  private readonly snapshots: SnapshotKeeper;
  private readonly listeners: NodeListeners;
  private rooms: Rooms | null;
  private phase: Phase;
  /** Why the node must stop at this turn's end; null: it need not. */
  private failure: string | null;
  private toldReady: boolean;

  constructor(given: Ports, options: NodeOptions) {
    this.loggers = new LogLevels(options.logLevel ?? "TRACE");
    const ports = this.loggers.inPorts(given);
    this.ports = ports;
    this.options = options;
    this.config = options.config;
    this.loader = new MetadataLoader();
    this.snapshots = new SnapshotKeeper(ports, options.config, this.loader);
    this.listeners = new NodeListeners(options.config, this);
    this.rooms = null;
    this.phase = "new";
    this.failure = null;
    this.toldReady = false;
  }

  /** Opens the directories and begins to listen and to join; what follows is told by the options. Throws StorageError, and nothing is left open then. */
  start(): void {
    assert(this.phase === "new", "a node is started once");
    const { config, ports } = this;
    const { logs, metadataLogs } = this.openLogs();
    let rooms: Rooms;
    try {
      rooms = this.makeRooms(logs, metadataLogs);
      this.rooms = rooms;
      if (config.isController) rooms.front.listen("controller", this.listeners);
      if (config.isBroker) rooms.front.listen("broker", this.listeners);
      rooms.raft.start();
    } catch (error) {
      this.rooms?.front.destroy();
      this.rooms = null;
      logs.abandon();
      if (metadataLogs !== logs) metadataLogs.abandon();
      throw asStorageError(error, config.metadataLogDir);
    }
    this.phase = "started";
    ports.logger.info("The node starts.", { clusterId: rooms.clusterId, release: this.options.release });
    if (config.isController) rooms.front.serve("controller");
    rooms.broker?.load();
  }

  /** Controlled: leadership goes elsewhere first, as long as that takes a bounded time. `onStopped` follows. */
  shutdown(): void {
    const { rooms } = this;
    if (this.phase !== "started" || rooms === null || this.failure !== null) return;
    this.phase = "leaving";
    this.ports.logger.info("The node shuts down.");
    if (rooms.broker === null) this.onLeft();
    else rooms.broker.leave();
  }

  get status(): NodeStatus {
    const { rooms, config } = this;
    const isLive = this.failure === null && this.phase !== "stopped";
    return {
      nodeId: config.nodeId,
      clusterId: rooms?.clusterId ?? this.options.clusterId ?? "",
      state: this.state,
      live: isLive,
      ready: isLive && this.phase === "started" && this.isReady,
      brokerEpoch: rooms?.channel.brokerEpoch ?? -1,
      isActiveController: rooms?.controllers?.controller.active ?? false,
      controllerId: rooms?.raft.hasLeader === true ? rooms.raft.leaderId : null,
      metadataOffset: this.loader.image.offset,
      offlineLogDirs: rooms === null ? [] : pathsOf(rooms.logs.directories().filter(({ online }) => !online)),
    };
  }

  /** Null before the first was published. */
  get image(): MetadataImage | null {
    return this.loader.image.offset < 0 ? null : this.loader.image;
  }

  get raft(): RaftNode | null {
    return this.rooms?.raft ?? null;
  }

  /** Null on a node that is only a controller, and before `start()`. */
  get replicas(): ReplicaManager | null {
    return this.rooms?.broker?.replicas ?? null;
  }

  /** Null before `start()`. */
  get logs(): LogManager | null {
    return this.rooms?.logs ?? null;
  }

  /** Counters of requests and connections; null before `start()`. */
  get serverMetrics(): ServerMetrics | null {
    return this.rooms?.front.metrics ?? null;
  }

  /** Null on a node that is only a controller, and before `start()`. */
  get groups(): GroupCoordinator | null {
    return this.rooms?.broker?.groups ?? null;
  }

  /** Null on a node that is only a broker, and before `start()`. */
  get controller(): Controller | null {
    return this.rooms?.controllers?.controller ?? null;
  }

  /** Those that were committed while this node was the active controller. */
  get uncleanElections(): number {
    return this.rooms?.elections.uncleanElections ?? 0;
  }

  partitions(): readonly Partition[] {
    return this.replicas?.partitions() ?? NO_PARTITIONS;
  }

  /** Port by listener name, of those that listen: where port 0 was asked for, the one that it got. */
  get boundPorts(): ReadonlyMap<string, number> {
    return this.listeners.ports;
  }

  private get state(): NodeState {
    if (this.phase === "stopped") return "stopped";
    if (this.phase === "leaving" || this.phase === "closing" || this.failure !== null) return "stopping";
    const broker = this.rooms?.broker ?? null;
    if (broker === null) return this.isReady ? "running" : "starting";
    switch (broker.lifecycle.state) {
      case "recovering":
        return "recovering";
      case "unfencing":
        return "fenced";
      case "running":
        return "running";
      default:
        return "starting";
    }
  }

  private get isReady(): boolean {
    if (this.rooms === null) return false;
    return this.rooms.broker === null ? this.rooms.raft.hasLeader : this.rooms.broker.ready;
  }

  private openLogs(): { logs: LogManager; metadataLogs: LogManager } {
    const { config, ports, options } = this;
    const { logDirs, metadataLogDir } = config;
    const logs = LogManager.open(ports, storageConfig(config, options.clusterId), logDirs, this, options.release);
    if (logDirs.includes(metadataLogDir)) return { logs, metadataLogs: logs };
    try {
      const forMetadata = storageConfig(config, logs.clusterId);
      return { logs, metadataLogs: LogManager.open(ports, forMetadata, [metadataLogDir], this, options.release) };
    } catch (error) {
      logs.abandon();
      throw error;
    }
  }

  private makeRooms(logs: LogManager, metadataLogs: LogManager): Rooms {
    const { config, ports, loader, listeners } = this;
    const { events } = this.options;
    const { clusterId } = logs;
    const incarnationId = randomUuid(ports.random);
    const log = metadataLogs.openMetadataLog(config.metadataLogDir, metadataLogConfig(config));
    const raft = new RaftNode(ports, { config, clusterId }, log, this);
    const channel = new ControllerChannel(ports, config, raft);
    loader.addPublisher(new AckAfterPublisher(ports, config, logs));
    let broker: BrokerService | null = null;
    if (config.isBroker) {
      const parts = { config, clusterId, events, incarnationId, logs, loader, raft, channel };
      broker = new BrokerService(ports, parts, this);
      loader.addPublisher(broker);
    }
    loader.addPublisher(new MetadataEvents(events));
    const elections = new ElectionCounter(raft);
    loader.addPublisher(elections);
    let controllers: ControllerService | null = null;
    if (config.isController) {
      const bootstrap = this.bootstrap(log.appendEndOffset === 0);
      const controllerListeners = (): ListenerConfig[] => listeners.ofController();
      const parts = { config, clusterId, events, incarnationId, bootstrap, controllerListeners };
      controllers = new ControllerService(ports, parts, raft, loader, channel);
      loader.addPublisher(controllers);
    }
    const scope = new NodeScope(
      {
        ports,
        config,
        clusterId,
        events,
        raft,
        replicas: broker?.replicas ?? null,
        groups: broker?.groups ?? null,
        controller: controllers?.controller ?? null,
        failures: controllers?.failures ?? null,
        channel,
        loggers: this.loggers,
      },
      loader,
    );
    const front = new ServerFront(ports, config, scope, HANDLERS);
    front.dispatcher.interceptor = this.options.interceptor ?? null;
    return { clusterId, logs, metadataLogs, raft, channel, controllers, broker, front, elections };
  }

  /** What an empty metadata log begins with: of the directory's file; a directory that has none gets one. */
  private bootstrap(isNew: boolean): readonly MetadataRecord[] {
    const { ports, config } = this;
    const directory = config.metadataLogDir;
    const records = readBootstrap(directory, ports);
    if (records !== null) return records;
    const defaults = bootstrapRecords();
    if (isNew) {
      const bytes = encodeBootstrap(defaults, ports.clock.wallMs(), ports);
      ports.disk.writeFileAtomically(`${directory}/${BOOTSTRAP_FILE}`, bytes, {
        onDiskDone: (error) => {
          if (error !== null) ports.logger.warn(`${BOOTSTRAP_FILE} could not be written.`, { error: error.message });
        },
      });
    }
    return defaults;
  }

  // What raft tells.

  onCommit(batch: CommittedRecords): void {
    this.loader.onCommit(batch);
    const { rooms } = this;
    if (rooms === null) return;
    rooms.controllers?.onCommitted(batch.lastOffset);
    this.snapshots.onCommit(rooms.raft);
  }

  onLoadSnapshot(snapshot: RaftSnapshot): void {
    this.loader.onLoadSnapshot(snapshot);
    this.snapshots.onLoaded();
  }

  onKraftVersion(level: number): void {
    this.loader.onKraftVersion(level);
  }

  onLeading(epoch: number): void {
    if (this.phase !== "closing" && this.phase !== "stopped") this.rooms?.controllers?.onLeading(epoch);
  }

  onResigned(_epoch: number): void {
    this.rooms?.controllers?.onResigned();
  }

  onLeaderChanged(leaderId: number | null, epoch: number): void {
    this.ports.logger.info("The quorum's leader changed.", { leader: leaderId, epoch });
    const { rooms } = this;
    rooms?.channel.onLeaderChanged();
    if (rooms !== null && rooms.broker === null && leaderId !== null) this.onReady();
  }

  onRaftFailed(error: DiskError | Error): void {
    this.fail(`The metadata log cannot be kept any more: ${error.message}`);
  }

  // What storage tells.

  onDirectoryFailed(directory: LogDirectoryInfo, error: DiskError): void {
    if (directory.syncFailed) {
      this.fail(
        `${directory.path} could not be synced (${error.code}): what was written may be lost, so the node stops.`,
      );
      return;
    }
    const { rooms } = this;
    if (directory.path === this.config.metadataLogDir) {
      this.fail(`The directory of the metadata log, ${directory.path}, failed (${error.code}: ${error.message}).`);
    } else if (rooms?.logs.directories().every(({ online }) => !online)) {
      this.fail(`All data directories failed, the last was ${directory.path} (${error.code}: ${error.message}).`);
    } else {
      rooms?.broker?.lifecycle.sendSoon();
    }
  }

  // What the listeners tell.

  onListening(): void {
    if (this.phase !== "started") return;
    this.rooms?.controllers?.start();
    this.rooms?.broker?.join();
  }

  onListenFailed(reason: string): void {
    this.fail(reason);
  }

  // What the broker tells.

  advertisedListeners(): readonly ListenerConfig[] {
    return this.listeners.ofBroker();
  }

  onServing(): void {
    this.rooms?.front.serve("broker");
  }

  onReady(): void {
    if (this.toldReady || this.phase !== "started") return;
    this.toldReady = true;
    this.options.onReady?.();
  }

  onPeerRefused(brokerId: number): void {
    this.rooms?.controllers?.failures.onRefused(brokerId);
  }

  onRefused(reason: string): void {
    this.fail(reason);
  }

  /** The second part of a shutdown: nobody counts on this broker any more. */
  onLeft(): void {
    const { rooms } = this;
    if (this.phase !== "leaving" || rooms === null || this.failure !== null) return;
    this.phase = "closing";
    if (this.config.isBroker) rooms.front.stopListening("broker");
    rooms.broker?.stop();
    rooms.raft.shutdown(this);
  }

  onRaftStopped(): void {
    const { rooms } = this;
    if (this.phase !== "closing" || rooms === null || this.failure !== null) return;
    rooms.controllers?.stop();
    rooms.channel.close();
    rooms.front.close();
    rooms.logs.close(rooms.channel.brokerEpoch, this);
  }

  /** Of the logs, then, where they are apart, of the metadata log. */
  onClosed(): void {
    const { rooms } = this;
    if (this.phase !== "closing" || rooms === null || this.failure !== null) return;
    if (rooms.metadataLogs !== rooms.logs) {
      rooms.metadataLogs.close(-1, { onClosed: () => this.stopped("The node was shut down.", true) });
    } else {
      this.stopped("The node was shut down.", true);
    }
  }

  private stopped(reason: string, clean: boolean): void {
    if (this.phase === "stopped") return;
    this.phase = "stopped";
    this.options.onStopped(reason, clean);
  }

  /** The node cannot go on. It stops at the end of this turn, before anything that this turn answered has left. */
  private fail(reason: string): void {
    if (this.failure !== null || this.phase === "stopped") return;
    this.failure = reason;
    this.ports.logger.error("The node must stop.", { reason });
    this.ports.loop.atTurnEnd(this);
  }

  onTurnEnd(): void {
    const { rooms } = this;
    if (this.phase === "stopped" || this.failure === null) return;
    if (rooms !== null) {
      rooms.controllers?.stop();
      rooms.broker?.stop();
      rooms.raft.stop();
      rooms.channel.close();
      rooms.front.destroy();
      rooms.logs.abandon();
      if (rooms.metadataLogs !== rooms.logs) rooms.metadataLogs.abandon();
    }
    this.stopped(this.failure, false);
  }
}

const NO_PARTITIONS: readonly Partition[] = [];

function pathsOf(directories: readonly LogDirectoryInfo[]): string[] {
  return directories.map(({ path }) => path);
}

/** What a person can act on; bugs stay what they are. */
function asStorageError(error: unknown, path: string): unknown {
  if (error instanceof DiskError) {
    return new StorageError(
      "UNUSABLE",
      error.path,
      `${error.path} cannot be used: ${error.message} (${error.code}). Check that this user may write to it, and that the disk is not full.`,
    );
  }
  if (error instanceof ProtocolError) {
    return new StorageError(
      "DAMAGED",
      path,
      `${path}/${BOOTSTRAP_FILE} cannot be read: ${error.message}. Restore the file, or format the node again into an empty directory.`,
    );
  }
  return error;
}
