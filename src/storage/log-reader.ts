import { readInt32 } from "../base/bytes.js";
import type { DiskReadCompletion } from "../ports/index.js";
import { DiskError } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import {
  BATCH_HEADER_BYTES,
  baseOffset,
  batchBytes,
  batchFlaw,
  computeCrc,
  crc,
  lastOffset,
} from "../protocol/records/batch.js";
import type { Log } from "./log.js";
import type { LogRead } from "./log-read.js";
import type { TailEntry } from "./memory-tail.js";
import type { Segment } from "./segment.js";

/** Added to a read whose exact start is not known: an index points up to this far before it. */
const SEEK_BYTES = 16384;
const LARGEST_READ = 16777216;

/** See `Log.read`. */
export function readLog(log: Log, read: LogRead): boolean {
  read.clear();
  if (log.failure !== null) {
    read.error = ErrorCode.KAFKA_STORAGE_ERROR;
    return true;
  }
  const start = read.startOffset;
  if (start < log.logStartOffset || start > log.appendEndOffset) {
    read.error = ErrorCode.OFFSET_OUT_OF_RANGE;
    return true;
  }
  if (start >= read.maxOffset || start === log.appendEndOffset || (read.maxBytes <= 0 && !read.minOneBatch))
    return true;
  const tailStart = log.tail.startOffset;
  if (tailStart >= 0 && start >= tailStart) {
    readTail(log, read);
    return true;
  }
  return new DiskReader(log, read).begin();
}

function readTail(log: Log, read: LogRead): void {
  const first = log.tail.find(read.startOffset);
  if (first < 0) return;
  let left = read.maxBytes;
  for (let i = first; i < log.tail.length; i++) {
    const entry = log.tail.at(i);
    const length = entry.bytes.length;
    if (i > first && entry.endOffset <= read.maxOffset && length <= left) {
      read.chunks.push(entry.bytes);
      read.bytes += length;
      read.nextOffset = entry.endOffset;
      left -= length;
      continue;
    }
    const taken = readEntry(entry, read, left);
    if (taken < 0) return;
    left -= taken;
  }
}

/** The batches of one entry that the read takes; −1 when it ended within it, otherwise their bytes. */
function readEntry(entry: TailEntry, read: LogRead, left: number): number {
  const bytes = entry.bytes;
  let from = -1;
  let at = 0;
  let ended = false;
  while (at < bytes.length) {
    const size = batchBytes(bytes, at);
    const last = lastOffset(bytes, at);
    if (last >= read.startOffset) {
      const isFirst = read.bytes === 0 && from < 0;
      const taken = from < 0 ? 0 : at - from;
      if (last >= read.maxOffset || (taken + size > left && !(isFirst && read.minOneBatch))) {
        ended = true;
        break;
      }
      if (from < 0) from = at;
      read.nextOffset = last + 1;
    }
    at += size;
  }
  if (from < 0) return ended ? -1 : 0;
  if (read.bytes === 0) {
    read.segmentBaseOffset = entry.segment.baseOffset;
    read.position = entry.position + from;
  }
  read.chunks.push(from === 0 && at === bytes.length ? bytes : bytes.subarray(from, at));
  read.bytes += at - from;
  return ended ? -1 : at - from;
}

/** One read from the disk: a large piece, then perhaps a second one where the first batch did not fit. */
class DiskReader implements DiskReadCompletion {
  private readonly log: Log;
  private readonly read: LogRead;
  private segment: Segment;
  private position: number;
  private buffer: Uint8Array;
  private truncations: number;
  private isExact: boolean;

  constructor(log: Log, read: LogRead) {
    this.log = log;
    this.read = read;
    this.segment = log.activeSegment;
    this.position = 0;
    this.buffer = NOTHING;
    this.truncations = log.truncations;
    this.isExact = false;
  }

  /** Starts; answers true when the read is complete already. */
  begin(): boolean {
    const { log, read } = this;
    this.truncations = log.truncations;
    const start = read.startOffset;
    if (start === log.readHintOffset && log.readHintSegment !== null) {
      this.segment = log.readHintSegment;
      this.position = log.readHintPosition;
      this.isExact = true;
    } else {
      this.segment = log.segmentList[log.segmentIndexFor(start)];
      try {
        this.position = this.segment.offsetIndex.positionFor(start);
      } catch (error) {
        return this.failed(error);
      }
      this.isExact = false;
    }
    return this.issue(Math.max(read.maxBytes, BATCH_HEADER_BYTES) + (this.isExact ? 0 : SEEK_BYTES));
  }

  private issue(wanted: number): boolean {
    const available = this.segment.readableBytes - this.position;
    if (available <= 0) return this.nextSegment();
    this.buffer = new Uint8Array(Math.min(wanted, available, LARGEST_READ));
    try {
      this.segment.file.open(false).read(this.position, this.buffer, this);
    } catch (error) {
      return this.failed(error);
    }
    return false;
  }

  /** The segment holds nothing at or above the start: go on in the next. */
  private nextSegment(): boolean {
    const { log, read } = this;
    const index = log.segmentList.indexOf(this.segment);
    const tailStart = log.tail.startOffset;
    const next = index < 0 ? undefined : log.segmentList[index + 1];
    if (next === undefined || (tailStart >= 0 && tailStart <= next.baseOffset)) {
      if (tailStart >= 0) readTail(log, read);
      return true;
    }
    if (next.baseOffset >= read.maxOffset) return true;
    this.segment = next;
    this.position = 0;
    this.isExact = true;
    return this.issue(Math.max(read.maxBytes, BATCH_HEADER_BYTES));
  }

  private failed(error: unknown): boolean {
    if (!(error instanceof DiskError)) throw error;
    if (!this.segment.isRemoved) this.log.fail(error, false);
    this.read.clear();
    this.read.error = ErrorCode.KAFKA_STORAGE_ERROR;
    return true;
  }

  onDiskRead(error: DiskError | null, bytesRead: number): void {
    const { log, read } = this;
    if (log.failure !== null) {
      read.error = ErrorCode.KAFKA_STORAGE_ERROR;
      read.onLogRead(read);
      return;
    }
    if (log.truncations !== this.truncations || this.segment.isRemoved) {
      // What was read may be gone, or overwritten: start over with what the log is now.
      if (readLog(log, read)) read.onLogRead(read);
      return;
    }
    if (error !== null) {
      this.failed(error);
      read.onLogRead(read);
      return;
    }
    if (this.take(Math.min(bytesRead, this.segment.readableBytes - this.position))) read.onLogRead(read);
  }

  /** Answers whether the read is complete. */
  private take(length: number): boolean {
    const { log, read, buffer } = this;
    const verify = log.context.config.verifyReads;
    let at = 0;
    let from = -1;
    while (at < length) {
      const flaw = batchFlaw(buffer, at, length);
      if (flaw === "incomplete") {
        if (from >= 0) break;
        return this.more(at, length);
      }
      if (flaw !== null && from < 0 && !this.isExact && this.position > 0) return this.fromSegmentStart();
      if (flaw !== null) return this.damaged(from, at, `a batch header has an impossible ${flaw}`);
      const size = batchBytes(buffer, at);
      const last = lastOffset(buffer, at);
      if (last >= read.startOffset) {
        if (last >= read.maxOffset) break;
        const taken = from < 0 ? 0 : at - from;
        if (taken + size > read.maxBytes && (from >= 0 || !read.minOneBatch)) break;
        if (verify && crc(buffer, at) !== computeCrc(log.context.ports.digest, buffer, at)) {
          return this.damaged(from, at, "a batch does not match its CRC");
        }
        if (from < 0) from = at;
        read.nextOffset = last + 1;
      }
      at += size;
    }
    if (from < 0) {
      if (at < length) return true;
      this.position += at;
      this.isExact = true;
      return this.issue(Math.max(read.maxBytes, SEEK_BYTES));
    }
    this.deliver(from, at);
    return true;
  }

  /** Where the index points there is no batch: it may be the index that is bad. */
  private fromSegmentStart(): boolean {
    this.position = 0;
    this.isExact = true;
    return this.issue(LARGEST_READ);
  }

  /** The first batch wanted is not whole in the buffer: read again from where it starts. */
  private more(at: number, length: number): boolean {
    const { read, buffer } = this;
    if (this.position + length >= this.segment.readableBytes && this.position + at + 12 > this.segment.readableBytes) {
      return this.damaged(-1, at, "a segment ends in the middle of a batch");
    }
    let wanted = Math.max(read.maxBytes, SEEK_BYTES);
    if (length - at >= 12) {
      const size = 12 + readInt32(buffer, at + 8);
      if (this.position + at + size > this.segment.readableBytes) {
        return this.damaged(-1, at, "a segment ends in the middle of a batch");
      }
      // Whether it is the first one wanted shows in its offsets.
      if (length - at >= 27 && lastOffset(buffer, at) >= read.startOffset) {
        if (size > read.maxBytes && !read.minOneBatch) return true;
        if (baseOffset(buffer, at) >= read.maxOffset) return true;
      }
      wanted = Math.max(wanted, size);
    }
    this.position += at;
    this.isExact = true;
    if (wanted > LARGEST_READ) return this.issueLarge(wanted);
    return this.issue(wanted);
  }

  /** A single batch beyond the usual bound of a read. */
  private issueLarge(size: number): boolean {
    this.buffer = new Uint8Array(Math.min(size, this.segment.readableBytes - this.position));
    try {
      this.segment.file.open(false).read(this.position, this.buffer, this);
    } catch (error) {
      return this.failed(error);
    }
    return false;
  }

  private deliver(from: number, to: number): void {
    const { log, read, segment } = this;
    read.chunks.push(this.buffer.subarray(from, to));
    read.bytes = to - from;
    read.segmentBaseOffset = segment.baseOffset;
    read.position = this.position + from;
    log.readHintOffset = read.nextOffset;
    log.readHintSegment = segment;
    log.readHintPosition = this.position + to;
  }

  /** Bad bytes in what was written: what is sound before them is served, and the log is marked. */
  private damaged(from: number, at: number, detail: string): boolean {
    const { log, read } = this;
    const offset = from >= 0 ? read.nextOffset : Math.max(read.startOffset, this.segment.baseOffset);
    if (from >= 0) this.deliver(from, at);
    else read.error = ErrorCode.CORRUPT_MESSAGE;
    log.readHintOffset = -1;
    log.readHintSegment = null;
    log.markDamaged({
      offset,
      reason: "bad bytes",
      expectedEnd: log.flushedOffset,
      detail: `${detail}, in ${this.segment.path} at ${this.position + at}`,
    });
    return true;
  }
}

const NOTHING = new Uint8Array(0);
