import type { AppendResult } from "../storage/append-result.js";
import type { LogRead } from "../storage/log-read.js";

/** What the coordinators (of groups, transactions and share state) see of the partitions of their logs. `ReplicaManager` is one. */
export interface CoordinatorPartitions {
  /** The partition, if this broker leads it now; null otherwise. */
  coordinatorPartition(topic: string, partition: number): CoordinatorPartition | null;
}

/** A partition that this broker leads and that a coordinator keeps its state in. */
export interface CoordinatorPartition {
  readonly topic: string;
  readonly partition: number;
  /** −1 while this broker does not lead it. */
  readonly leaderEpoch: number;
  readonly logStartOffset: number;
  /** Where the next append goes: the end in memory. */
  readonly appendEndOffset: number;
  readonly highWatermark: number;
  /** Largest batch that it takes, bytes (`max.message.bytes`, `segment.bytes`). */
  readonly batchBytesMax: number;
  /**
   * What an append with acks=all would be refused with now: NOT_LEADER_OR_FOLLOWER (also: it leads in another epoch than this), NOT_ENOUGH_REPLICAS
   * (fewer in sync than min.insync.replicas), KAFKA_STORAGE_ERROR; 0: it would be taken.
   */
  appendError(leaderEpoch: number): number;
  /**
   * Appends one batch for acks=all, origin coordinator. Returns at once: the batch is committed once the high watermark has passed it, which
   * `onHighWatermark` tells. The result is overwritten by the next append.
   */
  appendAsCoordinator(batch: Uint8Array, leaderEpoch: number): AppendResult;
  /** Reads of the log up to its end in memory, whatever is committed. As `Log.read`: true, complete now; false, `onLogRead` follows. */
  readAsCoordinator(read: LogRead): boolean;
  /** One at most; null takes it away. */
  setCoordinatorListener(listener: CoordinatorListener | null): void;
}

export interface CoordinatorListener {
  /** It moved. May be called within another room's call: whoever listens takes note, and acts at the end of the turn. */
  onHighWatermark(highWatermark: number): void;
  /** This broker does not lead it any more in the epoch that the listener was set in, or its log failed. The last call. */
  onLeadershipLost(): void;
}
