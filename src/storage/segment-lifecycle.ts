import { type DiskCompletion, DiskError, type TimerTask } from "../ports/index.js";
import { DELETED_FILE_SUFFIX } from "./file-names.js";
import { guardDisk, type Log } from "./log.js";
import type { LogContext } from "./log-context.js";
import type { Segment } from "./segment.js";

/** Ends the active segment and starts one at `baseOffset`, the offset of the next record. */
export function rollLog(log: Log, nowMs: number, baseOffset: number): Segment {
  const old = log.activeSegment;
  guardDisk(log, () => {
    old.completeTimeIndex();
    // While a truncation is under way its old files may still have these names; the checkpointer saves later.
    if (log.truncationsUnderWay.length === 0) {
      old.saveIndexes();
      old.releaseIndexes();
      // The state is that of the log up to here, also where offsets were skipped.
      if (baseOffset > log.producers.endOffset) log.producers.endOffset = baseOffset;
      log.snapshots.take(log.producers);
    }
  });
  const segment = log.addSegment(baseOffset, nowMs);
  // Its name tells where the log goes on, also while it is empty.
  if (log.truncationsUnderWay.length === 0) guardDisk(log, () => segment.file.open(true));
  log.syncer.request(baseOffset);
  return segment;
}

/**
 * Removes segments from the front: those wholly below the log's start, and where the topic deletes, those that are older
 * than `retention.ms` or beyond `retention.bytes`; never one that reaches above the high watermark.
 */
export function removeSegments(log: Log): void {
  if (log.failure !== null || log.truncationsUnderWay.length > 0 || log.compaction?.isSwapping === true) return;
  const { config } = log;
  const nowMs = log.context.ports.clock.wallMs();
  let excess = config.retentionBytes < 0 ? -1 : log.sizeInBytes - config.retentionBytes;
  let count = 0;
  while (count < log.segmentList.length) {
    const segment = log.segmentList[count];
    const isActive = count === log.segmentList.length - 1;
    const end = isActive ? log.appendEndOffset : log.segmentList[count + 1].baseOffset;
    if (end > log.highWatermark || (isActive && segment.size === 0)) break;
    const isBelowStart = !isActive && end <= log.logStartOffset;
    const isTooOld =
      config.delete && config.retentionMs >= 0 && nowMs - segment.retentionTimestamp() > config.retentionMs;
    const isTooMuch = config.delete && config.retentionBytes >= 0 && excess - segment.size >= 0;
    if (!isBelowStart && !isTooOld && !isTooMuch) break;
    excess -= segment.size;
    count++;
  }
  if (count === 0) return;
  if (count === log.segmentList.length) rollLog(log, nowMs, log.appendEndOffset);
  const next = log.segmentList[count];
  if (next.nameDirty) {
    if (log.failure === null) log.context.ports.disk.syncDirectory(log.directory, new RemovalAfterSync(log, next));
    return;
  }
  const removed = log.segmentList.splice(0, count);
  const start = log.segmentList[0].baseOffset;
  log.advanceStart(Math.max(start, log.logStartOffset));
  dropTailBelow(log, start);
  log.context.ports.logger.info("Old segments are removed.", {
    topic: log.topic,
    partition: log.partition,
    segments: count,
    logStartOffset: log.logStartOffset,
  });
  discardSegments(log, removed);
  guardDisk(log, () => {
    for (const segment of removed) log.snapshots.remove(segment.baseOffset);
  });
}

/** The name of the segment that will be the first must be durable, or nothing would tell where the log goes on. */
class RemovalAfterSync implements DiskCompletion {
  private readonly log: Log;
  private readonly next: Segment;

  constructor(log: Log, next: Segment) {
    this.log = log;
    this.next = next;
  }

  onDiskDone(error: DiskError | null): void {
    if (this.log.failure !== null) return;
    if (error !== null) {
      this.log.fail(error, true);
      return;
    }
    this.next.nameDirty = false;
    removeSegments(this.log);
  }
}

/** Entries in memory of segments that are gone must not be served, or written. */
export function dropTailBelow(log: Log, offset: number): void {
  while (log.tail.length > 0 && log.tail.at(0).endOffset <= offset && log.tail.at(0).isWritten) {
    log.tail.at(0).isDropped = true;
    log.tail.dropFirst();
  }
}

/** Segments that left the log are not read or written any more; their files are still there. */
export function retireSegments(segments: readonly Segment[]): void {
  for (const segment of segments) {
    segment.isRemoved = true;
    segment.closeFile();
  }
}

/** Renames the files of segments that left the log, and removes them after `file.delete.delay.ms`. */
export function discardSegments(log: Log, segments: readonly Segment[]): void {
  const paths: string[] = [];
  guardDisk(log, () => {
    for (const segment of segments) {
      segment.isRemoved = true;
      segment.closeFile();
      paths.push(...segment.removeFiles(DELETED_FILE_SUFFIX));
    }
  });
  if (paths.length > 0) {
    const removal = new DelayedRemoval(log.context, log.directory, paths);
    log.context.ports.timers.schedule(log.config.fileDeleteDelayMs, removal);
  }
}

/** Large files are removed in the background: they move into a directory of their own, which is then removed. */
class DelayedRemoval implements TimerTask, DiskCompletion {
  private readonly context: LogContext;
  private readonly directory: string;
  private readonly paths: readonly string[];

  constructor(context: LogContext, directory: string, paths: readonly string[]) {
    this.context = context;
    this.directory = directory;
    this.paths = paths;
  }

  onTimer(): void {
    const { disk } = this.context.ports;
    const first = this.paths[0];
    // The log itself may have been renamed or removed meanwhile; then its directory's removal takes the files along.
    if (!disk.exists(this.directory)) return;
    const bin = `${first}.d`;
    try {
      disk.makeDirectory(bin);
      for (const path of this.paths) {
        if (disk.exists(path)) disk.rename(path, `${bin}/${path.slice(path.lastIndexOf("/") + 1)}`);
      }
      disk.removeTree(bin, this);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.onDiskDone(error);
    }
  }

  onDiskDone(error: DiskError | null): void {
    if (error === null) return;
    this.context.ports.logger.warn("Files of removed segments could not be deleted; the next start will try again.", {
      path: this.paths[0],
      error: error.message,
    });
  }
}
