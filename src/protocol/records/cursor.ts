import { readInt64 } from "../../base/bytes.js";
import { type Compression, CompressionError } from "../../ports/index.js";
import { BATCH_HEADER_BYTES, batchBytes, codecOf, isLogAppendTime, recordCount } from "./batch.js";
import { decompressRecords } from "./compression.js";

/**
 * Walks the records of one batch without an object per record; made once and reused. After `next()` answered true the
 * fields describe the record; keys and values are positions in `bytes`, length −1 meaning null.
 */
export class RecordCursor {
  /** What the positions refer to: the batch's own bytes, or what was decompressed. */
  bytes: Uint8Array;
  offset: number;
  offsetDelta: number;
  timestamp: number;
  /** As sent, before a LogAppendTime replaces it. */
  createTimestamp: number;
  attributes: number;
  /** Where the key's length prefix starts; from here to `end` nothing depends on the record's place in its batch. */
  keyLengthAt: number;
  keyAt: number;
  keyLength: number;
  valueAt: number;
  valueLength: number;
  headerCount: number;
  headersAt: number;
  /** Where the record, with its length, starts and ends. */
  start: number;
  end: number;
  /** Ordinal of the record in the batch. */
  index: number;
  /** What is wrong with the batch; `next()` then answers false. */
  flaw: string | null;
  /** Whether the flaw is in the compression, not in the records. */
  compressionFlaw: boolean;

  private readonly compression: Compression;
  private position: number;
  private limit: number;
  private count: number;
  private baseOffset: number;
  private baseTimestamp: number;
  private logAppendTime: number;

  constructor(compression: Compression) {
    this.bytes = NOTHING;
    this.offset = 0;
    this.offsetDelta = 0;
    this.timestamp = 0;
    this.createTimestamp = 0;
    this.attributes = 0;
    this.keyLengthAt = 0;
    this.keyAt = 0;
    this.keyLength = -1;
    this.valueAt = 0;
    this.valueLength = -1;
    this.headerCount = 0;
    this.headersAt = 0;
    this.start = 0;
    this.end = 0;
    this.index = -1;
    this.flaw = null;
    this.compressionFlaw = false;
    this.compression = compression;
    this.position = 0;
    this.limit = 0;
    this.count = 0;
    this.baseOffset = 0;
    this.baseTimestamp = 0;
    this.logAppendTime = -1;
  }

  /** Turns to the whole batch at `at`, decompressing it if need be. A flaw of the compression shows in `flaw`. */
  reset(batch: Uint8Array, at: number): void {
    this.flaw = null;
    this.compressionFlaw = false;
    this.index = -1;
    this.count = recordCount(batch, at);
    this.baseOffset = readInt64(batch, at);
    this.baseTimestamp = readInt64(batch, at + 27);
    this.logAppendTime = isLogAppendTime(batch, at) ? readInt64(batch, at + 35) : -1;
    const codec = codecOf(batch, at);
    const end = at + batchBytes(batch, at);
    if (codec === 0) {
      this.bytes = batch;
      this.position = at + BATCH_HEADER_BYTES;
      this.limit = end;
      return;
    }
    this.position = 0;
    this.limit = 0;
    this.bytes = NOTHING;
    if (this.count === 0) return;
    try {
      this.bytes = decompressRecords(this.compression, codec, batch, at + BATCH_HEADER_BYTES, end);
    } catch (error) {
      if (!(error instanceof CompressionError)) throw error;
      this.flaw = error.message;
      this.compressionFlaw = true;
      return;
    }
    this.limit = this.bytes.length;
  }

  /** The next record; false at the end, or where the batch is malformed (`flaw` says how). */
  next(): boolean {
    if (this.flaw !== null) return false;
    if (this.index + 1 >= this.count) {
      if (this.position !== this.limit) this.flaw = "bytes remain after the last record";
      return false;
    }
    const b = this.bytes;
    this.start = this.position;
    const size = this.varint();
    const bodyAt = this.position;
    const end = bodyAt + size;
    if (size < 0 || end > this.limit || this.position > this.limit)
      return this.fail("a record is longer than its batch");
    this.end = end;
    if (this.position >= end) return this.fail("a record is too short");
    this.attributes = b[this.position++];
    this.createTimestamp = this.baseTimestamp + this.varlong();
    this.timestamp = this.logAppendTime >= 0 ? this.logAppendTime : this.createTimestamp;
    this.offsetDelta = this.varint();
    this.offset = this.baseOffset + this.offsetDelta;
    this.keyLengthAt = this.position;
    this.keyLength = this.varint();
    this.keyAt = this.position;
    if (this.keyLength > 0) this.position += this.keyLength;
    if (this.position > end) return this.fail("a key is longer than its record");
    this.valueLength = this.varint();
    this.valueAt = this.position;
    if (this.valueLength > 0) this.position += this.valueLength;
    if (this.position > end) return this.fail("a value is longer than its record");
    this.headerCount = this.varint();
    this.headersAt = this.position;
    if (this.headerCount < 0 || this.headerCount > end - this.position)
      return this.fail("a header count is impossible");
    for (let i = 0; i < this.headerCount; i++) {
      const keyLength = this.varint();
      if (keyLength < 0 || keyLength > end - this.position) return this.fail("a header key is longer than its record");
      this.position += keyLength;
      const valueLength = this.varint();
      if (valueLength > end - this.position) return this.fail("a header value is longer than its record");
      if (valueLength > 0) this.position += valueLength;
    }
    if (this.position !== end) return this.fail("a record's length does not match its content");
    if (this.flaw !== null) return false;
    if (this.keyLength < 0) this.keyLength = -1;
    if (this.valueLength < 0) this.valueLength = -1;
    this.index++;
    return true;
  }

  /** A view of the key, or null. */
  get key(): Uint8Array | null {
    return this.keyLength < 0 ? null : this.bytes.subarray(this.keyAt, this.keyAt + this.keyLength);
  }

  /** A view of the value, or null. */
  get value(): Uint8Array | null {
    return this.valueLength < 0 ? null : this.bytes.subarray(this.valueAt, this.valueAt + this.valueLength);
  }

  /** The headers, as views; not for the hot path. */
  get headers(): { key: Uint8Array; value: Uint8Array | null }[] {
    const list: { key: Uint8Array; value: Uint8Array | null }[] = [];
    const resume = this.position;
    this.position = this.headersAt;
    for (let i = 0; i < this.headerCount; i++) {
      const keyLength = this.varint();
      const key = this.bytes.subarray(this.position, this.position + keyLength);
      this.position += keyLength;
      const valueLength = this.varint();
      const value = valueLength < 0 ? null : this.bytes.subarray(this.position, this.position + valueLength);
      if (valueLength > 0) this.position += valueLength;
      list.push({ key, value });
    }
    this.position = resume;
    return list;
  }

  private fail(flaw: string): boolean {
    this.flaw = flaw;
    return false;
  }

  /** Bytes beyond the array read as 0, and a position beyond the limit is found by the caller's checks. */
  private varint(): number {
    const b = this.bytes;
    let at = this.position;
    let byte = b[at++];
    let v = byte & 0x7f;
    if (byte >= 0x80) {
      byte = b[at++];
      v |= (byte & 0x7f) << 7;
      if (byte >= 0x80) {
        byte = b[at++];
        v |= (byte & 0x7f) << 14;
        if (byte >= 0x80) {
          byte = b[at++];
          v |= (byte & 0x7f) << 21;
          if (byte >= 0x80) {
            byte = b[at++];
            v |= byte << 28;
            if (byte >= 0x80) this.flaw = "a varint is too long";
          }
        }
      }
    }
    this.position = at;
    return (v >>> 1) ^ -(v & 1);
  }

  private varlong(): number {
    const b = this.bytes;
    let at = this.position;
    let byte = b[at++];
    let v = byte & 0x7f;
    let scale = 128;
    let count = 1;
    while (byte >= 0x80) {
      if (++count > 10) {
        this.flaw = "a varlong is too long";
        break;
      }
      byte = b[at++];
      v += (byte & 0x7f) * scale;
      scale *= 128;
    }
    this.position = at;
    return v % 2 === 0 ? v / 2 : -(v + 1) / 2;
  }
}

const NOTHING = new Uint8Array(0);
