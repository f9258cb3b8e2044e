import { assert } from "../base/assert.js";
import type { DiskCompletion, DiskError } from "../ports/index.js";
import { baseOffset, batchBytes, lastOffset, maxTimestamp, producerId } from "../protocol/records/batch.js";
import { TRUNCATION_FILE } from "./file-names.js";
import { guardDisk, type Log } from "./log.js";
import { SegmentScan } from "./log-scan.js";
import { findBatch, type Segment } from "./segment.js";
import { discardSegments, retireSegments } from "./segment-lifecycle.js";

/** Drops what is at or above `offset`; a batch that reaches above it goes whole. Epochs and producers follow. */
export function truncateLog(log: Log, offset: number): void {
  assert(offset >= 0, "an offset is not negative");
  if (log.failure !== null) return;
  if (offset >= log.appendEndOffset) {
    log.epochs.truncateFromEnd(offset);
    return;
  }
  if (offset < log.segmentList[0].baseOffset) {
    truncateFully(log, offset);
    return;
  }
  const index = log.segmentIndexFor(offset);
  const segment = log.segmentList[index];
  guardDisk(log, () => {
    const cut = findCut(log, segment, offset);
    forgetReads(log);
    dropTail(log, offset, cut.endOffset);
    const removed = log.segmentList.splice(index + 1);
    retireSegments(removed);
    cutFile(log, segment, cut.position);
    segment.truncate(cut.endOffset, cut.position, log.context.ports.clock.wallMs());
    log.appendEndOffset = cut.endOffset;
    log.logEndOffset = Math.min(log.logEndOffset, cut.endOffset);
    log.flushedOffset = Math.min(log.flushedOffset, cut.endOffset);
    log.syncer.onTruncated(cut.endOffset);
    log.epochs.truncateFromEnd(cut.endOffset);
    if (log.logStartOffset > cut.endOffset) log.logStartOffset = cut.endOffset;
    if (log.highWatermark > cut.endOffset) log.highWatermark = cut.endOffset;
    refreshNewestTimestamp(log, segment);
    rebuildProducers(log);
    log.boundFlushes(cut.endOffset);
    new Truncation(log, segment, removed).start(lowersPoints(log, cut.endOffset));
  });
}

/** Drops everything; the log is then empty and starts at `offset`. */
export function truncateFully(log: Log, offset: number): void {
  assert(offset >= 0, "an offset is not negative");
  if (log.failure !== null) return;
  guardDisk(log, () => {
    forgetReads(log);
    log.dropTail(0);
    const removed = log.segmentList.splice(0);
    retireSegments(removed);
    const segment = log.addSegment(offset, log.context.ports.clock.wallMs());
    log.logStartOffset = offset;
    log.appendEndOffset = offset;
    log.logEndOffset = offset;
    log.flushedOffset = offset;
    log.highWatermark = offset;
    log.syncer.onTruncated(offset);
    log.epochs.clear();
    log.producers.clear(offset);
    log.snapshots.removeAbove(-1);
    log.boundFlushes(offset);
    new Truncation(log, segment, removed).start(lowersPoints(log, 0));
  });
}

function forgetReads(log: Log): void {
  // Before anything is cut: what it has written may not come back at a start.
  log.compaction?.abort();
  log.truncations++;
  log.readHintOffset = -1;
  log.readHintSegment = null;
  log.checkpointedOffset = -1;
}

/** No checkpoint may say that more is there than is left; answers whether one may say so now. */
function lowersPoints(log: Log, end: number): boolean {
  log.epochsSavedOffset = Math.min(log.epochsSavedOffset, end);
  log.cleanedOffset = Math.min(log.cleanedOffset, end);
  if (log.recoveryPoint <= end && log.writtenPoint <= end) return false;
  log.recoveryPoint = Math.min(log.recoveryPoint, end);
  log.writtenPoint = Math.min(log.writtenPoint, end);
  return true;
}

/**
 * What a truncation does on the disk, before anything else is written to the log: checkpoints say less, the files of whole
 * segments are renamed and that made durable, then the last file is cut and that made durable. A crash in between leaves the
 * log as it was before, or partly so, but never a mix of old and new.
 */
export class Truncation implements DiskCompletion {
  private readonly log: Log;
  private readonly segment: Segment;
  private readonly removed: readonly Segment[];
  private step: "names" | "cut";
  private lowersPoints: boolean;

  constructor(log: Log, segment: Segment, removed: readonly Segment[]) {
    this.log = log;
    this.segment = segment;
    this.removed = removed;
    this.step = "names";
    this.lowersPoints = false;
  }

  start(lowersPoints: boolean): void {
    const { log } = this;
    this.lowersPoints = lowersPoints;
    log.writer.hold();
    log.truncationsUnderWay.push(this);
    // Need not be durable: it is for a process that is killed, whose files stay as it left them.
    if (!guardDisk(log, () => log.context.ports.disk.open(markerOf(log), true).close())) return;
    if (log.truncationsUnderWay.length === 1) this.run();
  }

  run(): void {
    const { log } = this;
    const next = (): void => log.writer.whenIdle(() => this.discard());
    if (this.lowersPoints && log.context.onTruncated !== null) log.context.onTruncated(log, next);
    else next();
  }

  private discard(): void {
    const { log } = this;
    if (log.failure !== null) return;
    discardSegments(log, this.removed);
    guardDisk(log, () => {
      if (!this.segment.isRemoved) this.segment.file.open(true);
    });
    // Snapshots were removed too.
    if (log.failure === null) log.context.ports.disk.syncDirectory(log.directory, this);
  }

  private cut(): void {
    this.step = "cut";
    const { log, segment } = this;
    guardDisk(log, () => {
      // With another truncation of it to come the file would be cut to that one's end, before its points are noted.
      const isCutAgain = log.truncationsUnderWay.some((other) => other !== this && other.segment === segment);
      if (segment.isRemoved || !segment.excessBytes || isCutAgain) {
        this.finish();
        return;
      }
      segment.cutExcess();
      segment.file.open(true).sync(this);
    });
  }

  private finish(): void {
    const { log } = this;
    log.truncationsUnderWay.shift();
    if (log.truncationsUnderWay.length > 0) log.truncationsUnderWay[0].run();
    else {
      for (const segment of log.segmentList) segment.saveIndexes();
      log.context.ports.disk.remove(markerOf(log));
    }
    log.writer.release();
  }

  onDiskDone(error: DiskError | null): void {
    const { log } = this;
    if (log.failure !== null) return;
    if (error !== null && !this.segment.isRemoved) log.fail(error, true);
    else if (this.step === "names") this.cut();
    else guardDisk(log, () => this.finish());
  }
}

function markerOf(log: Log): string {
  return `${log.directory}/${TRUNCATION_FILE}`;
}

/** Where the batch that holds `offset` starts, and the offset at which the log then ends. */
function findCut(log: Log, segment: Segment, offset: number): { position: number; endOffset: number } {
  const tailStart = log.tail.startOffset;
  if (tailStart >= 0 && offset >= tailStart) {
    const index = log.tail.find(offset);
    if (index >= 0) {
      const entry = log.tail.at(index);
      if (entry.segment === segment) {
        const at = findBatch(entry.bytes, 0, entry.bytes.length, offset);
        assert(at >= 0, "an entry holds the offsets that it says");
        return { position: entry.position + at, endOffset: Math.min(offset, baseOffset(entry.bytes, at)) };
      }
    }
    return { position: segment.size, endOffset: offset };
  }
  const scan = new SegmentScan(
    log.context,
    segment,
    segment.offsetIndex.positionFor(offset),
    Math.min(segment.size, segment.readableBytes),
  );
  while (scan.next()) {
    if (lastOffset(scan.bytes, scan.at) >= offset) {
      return { position: scan.position, endOffset: Math.min(offset, baseOffset(scan.bytes, scan.at)) };
    }
  }
  return { position: scan.nextPosition, endOffset: offset };
}

function dropTail(log: Log, offset: number, end: number): void {
  const tailStart = log.tail.startOffset;
  if (tailStart < 0) return;
  if (end <= tailStart) {
    log.dropTail(0);
    return;
  }
  let index = log.tail.find(offset);
  if (index < 0) return;
  const entry = log.tail.at(index);
  if (entry.baseOffset < end) {
    const at = findBatch(entry.bytes, 0, entry.bytes.length, offset);
    log.context.tail.shrink(entry, at, end);
    index++;
  }
  log.dropTail(index);
}

function cutFile(log: Log, segment: Segment, position: number): void {
  if (log.writer.busySegment === segment) {
    segment.cutTo = segment.cutTo < 0 ? position : Math.min(segment.cutTo, position);
    return;
  }
  if (segment.writtenBytes <= position) return;
  segment.writtenBytes = position;
  segment.excessBytes = true;
}

/** The newest timestamp of what is left: the time index's last entry, or one of the batches after the last index entry. */
function refreshNewestTimestamp(log: Log, segment: Segment): void {
  segment.maxTimestamp = segment.timeIndex.lastTimestamp;
  segment.offsetOfMaxTimestamp = segment.timeIndex.lastOffset;
  const from = segment.offsetIndex.count === 0 ? 0 : segment.offsetIndex.positionAt(segment.offsetIndex.count - 1);
  visitBatches(log, segment, from, (bytes, at) => {
    const newest = maxTimestamp(bytes, at);
    if (newest > segment.maxTimestamp) {
      segment.maxTimestamp = newest;
      segment.offsetOfMaxTimestamp = lastOffset(bytes, at);
    }
  });
}

/** Sets the producers to what the log up to its end says: the newest snapshot below the end, and the batches after it. */
export function rebuildProducers(log: Log): void {
  const end = log.appendEndOffset;
  const { producers, snapshots, context } = log;
  snapshots.removeAbove(end);
  snapshots.load(producers, end, log.logStartOffset);
  const from = producers.endOffset;
  for (let i = log.segmentIndexFor(from); i < log.segmentList.length; i++) {
    const segment = log.segmentList[i];
    if (segment.baseOffset >= end) break;
    visitBatches(log, segment, from > segment.baseOffset ? segment.offsetIndex.positionFor(from) : 0, (bytes, at) => {
      if (baseOffset(bytes, at) >= from && producerId(bytes, at) >= 0) producers.update(bytes, at, context.cursor);
    });
  }
  producers.endOffset = end;
  producers.onHighWatermark(log.highWatermark);
}

/** Batches of a segment from `position` on: those in the file that are not in memory, then those in memory. */
function visitBatches(
  log: Log,
  segment: Segment,
  position: number,
  visit: (bytes: Uint8Array, at: number) => void,
): void {
  let memoryFrom = -1;
  for (let i = 0; i < log.tail.length && memoryFrom < 0; i++) if (log.tail.at(i).segment === segment) memoryFrom = i;
  const fileEnd =
    memoryFrom < 0
      ? Math.min(segment.size, segment.readableBytes)
      : Math.min(log.tail.at(memoryFrom).position, segment.size);
  if (position < fileEnd) {
    const scan = new SegmentScan(log.context, segment, position, fileEnd);
    while (scan.next()) visit(scan.bytes, scan.at);
  }
  if (memoryFrom < 0) return;
  for (let i = memoryFrom; i < log.tail.length; i++) {
    const entry = log.tail.at(i);
    if (entry.segment !== segment) break;
    for (let at = 0; at < entry.bytes.length; at += batchBytes(entry.bytes, at)) {
      if (entry.position + at >= position) visit(entry.bytes, at);
    }
  }
}
