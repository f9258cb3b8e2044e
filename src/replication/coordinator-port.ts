import type { Log } from "../storage/log.js";

/**
 * What a coordinator (groups, transactions, shares) is told of the partitions of its internal topic. Calls come at the end of a turn
 * or while metadata is applied, never from within a call of the coordinator. For one partition the order is: `onLeading`, any
 * number of `onHighWatermark`, `onStoppedLeading`.
 */
export interface CoordinatorObserver {
  /**
   * This broker leads the partition from now on, in this epoch. Its log up to `log.appendEndOffset` is to be loaded; what is at or above
   * the high watermark is not committed yet, but will be unless `onStoppedLeading` comes.
   */
  onLeading(partition: number, leaderEpoch: number, log: Log): void;
  /** It does not lead any more (another leader, the topic was deleted, the log failed): what waits is not known to be committed. */
  onStoppedLeading(partition: number): void;
  /** Everything below `offset` is committed. */
  onHighWatermark(partition: number, offset: number): void;
}

/** What became of a coordinator's append. One object for all appends, overwritten by the next. */
export interface CoordinatorAppend {
  /**
   * 0: appended. Otherwise nothing was: NOT_LEADER_OR_FOLLOWER (another leader or epoch), NOT_ENOUGH_REPLICAS, KAFKA_STORAGE_ERROR,
   * or what the log refuses a batch for (MESSAGE_TOO_LARGE, RECORD_LIST_TOO_LARGE, INVALID_PRODUCER_EPOCH …).
   */
  readonly error: number;
  readonly message: string | null;
  readonly firstOffset: number;
  /** Committed once the high watermark is at or above it (`onHighWatermark`): the offset after the last record. */
  readonly endOffset: number;
}

/** Replicated logs as a coordinator uses them: `ReplicaManager.coordinatorPort`. */
export interface CoordinatorPort {
  /** Partitions of `topic` that are led already are told at the end of this turn. One observer for each topic. */
  observe(topic: string, observer: CoordinatorObserver): void;
  /**
   * Appends one batch to a partition that this broker leads in `leaderEpoch`, to be committed as with acks=all. Offsets are written into
   * `records`, which belong to the log from now on. Never calls the observer from within.
   */
  append(topic: string, partition: number, leaderEpoch: number, records: Uint8Array): CoordinatorAppend;
  /**
   * What `append` would refuse now whatever the batch: NOT_LEADER_OR_FOLLOWER, NOT_ENOUGH_REPLICAS or KAFKA_STORAGE_ERROR; 0: nothing. Asked
   * before a coordinator decides, since what it decided is in its state by the time that the turn's batch is appended.
   */
  appendError(topic: string, partition: number, leaderEpoch: number): number;
  /** The largest batch that the topic takes, bytes (`max.message.bytes`). */
  maxBatchBytes(topic: string, partition: number): number;
  /** Null where this broker has none. For reading: `log.read` (see storage/log-read.ts) from `log.logStartOffset` on. */
  log(topic: string, partition: number): Log | null;
  /** The high watermark, 0 where this broker does not have the partition. */
  highWatermark(topic: string, partition: number): number;
  /** The epoch in which this broker leads the partition now, −1 when it does not. */
  leaderEpoch(topic: string, partition: number): number;
}
