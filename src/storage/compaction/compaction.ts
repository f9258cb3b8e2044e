import type { DiskCompletion, DiskError, DiskFile, Timer, TimerTask } from "../../ports/index.js";
import {
  baseOffset,
  batchBytes,
  isControl,
  lastOffset,
  producerEpoch,
  producerId,
} from "../../protocol/records/batch.js";
import { RecordCursor } from "../../protocol/records/cursor.js";
import { CLEANED_FILE_SUFFIX } from "../file-names.js";
import { guardDisk, type Log } from "../log.js";
import { Segment } from "../segment.js";
import type { IndexedTransaction } from "../transaction-index.js";
import { BatchFilter, wholeBatch } from "./batch-filter.js";
import { CleanedTransactions } from "./cleaned-transactions.js";
import { type CleaningPlan, groupSegments } from "./cleaning-plan.js";
import { OffsetMap } from "./offset-map.js";
import { SegmentSwap, type SwapOwner } from "./segment-swap.js";
import { SegmentWalk, type WalkVisitor } from "./segment-walk.js";

export interface CompactionOwner {
  /** In a turn of its own. `error`: why the log cannot be cleaned at all, null where it was, or something came in between. */
  onCompacted(log: Log, error: string | null): void;
}

/** What one cleaning did. */
export interface CompactionResult {
  bytesBefore: number;
  bytesAfter: number;
  segmentsBefore: number;
  segmentsAfter: number;
}

/**
 * One cleaning of one log: the keys of its dirty part are read, then group after group of segments is written anew without the records that
 * later ones replace, and swapped in. A truncation, or the log's end, aborts it; what was swapped in stays.
 */
export class Compaction implements WalkVisitor, SwapOwner, DiskCompletion, TimerTask {
  readonly log: Log;
  readonly result: CompactionResult;
  /** All of the plan was done. */
  isComplete: boolean;
  private readonly owner: CompactionOwner;
  private readonly plan: CleaningPlan;
  private readonly map: OffsetMap;
  private readonly walk: SegmentWalk;
  private readonly cursor: RecordCursor;
  private readonly filter: BatchFilter;
  private readonly settings: { map: OffsetMap; mapEnd: number; nowMs: number; deleteRetentionMs: number };
  /** The last batch of each producer, which a rebuilt state of the producers needs. */
  private readonly lastOfProducers: Map<number, { readonly offset: number; readonly epoch: number }>;
  private phase: "keys" | "records" | "files" | "swap" | "done";
  private transactions: CleanedTransactions;
  private queue: Segment[];
  private groups: Segment[][];
  private group: Segment[];
  private cleaned: Segment | null;
  private hasChanged: boolean;
  private pieces: Uint8Array[];
  private pieceBytes: number;
  private files: DiskFile[];
  private swap: SegmentSwap | null;
  private timer: Timer | null;
  private isWaiting: boolean;
  private isAborted: boolean;

  constructor(log: Log, plan: CleaningPlan, owner: CompactionOwner) {
    const { ports, config } = log.context;
    const nowMs = ports.clock.wallMs();
    this.log = log;
    this.plan = plan;
    this.owner = owner;
    this.isComplete = false;
    this.result = { bytesBefore: 0, bytesAfter: 0, segmentsBefore: 0, segmentsAfter: 0 };
    this.map = new OffsetMap(ports.random, config.cleaner.keyBytes);
    this.walk = new SegmentWalk(log.context, this, log.segmentList[0], config.cleaner.bufferBytes);
    this.cursor = new RecordCursor(ports.compression);
    const { deleteRetentionMs } = log.config;
    this.settings = { map: this.map, mapEnd: plan.end, nowMs, deleteRetentionMs };
    this.filter = new BatchFilter(ports, this.settings, this.cursor);
    this.lastOfProducers = new Map();
    for (const entry of log.producers.producers()) {
      this.lastOfProducers.set(entry.producerId, { offset: entry.lastOffset, epoch: entry.epoch });
    }
    this.phase = "keys";
    this.transactions = new CleanedTransactions([]);
    this.queue = [];
    this.groups = [];
    this.group = [];
    this.cleaned = null;
    this.hasChanged = false;
    this.pieces = [];
    this.pieceBytes = 0;
    this.files = [];
    this.swap = null;
    this.timer = null;
    this.isWaiting = false;
    this.isAborted = false;
  }

  start(): void {
    const { log, plan } = this;
    log.compaction = this;
    guardDisk(log, () => {
      this.transactions = new CleanedTransactions(this.abortedSince(plan.dirtyFrom));
    });
    const first = log.segmentIndexFor(plan.dirtyFrom);
    const last = log.segmentIndexFor(plan.end);
    this.queue = log.segmentList.slice(first, last).reverse();
    this.nextSegment();
  }

  /** The files of old segments are being exchanged: neither may go meanwhile. */
  get isSwapping(): boolean {
    return this.swap !== null;
  }

  /** Of those whose marker is not below `from`; the marker may lie beyond what is cleaned. */
  private abortedSince(from: number): IndexedTransaction[] {
    const found: IndexedTransaction[] = [];
    for (let i = this.log.segmentIndexFor(from); i < this.log.segmentList.length; i++) {
      for (const transaction of this.log.segmentList[i].transactionIndex.transactions()) {
        if (transaction.lastOffset >= from) found.push(transaction);
      }
    }
    return found;
  }

  /** The log was cut, or ended: nothing is swapped in any more. A swap that went too far for that is brought to its end. */
  abort(): void {
    if (this.phase === "done") return;
    if (this.swap?.isIrrevocable === true && this.log.failure === null) {
      this.isAborted = true;
      return;
    }
    this.swap?.cancel();
    this.timer?.cancel();
    this.discard();
    this.end(null);
  }

  /** Lets go of what was written for the group under way, and removes it, unless the log is no more. */
  private discard(): void {
    for (const file of this.files.splice(0)) file.close();
    const { cleaned, log } = this;
    this.cleaned = null;
    if (cleaned === null) return;
    cleaned.closeFile();
    if (log.failure !== null) return;
    guardDisk(log, () => {
      for (const path of cleaned.paths()) log.context.ports.disk.remove(path);
    });
  }

  private end(error: string | null): void {
    const { log } = this;
    this.phase = "done";
    if (log.compaction === this) log.compaction = null;
    log.context.ports.timers.schedule(0, { onTimer: () => this.owner.onCompacted(log, error) });
  }

  private fail(error: string): void {
    this.discard();
    this.end(error);
  }

  // ---- The walk

  private nextSegment(): void {
    if (this.isOver) return;
    const next = this.queue.pop();
    if (next !== undefined) this.walk.begin(next);
    else if (this.phase === "keys") this.beginRecords();
    else this.finishFiles();
  }

  private get isOver(): boolean {
    return this.phase === "done" || this.log.failure !== null;
  }

  onBatch(bytes: Uint8Array, at: number): boolean {
    if (this.isOver) return false;
    return this.phase === "keys" ? this.noteKeys(bytes, at) : this.sift(bytes, at);
  }

  private noteKeys(bytes: Uint8Array, at: number): boolean {
    const { plan, map, cursor } = this;
    if (lastOffset(bytes, at) < plan.dirtyFrom) return true;
    if (this.transactions.onBatch(bytes, at, cursor, null) || isControl(bytes, at)) return true;
    cursor.reset(bytes, at);
    while (cursor.next()) {
      if (cursor.keyLength < 0 || cursor.offset < plan.dirtyFrom) continue;
      if (map.isFull) return this.stopAtFullMap(baseOffset(bytes, at));
      map.put(cursor.bytes, cursor.keyAt, cursor.keyLength, cursor.offset);
    }
    if (cursor.flaw === null) return true;
    this.fail(`the batch at offset ${baseOffset(bytes, at)} cannot be read: ${cursor.flaw}`);
    return false;
  }

  /** What was noted of the batch that does not fit is true all the same; only, it is not all. */
  private stopAtFullMap(offset: number): boolean {
    if (offset <= this.plan.dirtyFrom) {
      this.fail("log.cleaner.dedupe.buffer.size is too small for the keys of one batch");
      return false;
    }
    this.settings.mapEnd = offset;
    this.queue = [];
    this.beginRecords();
    return false;
  }

  private sift(bytes: Uint8Array, at: number): boolean {
    const cleaned = this.cleaned as Segment;
    const isDiscardable = this.transactions.onBatch(bytes, at, this.cursor, cleaned.transactionIndex);
    const remains = this.filter.apply(bytes, at, isDiscardable, this.keepsEmpty(bytes, at));
    if (this.filter.flaw !== null) {
      this.fail(`the batch at offset ${baseOffset(bytes, at)} cannot be read: ${this.filter.flaw}`);
      return false;
    }
    if (remains !== "all") this.hasChanged = true;
    if (remains === "nothing") return true;
    const batch = remains === "all" ? wholeBatch(bytes, at) : this.filter.result;
    cleaned.append(batch, 0, this.log.config);
    this.pieces.push(batch);
    this.pieceBytes += batchBytes(batch, 0);
    return true;
  }

  /** The last batch of a producer, for its sequence; and the last of the cleaning, so that followers get past it. */
  private keepsEmpty(bytes: Uint8Array, at: number): boolean {
    const last = lastOffset(bytes, at);
    if (last + 1 === this.settings.mapEnd) return true;
    const id = producerId(bytes, at);
    const known = id < 0 ? undefined : this.lastOfProducers.get(id);
    if (known === undefined) return false;
    return known.offset >= 0 ? known.offset === last : isControl(bytes, at) && producerEpoch(bytes, at) === known.epoch;
  }

  onPiece(bytesRead: number): void {
    if (this.isOver) return;
    if (this.pieces.length === 0) {
      this.paced(bytesRead);
      return;
    }
    const cleaned = this.cleaned as Segment;
    const { pieces } = this;
    this.pieces = [];
    guardDisk(this.log, () => cleaned.file.open(true).write(cleaned.writtenBytes, pieces, this));
  }

  /** Goes on, later where there is a limit on bytes per second. */
  private paced(bytes: number): void {
    const { config, ports } = this.log.context;
    const waitMs = Math.ceil((bytes * 1000) / config.cleaner.bytesPerSecond);
    if (waitMs <= 1) this.walk.resume();
    else this.timer = ports.timers.schedule(waitMs, this);
  }

  onTimer(): void {
    this.timer = null;
    if (!this.isOver) this.walk.resume();
  }

  onSegmentEnd(): void {
    // Not within the call that asked for it: a row of empty segments would grow the stack.
    this.log.context.ports.timers.schedule(0, { onTimer: () => this.nextSegment() });
  }

  onBadBytes(_segment: Segment, detail: string): void {
    if (this.isOver) return;
    const { log } = this;
    this.fail(detail);
    log.markDamaged({ offset: this.plan.dirtyFrom, reason: "bad bytes", expectedEnd: log.flushedOffset, detail });
  }

  onSegmentGone(): void {
    this.abort();
  }

  onWalkFailed(error: DiskError): void {
    if (!this.isOver) this.log.fail(error, false);
  }

  // ---- The cleaned segment

  private beginRecords(): void {
    const { log } = this;
    this.phase = "records";
    const isRead = guardDisk(log, () => {
      this.groups = groupSegments(log, this.settings.mapEnd).reverse();
      this.transactions = new CleanedTransactions(this.abortedSince(0));
    });
    if (isRead) this.nextGroup();
  }

  private nextGroup(): void {
    if (this.isOver) return;
    const group = this.groups.pop();
    if (group === undefined) {
      this.log.cleanedOffset = this.settings.mapEnd;
      this.isComplete = true;
      this.end(null);
      return;
    }
    const { log } = this;
    const { context } = log;
    this.phase = "records";
    this.group = group;
    this.hasChanged = group.length > 1;
    const cleaned = new Segment(context.files, log.directory, group[0].baseOffset, log.config, group[0].createdMs, 0);
    cleaned.setSuffix(CLEANED_FILE_SUFFIX);
    this.cleaned = cleaned;
    const isReady = guardDisk(log, () => {
      for (const path of cleaned.paths()) context.ports.disk.remove(path);
      cleaned.file.open(true);
    });
    if (!isReady) return;
    this.queue = [...group].reverse();
    this.nextSegment();
  }

  /** A write is done, or the sync of one file. */
  onDiskDone(error: DiskError | null): void {
    if (this.isWaiting) {
      this.isWaiting = false;
      for (const file of this.files.splice(0, 1)) file.close();
    }
    if (this.isOver) return;
    if (error !== null) {
      this.log.fail(error, this.phase === "files");
      return;
    }
    if (this.phase === "files") {
      this.syncNext();
      return;
    }
    const cleaned = this.cleaned as Segment;
    cleaned.writtenBytes += this.pieceBytes;
    const { pieceBytes } = this;
    this.pieceBytes = 0;
    this.paced(pieceBytes * 2);
  }

  private finishFiles(): void {
    const cleaned = this.cleaned as Segment;
    const { log, group, result } = this;
    let before = 0;
    for (const segment of group) before += segment.size;
    result.bytesBefore += before;
    result.bytesAfter += cleaned.size;
    result.segmentsBefore += group.length;
    result.segmentsAfter++;
    if (!this.hasChanged) {
      this.discard();
      this.nextGroup();
      return;
    }
    this.phase = "files";
    const { disk } = log.context.ports;
    const isSaved = guardDisk(log, () => {
      cleaned.completeTimeIndex();
      cleaned.offsetIndex.save();
      cleaned.timeIndex.save();
      // Also where it is empty: a start can tell then that the swap has all of its files.
      cleaned.transactionIndex.save();
      this.files = cleaned.paths().map((path) => disk.open(path, false));
    });
    if (isSaved) this.syncNext();
  }

  private syncNext(): void {
    const file = this.files[0];
    if (file === undefined) {
      this.beginSwap();
      return;
    }
    this.isWaiting = true;
    file.sync(this);
  }

  private beginSwap(): void {
    const { log } = this;
    const cleaned = this.cleaned as Segment;
    this.phase = "swap";
    cleaned.modifiedMs = this.group[this.group.length - 1].modifiedMs;
    this.swap = new SegmentSwap(log, this.group, cleaned, this);
    this.swap.start();
  }

  /** Of the swap: it is done. */
  onSwapped(): void {
    this.swap = null;
    this.cleaned = null;
    if (this.isAborted) this.end(null);
    else this.nextGroup();
  }
}
