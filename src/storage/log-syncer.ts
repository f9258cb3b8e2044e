import { assert } from "../base/assert.js";
import { type DiskCompletion, DiskError, type DiskFile } from "../ports/index.js";
import { guardDisk, type Log } from "./log.js";
import type { LogContext } from "./log-context.js";
import type { Segment } from "./segment.js";

/**
 * Makes what a log wrote durable: one sync at a time serves all that waits for it (group commit). A segment that was
 * rolled gets its indexes and the producer snapshot at its end synced too, and a new file its directory, before
 * `flushedOffset` passes it.
 */
export class LogSyncer implements DiskCompletion {
  private readonly log: Log;
  private readonly context: LogContext;
  /** Sync up to here, exclusive. */
  private wanted: number;
  /** What the sync under way will have made durable. */
  private target: number;
  private segment: Segment | null;
  /** What is left to sync for the segment. */
  private steps: SyncStep[];
  private extraFile: DiskFile | null;

  constructor(log: Log, context: LogContext) {
    this.log = log;
    this.context = context;
    this.wanted = 0;
    this.target = 0;
    this.segment = null;
    this.steps = [];
    this.extraFile = null;
  }

  get isIdle(): boolean {
    return this.segment === null;
  }

  request(offset: number): void {
    if (offset > this.wanted) this.wanted = offset;
    if (this.segment === null) this.start();
  }

  onTruncated(end: number): void {
    if (this.wanted > end) this.wanted = end;
    if (this.target > end) this.target = end;
  }

  private start(): void {
    const log = this.log;
    if (log.failure !== null) return;
    const goal = Math.min(this.wanted, log.logEndOffset);
    const segments = log.segmentList;
    const last = segments.length - 1;
    const first = this.firstUnsynced();
    const isComplete = first === last && !(log.isClosing && segments[last].indexesDirty);
    if (log.flushedOffset >= goal && isComplete) return;
    for (let i = Math.min(first, log.segmentIndexFor(log.flushedOffset)); i < segments.length; i++) {
      const segment = segments[i];
      const isActive = i === segments.length - 1;
      const end = isActive ? log.logEndOffset : Math.min(log.logEndOffset, segments[i + 1].baseOffset);
      let steps: SyncStep[] = [];
      const endOfFiles = isActive ? this.endToComplete() : segments[i + 1].baseOffset;
      const isSaved = guardDisk(log, () => {
        steps = this.stepsFor(segment, endOfFiles);
      });
      if (!isSaved) return;
      if (steps.length > 0) {
        this.segment = segment;
        this.target = end;
        this.steps = steps;
        // What changes from now on is dirty again.
        segment.dirty = false;
        if (steps[steps.length - 1].kind === "names") segment.indexesDirty = false;
        this.next();
        return;
      }
      log.setFlushed(end);
      if (end >= goal && i >= first) break;
    }
    log.notifyFlushed();
  }

  /** The first segment that was rolled and is not synced with its indexes, or the active one. */
  private firstUnsynced(): number {
    const segments = this.log.segmentList;
    let first = segments.length - 1;
    while (first > 0) {
      const before = segments[first - 1];
      if (!before.indexesDirty && !before.dirty && before !== this.segment) break;
      first--;
    }
    return first;
  }

  /** Below this the files of the log are durable, if its records are. */
  get syncedSegmentsEnd(): number {
    const first = this.firstUnsynced();
    return first === this.log.segmentList.length - 1 ? Number.MAX_SAFE_INTEGER : this.log.segmentList[first].baseOffset;
  }

  /** The active segment's indexes are synced only when the log is closed. */
  private endToComplete(): number {
    const { log } = this;
    return log.isClosing && log.logEndOffset === log.appendEndOffset ? log.appendEndOffset : -1;
  }

  private stepsFor(segment: Segment, endOffset: number): SyncStep[] {
    const steps: SyncStep[] = [];
    if (segment.dirty) steps.push({ kind: "data", path: segment.path });
    // The first write makes the file.
    if (segment.nameDirty && segment.writtenBytes > 0) steps.push({ kind: "directory", path: this.log.directory });
    if (endOffset >= 0 && segment.indexesDirty && this.log.truncationsUnderWay.length === 0) {
      segment.saveIndexes();
      steps.push({ kind: "file", path: segment.offsetIndex.path }, { kind: "file", path: segment.timeIndex.path });
      if (segment.transactionIndex.count > 0) steps.push({ kind: "file", path: segment.transactionIndex.path });
      for (const path of this.log.snapshots.pathsOf(endOffset)) steps.push({ kind: "file", path });
      steps.push({ kind: "names", path: this.log.directory });
    }
    return steps;
  }

  private next(): void {
    const segment = this.segment as Segment;
    const step = this.steps[0];
    try {
      if (step.kind === "data") {
        segment.file.open(false).sync(this);
      } else if (step.kind === "directory" || step.kind === "names") {
        this.context.ports.disk.syncDirectory(step.path, this);
      } else {
        this.extraFile = this.context.ports.disk.open(step.path, false);
        this.extraFile.sync(this);
      }
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      // A truncation may have removed a snapshot meanwhile.
      this.stepDone(step.kind === "file" && error.code === "ENOENT" ? null : error);
    }
  }

  onDiskDone(error: DiskError | null): void {
    if (this.extraFile !== null) {
      this.extraFile.close();
      this.extraFile = null;
    }
    this.stepDone(error);
  }

  private stepDone(error: DiskError | null): void {
    const segment = this.segment as Segment;
    assert(this.steps.length > 0, "a sync that completes was under way");
    const step = this.steps.shift() as SyncStep;
    if (this.log.failure !== null) {
      this.segment = null;
      return;
    }
    if (error !== null && !segment.isRemoved) {
      this.segment = null;
      this.log.fail(error, true);
      return;
    }
    if (step.kind === "directory") segment.nameDirty = false;
    if (this.steps.length > 0 && !segment.isRemoved) {
      this.next();
      return;
    }
    this.segment = null;
    this.steps = [];
    this.log.setFlushed(this.target);
    this.log.notifyFlushed();
    if (this.segment === null) this.start();
  }
}

interface SyncStep {
  readonly kind: "data" | "directory" | "file" | "names";
  readonly path: string;
}
