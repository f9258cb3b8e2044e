import { readInt32, readInt64 } from "../base/bytes.js";
import { batchBytes, lastOffset, maxTimestamp } from "../protocol/records/batch.js";
import {
  INDEX_SUFFIX,
  LOG_SUFFIX,
  offsetName,
  SNAPSHOT_SUFFIX,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
} from "./file-names.js";
import { type FilePool, PooledFile } from "./file-pool.js";
import type { LogConfig } from "./log-config.js";
import { OffsetIndex } from "./offset-index.js";
import { TimeIndex } from "./time-index.js";
import { TransactionIndex } from "./transaction-index.js";

const MAX_RELATIVE_OFFSET = 2147483647;

/**
 * One segment of a log: record batches in a file and three indexes. `size` counts what was appended, `writtenBytes` what
 * is in the file; 0 ≤ writtenBytes ≤ size.
 */
export class Segment {
  readonly baseOffset: number;
  readonly file: PooledFile;
  readonly offsetIndex: OffsetIndex;
  readonly timeIndex: TimeIndex;
  readonly transactionIndex: TransactionIndex;
  size: number;
  writtenBytes: number;
  /** Newest timestamp and the last offset of the batch that has it; −2: not read from the time index yet. */
  maxTimestamp: number;
  offsetOfMaxTimestamp: number;
  /** Maximum timestamp of the first batch, −1 while there is none, −2: not read yet. */
  firstTimestamp: number;
  createdMs: number;
  modifiedMs: number;
  bytesSinceIndexEntry: number;
  rollJitterMs: number;
  /** Written bytes that no completed sync covers. */
  dirty: boolean;
  /** The file's name was not synced yet. */
  nameDirty: boolean;
  /** Indexes changed since they were synced, which a roll and a close do. */
  indexesDirty: boolean;
  /** A truncation to this size waits for the write under way; −1 none. */
  cutTo: number;
  /** The file holds bytes beyond `writtenBytes` (truncated, or damaged): to be cut before the next write. */
  excessBytes: boolean;
  /** Removed from its log: reads and writes under way end in nothing. */
  isRemoved: boolean;
  private readonly pool: FilePool;
  private readonly pathPrefix: string;

  constructor(pool: FilePool, directory: string, baseOffset: number, config: LogConfig, nowMs: number, random: number) {
    this.baseOffset = baseOffset;
    this.pool = pool;
    this.pathPrefix = `${directory}/${offsetName(baseOffset)}`;
    this.file = new PooledFile(pool, this.pathPrefix + LOG_SUFFIX);
    this.offsetIndex = new OffsetIndex(pool.disk, this.pathPrefix + INDEX_SUFFIX, baseOffset);
    this.timeIndex = new TimeIndex(pool.disk, this.pathPrefix + TIME_INDEX_SUFFIX, baseOffset);
    this.transactionIndex = new TransactionIndex(pool.disk, this.pathPrefix + TRANSACTION_INDEX_SUFFIX);
    this.size = 0;
    this.writtenBytes = 0;
    this.maxTimestamp = -1;
    this.offsetOfMaxTimestamp = baseOffset;
    this.firstTimestamp = -1;
    this.createdMs = nowMs;
    this.modifiedMs = nowMs;
    this.bytesSinceIndexEntry = 0;
    this.rollJitterMs = Math.floor(Math.min(config.segmentJitterMs, config.segmentMs) * random);
    this.dirty = false;
    this.nameDirty = true;
    this.indexesDirty = true;
    this.cutTo = -1;
    this.excessBytes = false;
    this.isRemoved = false;
  }

  /** Bytes of the file that are the log's: less than `writtenBytes` while a truncation waits for a write. */
  get readableBytes(): number {
    return this.cutTo >= 0 && this.cutTo < this.writtenBytes ? this.cutTo : this.writtenBytes;
  }

  get path(): string {
    return this.file.path;
  }

  get snapshotPath(): string {
    return this.pathPrefix + SNAPSHOT_SUFFIX;
  }

  /** Notes one batch that lies at the segment's end. */
  append(b: Uint8Array, at: number, config: LogConfig): void {
    const newest = maxTimestamp(b, at);
    const last = lastOffset(b, at);
    const bytes = batchBytes(b, at);
    if (newest > this.newestTimestamp()) {
      this.maxTimestamp = newest;
      this.offsetOfMaxTimestamp = last;
    }
    if (this.size === 0) this.firstTimestamp = newest;
    if (this.bytesSinceIndexEntry > config.indexIntervalBytes) {
      this.offsetIndex.append(last, this.size);
      this.timeIndex.maybeAppend(this.maxTimestamp, this.offsetOfMaxTimestamp);
      this.bytesSinceIndexEntry = 0;
    }
    this.size += bytes;
    this.bytesSinceIndexEntry += bytes;
  }

  /** Newest timestamp, −1 when there is none. */
  newestTimestamp(): number {
    if (this.maxTimestamp === -2) {
      this.maxTimestamp = this.timeIndex.lastTimestamp;
      this.offsetOfMaxTimestamp = this.timeIndex.lastOffset;
    }
    return this.maxTimestamp;
  }

  /** Gives all files of the segment another ending: `.cleaned` and `.swap` while compaction brings it in. Nothing is renamed. */
  setSuffix(suffix: string): void {
    this.file.path = this.pathPrefix + LOG_SUFFIX + suffix;
    this.offsetIndex.path = this.pathPrefix + INDEX_SUFFIX + suffix;
    this.timeIndex.path = this.pathPrefix + TIME_INDEX_SUFFIX + suffix;
    this.transactionIndex.path = this.pathPrefix + TRANSACTION_INDEX_SUFFIX + suffix;
  }

  /** Of all files, the records last: where that one has a name, the others have it too. */
  paths(): string[] {
    return [this.offsetIndex.path, this.timeIndex.path, this.transactionIndex.path, this.file.path];
  }

  /** Timestamp for retention: the newest record's, or when the file was last written. */
  retentionTimestamp(): number {
    const newest = this.newestTimestamp();
    return newest >= 0 ? newest : this.modifiedMs;
  }

  /** Whether a batch of `bytes` with this last offset and timestamp must go to a new segment (Kafka's LogSegment.shouldRoll). */
  shouldRoll(config: LogConfig, bytes: number, lastOffsetOfBatch: number, timestamp: number, nowMs: number): boolean {
    if (this.size > config.segmentBytes - bytes) return true;
    if (lastOffsetOfBatch - this.baseOffset > MAX_RELATIVE_OFFSET) return true;
    if (this.size > 0) {
      const first = this.firstBatchTimestamp();
      const waited = first >= 0 ? timestamp - first : nowMs - this.createdMs;
      // What is appended to is never compacted.
      const segmentMs = config.compact ? Math.min(config.segmentMs, config.maxCompactionLagMs) : config.segmentMs;
      if (waited > segmentMs - this.rollJitterMs) return true;
    }
    return (
      this.offsetIndex.count >= Math.floor(config.segmentIndexBytes / 8) ||
      this.timeIndex.count >= Math.floor(config.segmentIndexBytes / 12) - 1
    );
  }

  /** −1 where there is no batch, or it has none. Throws DiskError. */
  firstBatchTimestamp(): number {
    if (this.firstTimestamp === -2) {
      const header = new Uint8Array(61);
      const read = this.file.open(false).readSync(header, 0, 61, 0);
      this.firstTimestamp = read === 61 ? readInt64(header, 35) : -1;
    }
    return this.firstTimestamp;
  }

  /** At roll and close the time index gets the newest timestamp as its last entry. */
  completeTimeIndex(): void {
    if (this.newestTimestamp() >= 0) this.timeIndex.maybeAppend(this.maxTimestamp, this.offsetOfMaxTimestamp);
  }

  /** Brings the index files up to date. Throws DiskError. */
  saveIndexes(): void {
    if (!this.offsetIndex.isSaved || !this.timeIndex.isSaved || !this.transactionIndex.isSavedOrEmpty) {
      this.indexesDirty = true;
    }
    this.offsetIndex.save();
    this.timeIndex.save();
    this.transactionIndex.saveUnlessEmpty();
  }

  releaseIndexes(): void {
    this.offsetIndex.release();
    this.timeIndex.release();
    this.transactionIndex.release();
  }

  /** Cuts the segment at `position`, where the batch that holds `offset` starts. The file is the caller's. */
  truncate(offset: number, position: number, nowMs: number): void {
    this.offsetIndex.truncateTo(offset);
    this.timeIndex.truncateTo(offset);
    this.transactionIndex.truncateTo(offset);
    this.size = position;
    this.bytesSinceIndexEntry = 0;
    this.indexesDirty = true;
    if (position === 0) {
      this.createdMs = nowMs;
      this.firstTimestamp = -1;
    }
  }

  /** Cuts the file to what counts, which a truncation leaves to the next write. Throws DiskError. */
  cutExcess(): void {
    if (!this.excessBytes) return;
    this.file.open(true).truncate(this.writtenBytes);
    this.excessBytes = false;
    this.dirty = true;
  }

  closeFile(): void {
    this.file.close();
  }

  /** Removes the files by renaming them first, so that a name that is in use again is never removed. Throws DiskError. */
  removeFiles(suffix: string): string[] {
    const disk = this.pool.disk;
    const renamed: string[] = [];
    for (const path of [this.path, this.offsetIndex.path, this.timeIndex.path, this.transactionIndex.path]) {
      if (!disk.exists(path)) continue;
      disk.rename(path, path + suffix);
      renamed.push(path + suffix);
    }
    return renamed;
  }
}

/** Positions of a scan through batches in memory: where the batch that holds `offset` starts, −1 when it is not there. */
export function findBatch(b: Uint8Array, at: number, end: number, offset: number): number {
  while (end - at >= 61) {
    const bytes = 12 + readInt32(b, at + 8);
    if (readInt64(b, at) + readInt32(b, at + 23) >= offset) return at;
    at += bytes;
  }
  return -1;
}
