import { ErrorCode } from "../protocol/errors.js";
import type { Log } from "../storage/log.js";
import type { Partition } from "./partition.js";

/** Where a follower goes on: its end, or where its log was damaged, until that was cut off. */
export function fetchPosition(partition: Partition, log: Log): number {
  const { damage } = log;
  if (damage === null || damage === partition.cutDamage) return log.appendEndOffset;
  return Math.min(log.appendEndOffset, Math.max(damage.offset, log.logStartOffset));
}

/**
 * The leader says that what this log has after `epoch` is not what it has, and that its own `epoch` ends at `endOffset`: cuts the log to where
 * both may agree (KIP-101, KIP-279; Kafka: AbstractFetcherThread.getOffsetTruncationState). The next fetch tells whether they do.
 */
export function truncateToDiverging(log: Log, epoch: number, endOffset: number): void {
  const own = log.epochs.endOffsetFor(epoch, log.appendEndOffset);
  let end = Math.min(endOffset, log.appendEndOffset);
  // Lacking that epoch: to the end of the next lower one that this log has, below the leader's answer.
  if (own.epoch >= 0) end = Math.min(end, own.endOffset);
  log.truncateTo(Math.max(end, 0));
}

/** Appends what the leader sent for `fetchPosition`; an ErrorCode. */
export function takeRecords(partition: Partition, log: Log, records: Uint8Array): number {
  if (log.damage !== null && log.damage !== partition.cutDamage) {
    // What follows the damage is not trusted, but was kept until there is better.
    log.truncateTo(fetchPosition(partition, log));
    partition.cutDamage = log.damage;
  }
  let result = log.appendAsFollower(records, partition.leaderEpoch);
  if (result.error === ErrorCode.OFFSET_OUT_OF_RANGE && log.appendEndOffset === log.logStartOffset) {
    // The leader's log starts within a batch: an empty log takes the batch whole, and starts within it too.
    const start = log.logStartOffset;
    log.truncateFullyAndStartAt(result.firstOffset);
    result = log.appendAsFollower(records, partition.leaderEpoch);
    if (result.error === ErrorCode.NONE && start <= log.appendEndOffset) log.advanceStart(start);
  }
  return result.error;
}
