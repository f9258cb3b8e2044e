import type { Log } from "../log.js";
import type { Segment } from "../segment.js";

/** What of a log is to be cleaned, and whether it is worth it (Kafka: LogToClean, LogCleanerManager.cleanableOffsets). */
export interface CleaningPlan {
  /** Keys from here, */
  readonly dirtyFrom: number;
  /** to here, exclusive, replace what lies below; the base of a segment. */
  readonly end: number;
  /** The share of the bytes below `end` that was never cleaned. */
  readonly dirtyRatio: number;
  /** Something is older than `max.compaction.lag.ms`. */
  readonly isOverdue: boolean;
}

/** Null: there is nothing that may be cleaned. Throws DiskError. */
export function planCleaning(log: Log, nowMs: number): CleaningPlan | null {
  if (!log.config.compact || log.failure !== null || log.damage !== null || log.isClosing) return null;
  if (log.truncationsUnderWay.length > 0) return null;
  const end = cleanableEnd(log, nowMs);
  const first = log.segmentList[0].baseOffset;
  let dirtyFrom = Math.max(log.cleanedOffset, log.logStartOffset);
  if (dirtyFrom < first) dirtyFrom = first;
  if (dirtyFrom >= end) return null;
  let clean = 0;
  let dirty = 0;
  let isOverdue = false;
  for (let i = 0; i < log.segmentList.length && log.segmentList[i].baseOffset < end; i++) {
    const segment = log.segmentList[i];
    if (log.segmentList[i + 1].baseOffset <= dirtyFrom) {
      clean += segment.size;
      continue;
    }
    dirty += segment.size;
    const timestamp = isOverdue || segment.size === 0 ? -1 : segment.firstBatchTimestamp();
    if (timestamp >= 0 && timestamp < nowMs - log.config.maxCompactionLagMs) isOverdue = true;
  }
  if (dirty === 0) return null;
  return { dirtyFrom, end, dirtyRatio: dirty / (clean + dirty), isOverdue };
}

/**
 * The base of the first segment that must stay as it is: the active one, one that is not stable and replicated, too young, or not durable
 * with a checkpoint that says so, below which alone recovery takes gaps for what compaction left.
 */
function cleanableEnd(log: Log, nowMs: number): number {
  const bound = Math.min(log.lastStableOffset, log.highWatermark, log.recoveryPoint, log.flushedOffset);
  const { minCompactionLagMs } = log.config;
  const { segmentList } = log;
  let i = 0;
  for (; i + 1 < segmentList.length; i++) {
    if (segmentList[i + 1].baseOffset > bound) break;
    if (minCompactionLagMs > 0 && segmentList[i].newestTimestamp() > nowMs - minCompactionLagMs) break;
  }
  return segmentList[i].baseOffset;
}

/** Segments below `end` that become one each: together not above the limits of a segment (Kafka: groupSegmentsBySize). */
export function groupSegments(log: Log, end: number): Segment[][] {
  const groups: Segment[][] = [];
  let group: Segment[] = [];
  let bytes = 0;
  let entries = 0;
  const entriesMax = Math.floor(log.config.segmentIndexBytes / 12) - 1;
  for (let i = 0; i + 1 < log.segmentList.length && log.segmentList[i].baseOffset < end; i++) {
    const segment = log.segmentList[i];
    const count = Math.max(segment.offsetIndex.count, segment.timeIndex.count);
    const isOver =
      bytes + segment.size > log.config.segmentBytes ||
      entries + count > entriesMax ||
      log.segmentList[i + 1].baseOffset - (group[0] ?? segment).baseOffset > 2147483647;
    if (group.length > 0 && isOver) {
      groups.push(group);
      group = [];
      bytes = 0;
      entries = 0;
    }
    group.push(segment);
    bytes += segment.size;
    entries += count;
  }
  if (group.length > 0) groups.push(group);
  return groups;
}
