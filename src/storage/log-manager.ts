import type { Uuid } from "../base/uuid.js";
import type { DiskError, Ports } from "../ports/index.js";
import type { Log } from "./log.js";
import type { LogConfig, StorageConfig } from "./log-config.js";

export interface LogManagerListener {
  /** A directory went offline; its logs have failed (`LogListener.onLogFailed` came before). */
  onDirectoryFailed(directory: LogDirectoryInfo, error: DiskError): void;
}

export interface LogDirectoryInfo {
  readonly path: string;
  readonly id: Uuid;
  readonly online: boolean;
  readonly error: DiskError | null;
}

export interface CreateLogOptions {
  /** Where; by default the online directory with the fewest logs. */
  directoryId?: Uuid;
  config: LogConfig;
}

export interface LoadCompletion {
  onLogsLoaded(): void;
}

/** The logs of a broker's log directories. */
export declare class LogManager {
  /** Locks the directories and reads what identifies them. Throws StorageError with a sentence that says what to do. */
  static open(
    ports: Ports,
    config: StorageConfig,
    directories: readonly string[],
    listener: LogManagerListener,
  ): LogManager;
  /** Of the clean-shutdown marker: the broker epoch at the last clean stop, −1 when the stop was not clean. */
  readonly previousBrokerEpoch: number;
  readonly clusterId: string;
  /** Loads, and recovers, all logs in slices of a turn. */
  load(completion: LoadCompletion): void;
  log(topic: string, partition: number): Log | undefined;
  logs(): Iterable<Log>;
  create(topic: string, topicId: Uuid, partition: number, options: CreateLogOptions): Log;
  /** Renames the directory; what it holds is removed in the background, after `file.delete.delay.ms`. */
  delete(topic: string, partition: number): void;
  /** A log that the metadata does not know, or knows under another topic id: renamed `-stray`, kept for a person. */
  setAside(topic: string, partition: number): void;
  /** The checkpointed high watermark, 0 when none is known. */
  highWatermarkCheckpoint(topic: string, partition: number): number;
  directories(): readonly LogDirectoryInfo[];
  /** Opens the metadata log in `directory`; it is not among `logs()`, and is recovered from its start. */
  openMetadataLog(directory: string, config: LogConfig): Log;
  /** Whether appends are refused for now, since what waits to be written fills the memory tail. */
  readonly isBackedUp: boolean;
  /** Flushes, snapshots, checkpoints, and leaves the clean-shutdown marker with the broker's epoch. */
  close(brokerEpoch: number, completion: { onClosed(): void }): void;
}
