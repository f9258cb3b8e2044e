import { assert } from "../base/assert.js";
import { METADATA_TOPIC_ID, type Uuid } from "../base/uuid.js";
import { DiskError, type DiskSpace, type Ports, type Timer, type TimerTask } from "../ports/index.js";
import { CloseTask } from "./close-task.js";
import { LogCleaner } from "./compaction/log-cleaner.js";
import { METADATA_TOPIC, PARTITION_METADATA, partitionDirectoryName, setAsideName } from "./file-names.js";
import { PartitionMetadataTask, RecoverySync } from "./first-syncs.js";
import { LoadTask } from "./load-task.js";
import { guardDisk, Log } from "./log.js";
import { type CheckpointedLogs, LogCheckpointer } from "./log-checkpointer.js";
import type { LogConfig, StorageConfig } from "./log-config.js";
import { LogContext, type LogIdentity } from "./log-context.js";
import { LogDirectory } from "./log-directory.js";
import { loadLogNow } from "./log-loader.js";
import { encodePartitionMetadata } from "./meta-properties.js";
import { StorageError } from "./storage-error.js";
import { TreeRemoval } from "./tree-removal.js";

export interface LogManagerListener {
  /** A directory went offline; its logs have failed (`LogListener.onLogFailed` came before). `syncFailed`: after a failed fsync the broker must stop. */
  onDirectoryFailed(directory: LogDirectoryInfo, error: DiskError): void;
}

export interface LogDirectoryInfo {
  readonly path: string;
  readonly id: Uuid;
  readonly online: boolean;
  readonly error: DiskError | null;
  readonly syncFailed: boolean;
}

export interface CreateLogOptions {
  /** Where; by default the online directory with the fewest logs. */
  readonly directoryId?: Uuid;
  readonly config: LogConfig;
}

export interface LoadCompletion {
  onLogsLoaded(): void;
}

export interface CloseCompletion {
  onClosed(): void;
}

const EXPIRATION_CHECK_MS = 600000;

/** The logs of a broker's log directories: loading, creation, deletion, upkeep and the orderly stop. */
export class LogManager implements CheckpointedLogs, TimerTask {
  /** All directories belong to it. */
  readonly clusterId: string;
  readonly nodeId: number;
  readonly context: LogContext;
  readonly openDirectories: LogDirectory[];
  isLoaded: boolean;
  private readonly ports: Ports;
  private readonly config: StorageConfig;
  private readonly listener: LogManagerListener;
  private readonly byName: Map<string, Log>;
  private readonly byDirectory: Map<LogDirectory, Map<string, Log>>;
  private readonly metadataLogs: Log[];
  private readonly checkpointer: LogCheckpointer;
  readonly cleaner: LogCleaner;
  private retentionTimer: Timer | null;
  private retentionQueue: Log[];
  private nextExpirationMs: number;
  private isClosed: boolean;
  /** Since the start of this run. */
  private alwaysFlushed: boolean;
  private brokerEpoch: number;

  private constructor(
    ports: Ports,
    config: StorageConfig,
    directories: LogDirectory[],
    context: LogContext,
    listener: LogManagerListener,
  ) {
    this.ports = ports;
    this.config = config;
    this.listener = listener;
    this.openDirectories = directories;
    this.clusterId = directories[0].clusterId;
    this.nodeId = directories[0].nodeId;
    this.context = context;
    this.isLoaded = false;
    this.byName = new Map();
    this.byDirectory = new Map(directories.map((directory) => [directory, new Map()]));
    this.metadataLogs = [];
    this.checkpointer = new LogCheckpointer(this, context);
    this.cleaner = new LogCleaner(this, context);
    this.retentionTimer = null;
    this.retentionQueue = [];
    this.nextExpirationMs = 0;
    this.isClosed = false;
    this.alwaysFlushed = config.flushAfterWrite;
    this.brokerEpoch = -1;
    context.onTruncated = (log, done) => {
      if (this.log(log.topic, log.partition) === log) this.checkpointer.onTruncated(log, done);
      else done();
    };
    context.onLogFailed = (log, error, duringSync) => this.onLogFailed(log, error, duringSync);
  }

  /**
   * Locks the directories and reads whose they are; an empty one is formatted where the cluster's id is known. Throws StorageError,
   * whose message says what to do.
   */
  static open(
    ports: Ports,
    config: StorageConfig,
    paths: readonly string[],
    listener: LogManagerListener,
    release = "0",
  ): LogManager {
    const opened: LogDirectory[] = [];
    let manager: LogManager | null = null;
    try {
      let clusterId = config.clusterId;
      for (const path of paths) {
        const directory = new LogDirectory(ports, path, (failed, error) => manager?.fail(failed, error, false));
        opened.push(directory);
        directory.open(clusterId, config.nodeId, release);
        clusterId = directory.clusterId;
        const twin = opened.find((other) => other !== directory && other.id === directory.id);
        if (twin !== undefined) {
          throw new StorageError(
            "DUPLICATE_DIRECTORY",
            path,
            `The data directories ${twin.path} and ${path} have the same directory.id: one is a copy of the other. Use one of them.`,
          );
        }
      }
    } catch (error) {
      for (const directory of opened) directory.release();
      throw error;
    }
    manager = new LogManager(ports, config, opened, new LogContext(ports, config), listener);
    return manager;
  }

  /**
   * The broker epoch of the last run, to be sent as PreviousBrokerEpoch: of a clean stop, or of any stop where nothing written can have
   * been lost (the same boot of the operating system, or every write was synced). −1 otherwise.
   */
  get previousBrokerEpoch(): number {
    const epochs = new Set(this.openDirectories.map((directory) => directory.previousBrokerEpoch));
    return epochs.size === 1 ? this.openDirectories[0].previousBrokerEpoch : -1;
  }

  /** The epoch of which the controller knows what is here: this run's, or, until it is registered, the last one's. */
  private get epochHeld(): number {
    return this.brokerEpoch >= 0 ? this.brokerEpoch : this.previousBrokerEpoch;
  }

  /** To be called at each registration, with the epoch that the controller gave. */
  noteBrokerEpoch(brokerEpoch: number): void {
    this.brokerEpoch = brokerEpoch;
    this.writeBrokerEpoch(brokerEpoch);
  }

  private writeBrokerEpoch(brokerEpoch: number): void {
    for (const directory of this.openDirectories) {
      if (!directory.online) continue;
      directory.writeBrokerEpoch(brokerEpoch, this.alwaysFlushed, {
        onDiskDone: (error) => {
          if (error !== null) this.fail(directory, error, false);
        },
      });
    }
  }

  /** Whether every write is followed by a sync from now on: what the cluster says may differ from what this node was started with. */
  setFlushAfterWrite(flushAfterWrite: boolean): void {
    if (this.context.flushAfterWrite === flushAfterWrite) return;
    this.context.flushAfterWrite = flushAfterWrite;
    for (const log of this.byName.values()) {
      log.flushAfterWrite = flushAfterWrite;
      if (flushAfterWrite && log.failure === null) log.flush();
    }
    if (flushAfterWrite || !this.alwaysFlushed) return;
    this.alwaysFlushed = false;
    const epoch = this.epochHeld;
    if (epoch >= 0) this.writeBrokerEpoch(epoch);
  }

  /**
   * Loads, and recovers, all logs in slices of a turn; `completion` is called in a later turn. `configOf` gives a topic's settings
   * where they are known already.
   */
  load(completion: LoadCompletion, configOf: ((topic: string, topicId: Uuid) => LogConfig) | null = null): void {
    new LoadTask(this, this.context, completion, configOf).start();
  }

  /** Of the load: a log is ready. */
  adopt(directory: LogDirectory, log: Log): void {
    const key = partitionDirectoryName(log.topic, log.partition);
    const twin = this.byName.get(key);
    if (twin !== undefined) {
      this.ports.logger.error("A partition lies in two data directories; the second is set aside.", {
        path: log.directory,
        other: twin.directory,
      });
      log.dispose("the partition lies in another directory");
      this.ports.disk.rename(
        log.directory,
        `${directory.path}/${setAsideName(log.topic, log.partition, this.ports.random, "stray")}`,
      );
      return;
    }
    const checkpointed = directory.highWatermarks.get(key) ?? 0;
    log.cleanedOffset = Math.min(directory.cleanedOffsets.get(key) ?? 0, log.appendEndOffset);
    log.setHighWatermark(Math.min(Math.max(checkpointed, log.logStartOffset), log.appendEndOffset));
    this.byName.set(key, log);
    this.byDirectory.get(directory)?.set(key, log);
    if (log.recovery.needsSync) new RecoverySync(log).start();
    if (log.flushAfterWrite) log.flush();
  }

  /** Of the load: all logs are there; upkeep starts. */
  onLoaded(): void {
    this.isLoaded = true;
    if (this.isClosed) return;
    this.checkpointer.start();
    this.cleaner.start();
    this.retentionTimer = this.ports.timers.schedule(this.config.retentionCheckMs, this);
  }

  log(topic: string, partition: number): Log | undefined {
    return this.byName.get(partitionDirectoryName(topic, partition));
  }

  logs(): IterableIterator<Log> {
    return this.byName.values();
  }

  logsIn(directory: LogDirectory): Iterable<Log> {
    return this.byDirectory.get(directory)?.values() ?? [];
  }

  directories(): readonly LogDirectoryInfo[] {
    return this.openDirectories;
  }

  /** Of the file system that holds a directory; null: it is not told. */
  spaceOf(directory: string): DiskSpace | null {
    try {
      return this.ports.disk.space(directory);
    } catch (error) {
      // Whether the directory is lost shows when it is written to.
      if (!(error instanceof DiskError)) throw error;
      return null;
    }
  }

  /** Whether what waits to be written fills the memory tail: take in no more for now. */
  get isBackedUp(): boolean {
    return this.context.tail.isBackedUp;
  }

  /** The checkpointed high watermark, 0 when none is known. */
  highWatermarkCheckpoint(topic: string, partition: number): number {
    const key = partitionDirectoryName(topic, partition);
    for (const directory of this.openDirectories) {
      const offset = directory.highWatermarks.get(key);
      if (offset !== undefined) return offset;
    }
    return 0;
  }

  /** A new, empty log. Nothing is written to it before its directory and `partition.metadata` are durable. Throws DiskError. */
  create(topic: string, topicId: Uuid, partition: number, options: CreateLogOptions): Log {
    assert(this.log(topic, partition) === undefined, "a log is created once");
    const directory = this.directoryFor(options.directoryId);
    const identity = this.identityOf(directory, topic, partition, topicId);
    const { disk } = this.ports;
    try {
      disk.makeDirectory(identity.directory);
    } catch (error) {
      if (error instanceof DiskError) this.fail(directory, error, false);
      throw error;
    }
    const log = new Log(this.context, identity, options.config);
    log.addSegment(0, this.ports.clock.wallMs());
    const key = partitionDirectoryName(topic, partition);
    this.byName.set(key, log);
    this.byDirectory.get(directory)?.set(key, log);
    new PartitionMetadataTask(log).start();
    return log;
  }

  private directoryFor(id: Uuid | undefined): LogDirectory {
    let best: LogDirectory | null = null;
    let fewest = Number.POSITIVE_INFINITY;
    for (const directory of this.openDirectories) {
      if (!directory.online) continue;
      if (directory.id === id) return directory;
      const count = this.byDirectory.get(directory)?.size ?? 0;
      if (count < fewest) {
        best = directory;
        fewest = count;
      }
    }
    if (best === null) throw new DiskError("EIO", "", "no data directory is online");
    return best;
  }

  private identityOf(directory: LogDirectory, topic: string, partition: number, topicId: Uuid): LogIdentity {
    return {
      topic,
      partition,
      topicId,
      parentDirectory: directory.path,
      directoryId: directory.id,
      directory: `${directory.path}/${partitionDirectoryName(topic, partition)}`,
    };
  }

  /** Takes a log out and renames its directory `-delete`; its files go after `file.delete.delay.ms`, in the background. */
  delete(topic: string, partition: number): void {
    const moved = this.moveAway(topic, partition, "delete");
    if (moved !== null) this.ports.timers.schedule(moved.delayMs, new TreeRemoval(this.ports, moved.path));
  }

  /** Takes out a log that the metadata does not know, or knows under another topic id; its directory is renamed `-stray` and kept for a person. */
  setAside(topic: string, partition: number): void {
    const moved = this.moveAway(topic, partition, "stray");
    if (moved !== null) this.ports.logger.warn("A stray partition was set aside.", { path: moved.path });
  }

  private moveAway(
    topic: string,
    partition: number,
    ending: "delete" | "stray",
  ): { path: string; delayMs: number } | null {
    const key = partitionDirectoryName(topic, partition);
    const log = this.byName.get(key);
    if (log === undefined) return null;
    this.forget(key, log);
    const isOffline = log.failure !== null;
    log.dispose("the log was deleted");
    if (isOffline) return null;
    const path = `${log.parentDirectory}/${setAsideName(topic, partition, this.ports.random, ending)}`;
    try {
      this.ports.disk.rename(log.directory, path);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      const directory = this.openDirectories.find((one) => one.path === log.parentDirectory);
      if (directory !== undefined) this.fail(directory, error, false);
      return null;
    }
    return { path, delayMs: log.config.fileDeleteDelayMs };
  }

  private forget(key: string, log: Log): void {
    this.byName.delete(key);
    for (const logs of this.byDirectory.values()) if (logs.get(key) === log) logs.delete(key);
  }

  /** Opens the metadata log; it is not among `logs()`, is always synced, and is checked from its start. Throws DiskError. */
  openMetadataLog(path: string, config: LogConfig): Log {
    const directory = this.openDirectories.find((one) => one.path === path) ?? this.openDirectories[0];
    const identity = this.identityOf(directory, METADATA_TOPIC, 0, METADATA_TOPIC_ID);
    const { disk } = this.ports;
    const metadata = `${identity.directory}/${PARTITION_METADATA}`;
    if (!disk.exists(metadata)) {
      disk.makeDirectory(identity.directory);
      disk.writeFileAtomicallySync(metadata, encodePartitionMetadata(METADATA_TOPIC_ID));
    }
    const log = loadLogNow(this.context, identity, config, {
      clean: false,
      recoveryPoint: 0,
      writtenPoint: -1,
      logStartOffset: 0,
      mustRewrite: directory.mustRewrite,
    });
    log.flushAfterWrite = true;
    this.metadataLogs.push(log);
    log.flush();
    return log;
  }

  private onLogFailed(log: Log, error: DiskError, duringSync: boolean): void {
    const directory = this.openDirectories.find((one) => one.path === log.parentDirectory);
    if (directory !== undefined) this.fail(directory, error, duringSync);
  }

  /** Takes a directory offline: its logs fail, the others go on. */
  fail(directory: LogDirectory, error: DiskError, duringSync: boolean): void {
    if (directory.error !== null) return;
    directory.error = error;
    directory.syncFailed = duringSync;
    this.ports.logger.error("A data directory failed and is offline now.", {
      path: directory.path,
      code: error.code,
      error: error.message,
      duringSync,
    });
    if (duringSync) this.noteSyncFailure(directory);
    for (const log of [...this.logsIn(directory)]) log.fail(error, duringSync);
    for (const log of this.metadataLogs) if (log.parentDirectory === directory.path) log.fail(error, duringSync);
    this.listener.onDirectoryFailed(directory, error);
  }

  private noteSyncFailure(directory: LogDirectory): void {
    try {
      directory.noteSyncFailure();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.ports.logger.error("A failed sync could not be noted; give this node an empty directory.", {
        path: directory.path,
        error: error.message,
      });
    }
  }

  /** Retention, over several turns. */
  onTimer(): void {
    if (this.isClosed) return;
    if (this.retentionQueue.length === 0) this.retentionQueue = [...this.byName.values()];
    const now = this.ports.clock.monotonicMs();
    const expires = now >= this.nextExpirationMs;
    const until = now + this.config.loadSliceMs;
    let left = this.retentionQueue.length;
    while (left > 0 && this.ports.clock.monotonicMs() <= until) {
      const log = this.retentionQueue.pop() as Log;
      left--;
      if (log.failure !== null) continue;
      guardDisk(log, () => log.removeOldSegments());
      if (expires) log.producers.removeExpired(this.ports.clock.wallMs(), this.config.producerIdExpirationMs);
    }
    if (left === 0 && expires) this.nextExpirationMs = now + EXPIRATION_CHECK_MS;
    this.retentionTimer = this.ports.timers.schedule(left > 0 ? 0 : this.config.retentionCheckMs, this);
  }

  /**
   * Writes and syncs everything, and leaves the clean-shutdown marker with the broker's epoch; `completion` comes in a later turn. A run that
   * was never registered (−1) passes on the epoch that it found: what is here is still what the controller knows under that one.
   */
  close(brokerEpoch: number, completion: CloseCompletion): void {
    this.stopUpkeep();
    new CloseTask(this, this.ports, brokerEpoch >= 0 ? brokerEpoch : this.epochHeld, completion).start();
  }

  /** Of the close: what is to be flushed. */
  logsToClose(): Log[] {
    return [...this.byName.values(), ...this.metadataLogs].filter((log) => log.failure === null);
  }

  /** Of the close: everything is synced. Writes the checkpoints and markers; throws DiskError. */
  finishClose(brokerEpoch: number): void {
    for (const directory of this.openDirectories) {
      if (directory.online && this.isLoaded) this.writeFinalCheckpoints(directory, brokerEpoch);
    }
    for (const log of this.logsToClose()) log.dispose("the broker stopped");
    for (const directory of this.openDirectories) directory.release();
  }

  private writeFinalCheckpoints(directory: LogDirectory, brokerEpoch: number): void {
    const recovery: string[] = [];
    const starts: string[] = [];
    const highWatermarks: string[] = [];
    const cleaned: string[] = [];
    for (const log of this.logsIn(directory)) {
      if (log.failure !== null) continue;
      const name = `${log.topic} ${log.partition}`;
      recovery.push(`${name} ${log.damage === null ? log.flushedOffset : log.damage.expectedEnd}`);
      if (log.logStartOffset > log.segmentList[0].baseOffset) starts.push(`${name} ${log.logStartOffset}`);
      if (log.cleanedOffset > 0) cleaned.push(`${name} ${log.cleanedOffset}`);
      highWatermarks.push(`${name} ${log.highWatermark}`);
    }
    if (cleaned.length > 0) directory.cleanedOffsetFile.writeLinesNow(cleaned);
    directory.recoveryPointFile.writeLinesNow(recovery);
    directory.startOffsetFile.writeLinesNow(starts);
    directory.highWatermarkFile.writeLinesNow(highWatermarks);
    directory.writeCleanMarker(brokerEpoch);
  }

  /** Stops at once, as a killed process would; for a node that must not write any more. */
  abandon(): void {
    this.stopUpkeep();
    for (const log of this.logsToClose()) log.dispose("the broker stopped");
    for (const directory of this.openDirectories) directory.release();
  }

  private stopUpkeep(): void {
    this.isClosed = true;
    this.checkpointer.stop();
    this.cleaner.stop();
    this.retentionTimer?.cancel();
    this.retentionTimer = null;
  }
}
