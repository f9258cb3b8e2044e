import { assert } from "../base/assert.js";
import type { Uuid } from "../base/uuid.js";
import { DiskError, type TurnTask } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import {
  baseOffset,
  batchBytes,
  batchFlaw,
  computeCrc,
  crc,
  lastOffset,
  maxTimestamp,
  partitionLeaderEpoch,
  producerId,
  recordCount,
  setBaseOffset,
  setPartitionLeaderEpoch,
} from "../protocol/records/batch.js";
import { AppendResult } from "./append-result.js";
import { asciiBytes } from "./checkpoint-file.js";
import { DAMAGE_FILE } from "./file-names.js";
import { LeaderEpochs } from "./leader-epochs.js";
import type { LogConfig } from "./log-config.js";
import type { LogContext, LogIdentity } from "./log-context.js";
import { offsetForTimestamp, offsetOfMaxTimestamp } from "./log-lookup.js";
import type { AbortedTransaction, LogRead, OffsetLookup } from "./log-read.js";
import { readLog } from "./log-reader.js";
import { LogSyncer } from "./log-syncer.js";
import { type Truncation, truncateFully, truncateLog } from "./log-truncation.js";
import { LogWriter } from "./log-writer.js";
import { LogTail, TailEntry } from "./memory-tail.js";
import { ProducerSnapshots } from "./producer-snapshots.js";
import { ProducerState } from "./producer-state.js";
import { Segment } from "./segment.js";
import { removeSegments, rollLog } from "./segment-lifecycle.js";

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

/** A cleaning of the log, as the rest of the log sees it. */
export interface RunningCompaction {
  /** The files of segments are being exchanged. */
  readonly isSwapping: boolean;
  /** Ends it, unless an exchange has gone too far for that. */
  abort(): void;
}

/** Where a log lost bytes that must have been there. */
export interface LogDamage {
  /** First offset that cannot be trusted. */
  readonly offset: number;
  readonly reason: "bad bytes" | "missing bytes";
  /** End of what was durable once: a restart finds the damage again by it. */
  readonly expectedEnd: number;
  readonly detail: string;
}

/** What loading found. `truncatedBytes` of an unsynced torn tail were cut. */
export interface LogRecovery {
  readonly clean: boolean;
  readonly truncatedBytes: number;
  readonly truncatedFrom: number;
  /** Something was cut, now or when the last run ended, and may not be durably so: to be synced before anything is written. */
  readonly needsSync: boolean;
}

export interface SegmentInfo {
  readonly baseOffset: number;
  readonly bytes: number;
  readonly path: string;
}

/**
 * The log of one partition. Offsets, in order: `logStartOffset` ≤ `lastStableOffset` ≤ `highWatermark` ≤ `appendEndOffset`;
 * `flushedOffset` ≤ `logEndOffset` ≤ `appendEndOffset`. What is appended is readable at once, from memory; it is written at
 * the end of the turn. After `failure` was set nothing is appended or read any more.
 */
export class Log implements TurnTask {
  readonly topic: string;
  readonly partition: number;
  topicId: Uuid;
  /** The log directory of the broker that it lies in, and that directory's id. */
  readonly parentDirectory: string;
  readonly directoryId: Uuid;
  readonly directory: string;
  config: LogConfig;
  listener: LogListener | null;
  readonly epochs: LeaderEpochs;
  readonly producers: ProducerState;
  readonly snapshots: ProducerSnapshots;
  recovery: LogRecovery;
  /** Set at load or when a read met bad bytes; `clearDamage` once the log was refetched. */
  damage: LogDamage | null;
  /** Set once a write failed or the directory went offline. */
  failure: DiskError | null;
  /** Every write is followed by a sync that it shares with others. */
  flushAfterWrite: boolean;

  logStartOffset: number;
  /** End of what was appended, in memory. */
  appendEndOffset: number;
  /** End of what was written. */
  logEndOffset: number;
  /** End of what was synced. */
  flushedOffset: number;
  highWatermark: number;

  /** Of this room: the segments by base offset, at least one, the last is appended to. */
  segmentList: Segment[];
  readonly tail: LogTail;
  readonly writer: LogWriter;
  readonly syncer: LogSyncer;
  readonly context: LogContext;
  /** Counts truncations: a read that was under way meanwhile starts over. */
  truncations: number;
  /** Those that have not reached the disk yet; meanwhile nothing is written to the log's files. */
  readonly truncationsUnderWay: Truncation[];
  /** Where the next sequential read starts, so that it need not look. */
  readHintOffset: number;
  readHintPosition: number;
  readHintSegment: Segment | null;
  /** What was last written to the files that make a restart quick (`appendEndOffset` then); −1 nothing. */
  checkpointedOffset: number;
  /** What the checkpoint files may say: set by the manager's checkpointer. */
  recoveryPoint: number;
  writtenPoint: number;
  /** The epochs' checkpoint file has all epochs of batches below. */
  epochsSavedOffset: number;
  /** Since when written data waits for a sync, by the monotonic clock; −1 none. */
  unflushedSinceMs: number;
  isClosing: boolean;
  /** Below it no key is there twice: what is above is dirty. Of a compacted topic. */
  cleanedOffset: number;
  /** The cleaning under way. */
  compaction: RunningCompaction | null;
  private readonly result: AppendResult;
  private flushes: { readonly target: number; readonly completion: LogCompletion }[];
  private isNotifying: boolean;

  constructor(context: LogContext, identity: LogIdentity, config: LogConfig) {
    this.topic = identity.topic;
    this.partition = identity.partition;
    this.topicId = identity.topicId;
    this.parentDirectory = identity.parentDirectory;
    this.directoryId = identity.directoryId;
    this.directory = identity.directory;
    this.config = config;
    this.listener = null;
    this.epochs = new LeaderEpochs();
    this.producers = new ProducerState();
    this.snapshots = new ProducerSnapshots(context.ports, identity.directory, context.config.producerIdExpirationMs);
    this.recovery = { clean: true, truncatedBytes: 0, truncatedFrom: -1, needsSync: false };
    this.damage = null;
    this.failure = null;
    this.flushAfterWrite = context.flushAfterWrite;
    this.logStartOffset = 0;
    this.appendEndOffset = 0;
    this.logEndOffset = 0;
    this.flushedOffset = 0;
    this.highWatermark = 0;
    this.segmentList = [];
    this.tail = new LogTail();
    this.writer = new LogWriter(this, context);
    this.syncer = new LogSyncer(this, context);
    this.context = context;
    this.truncations = 0;
    this.truncationsUnderWay = [];
    this.readHintOffset = -1;
    this.readHintPosition = 0;
    this.readHintSegment = null;
    this.checkpointedOffset = -1;
    this.recoveryPoint = 0;
    this.writtenPoint = 0;
    this.epochsSavedOffset = 0;
    this.unflushedSinceMs = -1;
    this.isClosing = false;
    this.cleanedOffset = 0;
    this.compaction = null;
    this.result = new AppendResult();
    this.flushes = [];
    this.isNotifying = false;
  }

  get activeSegment(): Segment {
    return this.segmentList[this.segmentList.length - 1];
  }

  /** min(first offset of a transaction that is open or whose marker is not replicated, high watermark). */
  get lastStableOffset(): number {
    const first = this.producers.firstUnstableOffset;
    return first >= 0 && first < this.highWatermark ? Math.max(first, this.logStartOffset) : this.highWatermark;
  }

  get sizeInBytes(): number {
    let bytes = 0;
    for (const segment of this.segmentList) bytes += segment.size;
    return bytes;
  }

  /** Epoch of the last batch or election noted, −1 when there is none. */
  get latestEpoch(): number {
    return this.epochs.latestEpoch;
  }

  setHighWatermark(offset: number): void {
    assert(offset <= this.appendEndOffset, "the high watermark is within the log");
    this.highWatermark = offset;
    this.producers.onHighWatermark(offset);
  }

  /** At election of this broker: the epoch starts at the append end, before anything is appended in it. */
  startEpoch(epoch: number): void {
    this.epochs.assign(epoch, this.appendEndOffset);
  }

  /**
   * Appends what a producer or coordinator sent. Offsets, epoch and timestamps are written into `records`, which belong to
   * the log from now on. The raft leader's batches may be several; the others are one.
   */
  appendAsLeader(
    records: Uint8Array,
    leaderEpoch: number,
    origin: AppendOrigin = "client",
    requestVersion = 12,
    transactionVersion = 0,
  ): AppendResult {
    const result = this.result;
    result.reset(this.logStartOffset);
    if (this.failure !== null) return result.fail(ErrorCode.KAFKA_STORAGE_ERROR, "The log's directory is offline.");
    if (origin === "raft") return this.appendPrepared(records, leaderEpoch);
    const { validator, ports, cursor, events } = this.context;
    const isClient = origin === "client";
    const now = ports.clock.wallMs();
    if (!validator.validate(records, this.config, this.appendEndOffset, leaderEpoch, now, isClient, requestVersion)) {
      result.recordErrors = validator.recordErrors;
      return result.fail(validator.error, validator.message);
    }
    const batch = validator.bytes;
    if (isClient && events?.active) {
      const { topic, partition } = this;
      const detail = { records: validator.recordCount, bytes: batch.length };
      events.emit({ kind: "validated", topic, partition, epoch: leaderEpoch, offset: this.appendEndOffset, detail });
    }
    if (batch.length > this.config.segmentBytes) {
      return result.fail(ErrorCode.RECORD_LIST_TOO_LARGE, "The batch is larger than segment.bytes allows.");
    }
    // All that a producer sent may lie below the start, so that a replica never saw it.
    if (this.logStartOffset > 0) this.producers.hasForgotten = true;
    const refusal = this.producers.check(batch, 0, isClient, cursor, transactionVersion);
    if (refusal !== 0) return result.fail(refusal, this.producers.message);
    const duplicate = this.producers.duplicate;
    if (duplicate !== null) {
      result.isDuplicate = true;
      result.firstOffset = duplicate.lastOffset - duplicate.offsetDelta;
      result.lastOffset = duplicate.lastOffset;
      result.logAppendTime = duplicate.timestamp;
      this.producers.duplicate = null;
      return result;
    }
    result.firstOffset = this.appendEndOffset;
    result.logAppendTime = validator.logAppendTime;
    result.recordCount = validator.recordCount;
    this.store(batch, validator.maxTimestamp, now);
    return result;
  }

  /** The raft leader's batches: they get the next offsets; nothing else is checked. */
  private appendPrepared(records: Uint8Array, leaderEpoch: number): AppendResult {
    const result = this.result;
    let next = this.appendEndOffset;
    let newest = -1;
    for (let at = 0; at < records.length; at += batchBytes(records, at)) {
      assert(batchFlaw(records, at, records.length) === null, "the raft leader appends whole batches");
      setBaseOffset(records, at, next);
      setPartitionLeaderEpoch(records, at, leaderEpoch);
      next = lastOffset(records, at) + 1;
      newest = Math.max(newest, maxTimestamp(records, at));
      result.recordCount += recordCount(records, at);
    }
    result.firstOffset = this.appendEndOffset;
    this.store(records, newest, this.context.ports.clock.wallMs());
    return result;
  }

  /**
   * Appends batches as the leader sent them: offsets and epochs stay. What follows the last whole batch is ignored, and so
   * is what has a later epoch than `leaderEpoch`. OFFSET_OUT_OF_RANGE: the first batch starts below the end (`firstOffset` tells
   * where); CORRUPT_MESSAGE: a batch does not match its CRC. Then nothing was appended.
   */
  appendAsFollower(records: Uint8Array, leaderEpoch = 2147483647): AppendResult {
    const result = this.result;
    result.reset(this.logStartOffset);
    if (this.failure !== null) return result.fail(ErrorCode.KAFKA_STORAGE_ERROR, "The log's directory is offline.");
    const digest = this.context.ports.digest;
    let at = 0;
    let next = this.appendEndOffset;
    let newest = -1;
    let count = 0;
    for (; at < records.length; at += batchBytes(records, at)) {
      const flaw = batchFlaw(records, at, records.length);
      if (flaw === "incomplete") break;
      if (flaw !== null) return result.fail(ErrorCode.CORRUPT_MESSAGE, `A batch has an impossible ${flaw}.`);
      if (partitionLeaderEpoch(records, at) > leaderEpoch) break;
      const first = baseOffset(records, at);
      if (first < next) {
        result.firstOffset = first;
        return result.fail(ErrorCode.OFFSET_OUT_OF_RANGE, `A batch starts at ${first}, below the end ${next}.`);
      }
      if (crc(records, at) !== computeCrc(digest, records, at)) {
        return result.fail(ErrorCode.CORRUPT_MESSAGE, `The batch at offset ${first} does not match its CRC.`);
      }
      if (at === 0) result.firstOffset = first;
      next = lastOffset(records, at) + 1;
      newest = Math.max(newest, maxTimestamp(records, at));
      count += recordCount(records, at);
    }
    if (at === 0) return result;
    result.recordCount = count;
    this.store(at === records.length ? records : records.subarray(0, at), newest, this.context.ports.clock.wallMs());
    return result;
  }

  /** Whole batches with their final offsets: into memory now, to the disk at the end of the turn. */
  private store(records: Uint8Array, newest: number, nowMs: number): void {
    const { context, config } = this;
    const bytes = context.tail.keep(records);
    const first = baseOffset(bytes, 0);
    let segment = this.activeSegment;
    const end = this.lastOffsetOf(bytes) + 1;
    if (segment.shouldRoll(config, bytes.length, end - 1, newest, nowMs)) segment = rollLog(this, nowMs, first);
    const entry = new TailEntry(this, segment, segment.size, bytes, first, end, context.tail.age);
    for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) {
      const epoch = partitionLeaderEpoch(bytes, at);
      if (epoch !== this.epochs.latestEpoch && epoch >= 0) this.epochs.assign(epoch, baseOffset(bytes, at));
      segment.append(bytes, at, config);
      if (producerId(bytes, at) >= 0) {
        const completed = this.producers.update(bytes, at, context.cursor);
        if (completed?.isAborted) {
          segment.transactionIndex.append(
            completed.producerId,
            completed.firstOffset,
            completed.lastOffset,
            completed.lastStableOffset,
          );
        }
      }
    }
    this.producers.endOffset = end;
    this.appendEndOffset = end;
    this.tail.push(entry);
    context.tail.add(entry);
    this.writer.add(entry);
    const result = this.result;
    result.lastOffset = end - 1;
    result.bytes = bytes.length;
    result.maxTimestamp = newest;
    // The roll of a segment may have failed, and with it the log: nothing of it will be written any more.
    if (this.failure !== null) result.fail(ErrorCode.KAFKA_STORAGE_ERROR, "The log's directory went offline.");
  }

  private lastOffsetOf(bytes: Uint8Array): number {
    let at = 0;
    for (;;) {
      const next = at + batchBytes(bytes, at);
      if (next >= bytes.length) return lastOffset(bytes, at);
      at = next;
    }
  }

  /** True: complete now, from memory. False: `read.onLogRead` follows in a later turn. */
  read(read: LogRead): boolean {
    return readLog(this, read);
  }

  /** The segment that `offset` belongs to by its base, the first at least. */
  segmentIndexFor(offset: number): number {
    const segments = this.segmentList;
    let low = 0;
    let high = segments.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if (segments[middle].baseOffset <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  /** Drops what is at or above `offset`. */
  truncateTo(offset: number): void {
    truncateLog(this, offset);
  }

  /** Drops everything; the log is then empty at `offset`. */
  truncateFullyAndStartAt(offset: number): void {
    truncateFully(this, offset);
  }

  /** Hides what is below `offset` (DeleteRecords, retention); segments that hold nothing else go at the next retention check. */
  advanceStart(offset: number): void {
    assert(offset <= this.appendEndOffset, "a log starts within itself");
    if (offset <= this.logStartOffset) return;
    this.logStartOffset = offset;
    this.epochs.truncateFromStart(offset);
    if (this.highWatermark < offset) this.setHighWatermark(offset);
  }

  /** Starts a new segment, unless the active one is empty. */
  roll(): void {
    if (this.activeSegment.size > 0) rollLog(this, this.context.ports.clock.wallMs(), this.appendEndOffset);
  }

  /** Removes the segments that lie below the log's start, and those that retention lets go. */
  removeOldSegments(): void {
    removeSegments(this);
  }

  /** The first record at or after a time. True: complete now. */
  offsetForTimestamp(lookup: OffsetLookup): boolean {
    return offsetForTimestamp(this, lookup);
  }

  /** The record with the greatest timestamp (ListOffsets −3). True: complete now. */
  offsetOfMaxTimestamp(lookup: OffsetLookup): boolean {
    return offsetOfMaxTimestamp(this, lookup);
  }

  /** The aborted transactions of which a read_committed reader of [from, to) must know. */
  abortedTransactions(from: number, to: number): AbortedTransaction[] {
    const found: AbortedTransaction[] = [];
    for (let i = this.segmentIndexFor(from); i < this.segmentList.length; i++) {
      if (this.segmentList[i].transactionIndex.collect(from, to, found)) break;
    }
    return found;
  }

  segments(): SegmentInfo[] {
    return this.segmentList.map((segment) => ({
      baseOffset: segment.baseOffset,
      bytes: segment.size,
      path: segment.path,
    }));
  }

  /** Syncs all that was appended so far; `completion` is called in a later turn. */
  flush(completion: LogCompletion | null = null): void {
    const target = this.appendEndOffset;
    if (completion !== null) {
      this.flushes.push({ target, completion });
      if (this.failure !== null || this.flushedOffset >= target) this.notifySoon();
    }
    this.syncer.request(target);
  }

  /** Of this room: a write completed. */
  onWritten(end: number): void {
    if (end > this.logEndOffset) this.logEndOffset = end;
    this.listener?.onLogWritten(this);
    if (this.failure !== null) return;
    this.syncer.request(this.flushAfterWrite ? this.logEndOffset : 0);
  }

  /** Of this room: what is below `offset` is durable. */
  setFlushed(offset: number): void {
    if (offset > this.flushedOffset) this.flushedOffset = Math.min(offset, this.logEndOffset);
  }

  notifyFlushed(): void {
    this.listener?.onLogFlushed(this);
    this.completeFlushes();
  }

  private notifySoon(): void {
    if (this.isNotifying) return;
    this.isNotifying = true;
    this.context.ports.loop.atTurnEnd(this);
  }

  onTurnEnd(): void {
    this.isNotifying = false;
    this.completeFlushes();
  }

  private completeFlushes(): void {
    if (this.flushes.length === 0) return;
    const done = this.flushes.filter((flush) => this.failure !== null || this.flushedOffset >= flush.target);
    if (done.length === 0) return;
    this.flushes = this.flushes.filter((flush) => this.failure === null && this.flushedOffset < flush.target);
    for (const flush of done) flush.completion.onLogDone(this, this.failure);
  }

  /** After a truncation nothing above `end` is waited for. */
  boundFlushes(end: number): void {
    if (this.flushes.length === 0) return;
    this.flushes = this.flushes.map((flush) => ({ target: Math.min(flush.target, end), completion: flush.completion }));
    this.notifySoon();
  }

  /** Of this room: the log failed, by its own operation or since its directory went offline. */
  fail(error: DiskError, duringSync: boolean): void {
    if (this.failure !== null) return;
    this.failure = error;
    this.compaction?.abort();
    this.writer.abandon();
    this.context.onLogFailed?.(this, error, duringSync);
    this.listener?.onLogFailed(this, error);
    this.notifySoon();
  }

  /** Of this room: bytes that were durable are bad. */
  markDamaged(damage: LogDamage): void {
    this.context.ports.logger.error("A log is damaged; this replica must not lead until it was refetched.", {
      topic: this.topic,
      partition: this.partition,
      offset: damage.offset,
      reason: damage.reason,
      detail: damage.detail,
    });
    if (this.damage !== null && damage.offset >= this.damage.offset) return;
    this.damage = damage;
    guardDisk(this, () => {
      const note = asciiBytes(`${damage.offset} ${damage.expectedEnd}\n`);
      this.context.ports.disk.writeFileAtomicallySync(`${this.directory}/${DAMAGE_FILE}`, note);
    });
    this.listener?.onLogDamaged(this);
  }

  /** The log was refetched beyond what was damaged. */
  clearDamage(): void {
    if (this.damage === null) return;
    this.damage = null;
    guardDisk(this, () => this.context.ports.disk.remove(`${this.directory}/${DAMAGE_FILE}`));
  }

  /** Adds a segment at the end; of this room. */
  addSegment(baseOffset: number, nowMs: number): Segment {
    const { files, ports } = this.context;
    const jitter = ports.random.below(1048576) / 1048576;
    const segment = new Segment(files, this.directory, baseOffset, this.config, nowMs, jitter);
    this.segmentList.push(segment);
    return segment;
  }

  /** Brings indexes, time index and producer snapshot to the log's end, before its last flush. Throws DiskError. */
  prepareClose(): void {
    this.isClosing = true;
    const segment = this.activeSegment;
    segment.completeTimeIndex();
    segment.saveIndexes();
    segment.indexesDirty = true;
    if (this.snapshots.latestOffset !== this.appendEndOffset) this.snapshots.take(this.producers);
    this.snapshots.removeStrays(this.segmentList.map((one) => one.baseOffset));
  }

  /** Closes files; nothing is read or written any more. For a log that is deleted, or after its manager closed it. */
  dispose(why: string): void {
    if (this.failure === null) this.failure = new DiskError("ECLOSED", this.directory, why);
    this.compaction?.abort();
    this.writer.abandon();
    for (const segment of this.segmentList) {
      segment.isRemoved = true;
      segment.closeFile();
    }
    this.dropTail(0);
    this.notifySoon();
  }

  /** Lets the memory tail go from entry `index` on. */
  dropTail(index: number): void {
    this.tail.dropFrom(index);
    this.writer.removeDropped();
  }
}

/** Runs `work`; a disk error fails the log. Answers whether it went well. */
export function guardDisk(log: Log, work: () => void): boolean {
  try {
    work();
    return true;
  } catch (error) {
    if (!(error instanceof DiskError)) throw error;
    log.fail(error, false);
    return false;
  }
}
