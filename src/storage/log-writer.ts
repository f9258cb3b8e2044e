import { type DiskCompletion, DiskError, type TurnTask } from "../ports/index.js";
import { TRUNCATION_FILE } from "./file-names.js";
import type { Log } from "./log.js";
import type { LogContext } from "./log-context.js";
import type { TailEntry } from "./memory-tail.js";
import type { Segment } from "./segment.js";

/** Bounds of one gathered write: the operating system takes 1024 pieces. */
const MAX_CHUNKS = 1024;
const MAX_WRITE_BYTES = 8388608;

/**
 * Writes what a log appended: once per turn all that waits, one write under way at a time, in order. Order within a log is
 * what makes `logEndOffset` mean something.
 */
export class LogWriter implements TurnTask, DiskCompletion {
  private readonly log: Log;
  private readonly context: LogContext;
  private waiting: TailEntry[];
  private underWay: TailEntry[];
  private underWayBytes: number;
  private segment: Segment | null;
  private isScheduled: boolean;
  /** While above 0 nothing is written: the directory's own files come first. */
  private holds: number;
  /** Called once the write under way is done. */
  private idleTasks: (() => void)[];

  constructor(log: Log, context: LogContext) {
    this.log = log;
    this.context = context;
    this.waiting = [];
    this.underWay = [];
    this.underWayBytes = 0;
    this.segment = null;
    this.isScheduled = false;
    this.holds = 0;
    this.idleTasks = [];
  }

  get isIdle(): boolean {
    return this.waiting.length === 0 && this.segment === null;
  }

  get isHeld(): boolean {
    return this.holds > 0;
  }

  /** The segment that a write is under way to, or null. */
  get busySegment(): Segment | null {
    return this.segment;
  }

  /** Calls `task` when no write is under way: now, or when the present one is done. Not after a failure. */
  whenIdle(task: () => void): void {
    if (this.segment === null) task();
    else this.idleTasks.push(task);
  }

  hold(): void {
    this.holds++;
  }

  release(): void {
    this.holds--;
    this.schedule();
  }

  add(entry: TailEntry): void {
    this.waiting.push(entry);
    this.schedule();
  }

  /** Forgets what waits and was dropped from the log's tail. */
  removeDropped(): void {
    this.waiting = this.waiting.filter((entry) => !entry.isDropped);
  }

  private schedule(): void {
    if (this.isScheduled || this.segment !== null || this.holds > 0 || this.waiting.length === 0) return;
    this.isScheduled = true;
    this.context.ports.loop.atTurnEnd(this);
  }

  onTurnEnd(): void {
    this.isScheduled = false;
    if (this.segment !== null || this.holds > 0 || this.waiting.length === 0 || this.log.failure !== null) return;
    const segment = this.waiting[0].segment;
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    let count = 0;
    while (count < this.waiting.length && count < MAX_CHUNKS && bytes < MAX_WRITE_BYTES) {
      const entry = this.waiting[count];
      if (entry.segment !== segment) break;
      chunks.push(entry.bytes);
      bytes += entry.bytes.length;
      count++;
    }
    if (count === this.waiting.length) {
      this.underWay = this.waiting;
      this.waiting = [];
    } else {
      this.underWay = this.waiting.splice(0, count);
    }
    this.segment = segment;
    this.underWayBytes = bytes;
    try {
      segment.cutExcess();
      segment.file.open(true).write(segment.writtenBytes, chunks, this);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.failed(error);
    }
  }

  onDiskDone(error: DiskError | null): void {
    const segment = this.segment as Segment;
    if (error !== null) {
      this.failed(error);
      return;
    }
    this.segment = null;
    const entries = this.underWay;
    this.underWay = [];
    let end = -1;
    for (const entry of entries) {
      if (!entry.isDropped) end = entry.endOffset;
      this.context.tail.onWritten(entry);
    }
    if (this.log.failure !== null) return;
    if (!segment.isRemoved) {
      segment.writtenBytes += this.underWayBytes;
      segment.dirty = true;
      segment.modifiedMs = this.context.ports.clock.wallMs();
      if (segment.cutTo >= 0) this.cut(segment);
    }
    if (this.idleTasks.length > 0) {
      const tasks = this.idleTasks;
      this.idleTasks = [];
      for (const task of tasks) task();
    }
    this.schedule();
    if (end >= 0) this.log.onWritten(end);
  }

  /** A truncation that had to wait for the write; the file itself is cut by what the truncation does next. */
  private cut(segment: Segment): void {
    if (segment.writtenBytes > segment.cutTo) {
      segment.writtenBytes = segment.cutTo;
      segment.excessBytes = true;
    }
    segment.cutTo = -1;
  }

  /** What part of a failed write reached the file is unknown: cut it back, and stop. */
  private failed(error: DiskError): void {
    const segment = this.segment as Segment;
    this.segment = null;
    for (const entry of this.underWay) this.context.tail.onWritten(entry);
    this.underWay = [];
    if (!segment.isRemoved) {
      try {
        const marker = `${this.log.directory}/${TRUNCATION_FILE}`;
        this.context.ports.disk.open(marker, true).close();
        segment.file.open(false).truncate(Math.min(segment.writtenBytes, segment.size));
      } catch (second) {
        if (!(second instanceof DiskError)) throw second;
        this.context.ports.logger.warn("A failed write could not be cut back; recovery will do it.", {
          path: segment.path,
          error: second.message,
        });
      }
    }
    this.log.fail(error, false);
  }

  /** The log failed: nothing that waits will be written. */
  abandon(): void {
    for (const entry of this.waiting) this.context.tail.onWritten(entry);
    this.waiting = [];
  }
}
