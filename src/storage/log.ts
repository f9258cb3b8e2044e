import { assert } from "../base/assert.js";
import type { Uuid } from "../base/uuid.js";
import type { DiskError } from "../ports/index.js";
import type { AppendResult } from "./append-result.js";
import type { LeaderEpochs } from "./leader-epochs.js";
import type { LogConfig } from "./log-config.js";
import type { AbortedTransaction, LogRead, OffsetLookup } from "./log-read.js";
import type { ProducerState } from "./producer-state.js";

/** Who an append as leader is for; clients' batches are validated in full (Kafka's AppendOrigin). */
export type AppendOrigin = "client" | "coordinator" | "raft";

/** What a log tells whoever uses it (a partition, the raft driver). All calls come in turns of their own. */
export interface LogListener {
  /** `logEndOffset` moved: what is below it was handed to the operating system. */
  onLogWritten(log: Log): void;
  /** `flushedOffset` moved: what is below it survives a loss of power. */
  onLogFlushed(log: Log): void;
  /** The log can no longer be written or read; its directory is going offline. The last call. */
  onLogFailed(log: Log, error: DiskError): void;
  /** Bytes below the flush point are bad or missing (`log.damage`): do not lead from this log, refetch it. */
  onLogDamaged(log: Log): void;
}

export interface LogCompletion {
  onLogDone(log: Log, error: DiskError | null): void;
}

/** Where a log lost bytes that must have been there. */
export interface LogDamage {
  /** First offset that cannot be trusted. */
  readonly offset: number;
  readonly reason: "bad bytes" | "missing bytes" | "missing file";
  readonly detail: string;
}

/** What loading found. `truncatedBytes` of an unsynced torn tail were cut. */
export interface LogRecovery {
  readonly clean: boolean;
  readonly truncatedBytes: number;
  readonly truncatedFrom: number;
}

export interface SegmentInfo {
  readonly baseOffset: number;
  readonly bytes: number;
  readonly path: string;
}

/**
 * The log of one partition. Offsets, in order:
 * `logStartOffset` ≤ `lastStableOffset` ≤ `highWatermark` ≤ `logEndOffset` ≤ `appendEndOffset`; `flushedOffset` ≤ `logEndOffset`.
 */
export declare class Log {
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid;
  /** The directory that holds the log's directory: a log directory of the broker. */
  readonly parentDirectory: string;
  readonly directoryId: Uuid;
  readonly directory: string;
  config: LogConfig;
  listener: LogListener | null;
  readonly epochs: LeaderEpochs;
  readonly producers: ProducerState;
  readonly recovery: LogRecovery;
  readonly damage: LogDamage | null;
  /** Set once a write failed or the directory went offline. */
  readonly failure: DiskError | null;

  readonly logStartOffset: number;
  /** End of what was appended, in memory. */
  readonly appendEndOffset: number;
  /** End of what was written. */
  readonly logEndOffset: number;
  /** End of what was synced. */
  readonly flushedOffset: number;
  /** Set by the partition (`setHighWatermark`); bounds readers, retention and deletion. */
  readonly highWatermark: number;
  /** min(first offset of an open transaction, high watermark). */
  readonly lastStableOffset: number;
  readonly sizeInBytes: number;
  /** Epoch of the last batch appended, −1 when there is none. */
  readonly latestEpoch: number;

  setHighWatermark(offset: number): void;
  /** At election of this broker: the epoch starts at the append end, before anything is appended in it. */
  startEpoch(epoch: number): void;
  appendAsLeader(
    records: Uint8Array,
    leaderEpoch: number,
    origin?: AppendOrigin,
    requestVersion?: number,
  ): AppendResult;
  appendAsFollower(records: Uint8Array): AppendResult;
  read(read: LogRead): boolean;
  truncateTo(offset: number): void;
  truncateFullyAndStartAt(offset: number): void;
  advanceStart(offset: number): void;
  roll(): void;
  offsetForTimestamp(lookup: OffsetLookup): boolean;
  /** The offset of the record with the greatest timestamp (ListOffsets −3). */
  offsetOfMaxTimestamp(lookup: OffsetLookup): boolean;
  abortedTransactions(from: number, to: number): AbortedTransaction[];
  segments(): SegmentInfo[];
  flush(completion?: LogCompletion | null): void;
  close(completion?: LogCompletion | null): void;
}
assert(true, "");
