import { type Uuid, ZERO_UUID } from "../base/uuid.js";
import { type DiskCompletion, DiskError, type TimerTask } from "../ports/index.js";
import {
  isDeletedDirectoryName,
  isStrayDirectoryName,
  METADATA_TOPIC,
  PARTITION_METADATA,
  partitionOfDirectoryName,
} from "./file-names.js";
import type { LogConfig } from "./log-config.js";
import type { LogContext, LogIdentity } from "./log-context.js";
import type { LogDirectory } from "./log-directory.js";
import { LogLoader } from "./log-loader.js";
import type { LoadCompletion, LogManager } from "./log-manager.js";
import { readPartitionMetadata } from "./meta-properties.js";
import { TreeRemoval } from "./tree-removal.js";

/** Loads all logs, a slice per turn; new data directories are made durable before. */
export class LoadTask implements TimerTask, DiskCompletion {
  private readonly manager: LogManager;
  private readonly context: LogContext;
  private readonly completion: LoadCompletion;
  private readonly configOf: ((topic: string, topicId: Uuid) => LogConfig) | null;
  private readonly waiting: { readonly directory: LogDirectory; readonly name: string }[];
  private current: { readonly directory: LogDirectory; readonly loader: LogLoader } | null;
  private syncs: number;

  constructor(
    manager: LogManager,
    context: LogContext,
    completion: LoadCompletion,
    configOf: ((topic: string, topicId: Uuid) => LogConfig) | null,
  ) {
    this.configOf = configOf;
    this.syncs = 0;
    this.manager = manager;
    this.context = context;
    this.completion = completion;
    this.waiting = [];
    this.current = null;
  }

  start(): void {
    for (const directory of this.manager.openDirectories) {
      this.guard(directory, () => this.collect(directory));
    }
    this.waiting.reverse();
    const { disk, timers } = this.context.ports;
    for (const directory of this.manager.openDirectories) {
      for (const path of directory.newNames) {
        this.syncs++;
        disk.syncDirectory(path, this);
      }
      directory.newNames = [];
    }
    if (this.syncs === 0) timers.schedule(0, this);
  }

  onDiskDone(error: DiskError | null): void {
    if (error !== null) {
      // Someone else's directory above ours may be closed to us.
      this.context.ports.logger.warn("A new data directory's name could not be made durable.", {
        path: error.path,
        error: error.message,
      });
    }
    if (--this.syncs === 0) this.context.ports.timers.schedule(0, this);
  }

  private collect(directory: LogDirectory): void {
    const { disk, timers } = this.context.ports;
    for (const entry of disk.list(directory.path)) {
      if (!entry.isDirectory) continue;
      if (isDeletedDirectoryName(entry.name)) {
        timers.schedule(0, new TreeRemoval(this.context.ports, `${directory.path}/${entry.name}`));
      } else if (!isStrayDirectoryName(entry.name)) {
        const partition = partitionOfDirectoryName(entry.name);
        if (partition !== null && partition.topic !== METADATA_TOPIC)
          this.waiting.push({ directory, name: entry.name });
      }
    }
    // Durable before anything is written: a marker that came back would say that all of that is sound, and an older
    // checkpoint file more than is left.
    directory.newNames.push(directory.path);
    directory.keepBrokerEpoch(this.context.flushAfterWrite);
    directory.removeCleanMarker();
  }

  onTimer(): void {
    const { clock } = this.context.ports;
    const until = clock.monotonicMs() + this.context.config.loadSliceMs;
    do {
      if (!this.step()) {
        this.context.scanBuffer = new Uint8Array(0);
        for (const directory of this.manager.openDirectories) {
          if (directory.online) this.guard(directory, () => directory.noteSyncsHold());
        }
        this.manager.onLoaded();
        this.completion.onLogsLoaded();
        return;
      }
    } while (clock.monotonicMs() < until);
    this.context.ports.timers.schedule(0, this);
  }

  /** Answers whether there is more to do. */
  private step(): boolean {
    const current = this.current;
    if (current !== null) {
      this.guard(current.directory, () => {
        if (!current.loader.step()) return;
        this.current = null;
        this.manager.adopt(current.directory, current.loader.log);
      });
      return true;
    }
    const next = this.waiting.pop();
    if (next === undefined) return false;
    if (next.directory.online) this.guard(next.directory, () => this.begin(next.directory, next.name));
    return true;
  }

  private begin(directory: LogDirectory, name: string): void {
    const partition = partitionOfDirectoryName(name) as { topic: string; partition: number };
    const path = `${directory.path}/${name}`;
    const topicId = readPartitionMetadata(this.context.ports.disk, `${path}/${PARTITION_METADATA}`);
    const identity: LogIdentity = {
      topic: partition.topic,
      partition: partition.partition,
      topicId: topicId ?? ZERO_UUID,
      parentDirectory: directory.path,
      directoryId: directory.id,
      directory: path,
    };
    const config = this.configOf?.(identity.topic, identity.topicId) ?? this.context.config.logConfig;
    const loader = new LogLoader(this.context, identity, config, {
      clean: directory.isClean,
      recoveryPoint: directory.recoveryPoints.get(name) ?? 0,
      writtenPoint: directory.isClean ? -1 : (directory.writtenPoints.get(name) ?? -1),
      logStartOffset: directory.startOffsets.get(name) ?? 0,
      mustRewrite: directory.mustRewrite,
    });
    this.current = { directory, loader };
  }

  /** An error of the disk takes the directory offline; the others load. */
  private guard(directory: LogDirectory, work: () => void): void {
    try {
      work();
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.current = null;
      this.manager.fail(directory, error, false);
    }
  }
}
