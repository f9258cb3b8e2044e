import { isSafeInt64, readInt32, writeInt32 } from "../../base/bytes.js";
import type { CodecId, Compression, Digest } from "../../ports/index.js";
import { ErrorCode } from "../errors.js";
import {
  BATCH_HEADER_BYTES,
  baseOffset,
  baseSequence,
  batchBytes,
  CODEC_MASK,
  codecOf,
  computeCrc,
  crc,
  isControl,
  isLogAppendTime,
  LOG_OVERHEAD_BYTES,
  lastOffsetDelta,
  MAGIC_AT,
  NO_TIMESTAMP,
  producerId,
  recordCount,
  setBaseOffset,
  setMaxTimestamp,
  setPartitionLeaderEpoch,
} from "./batch.js";
import { compressRecords } from "./compression.js";
import { RecordCursor } from "./cursor.js";
import { varintSize, varlongSize, writeVarint, writeVarlong } from "./varint.js";

/** One record of a refused batch and why. */
export interface RecordError {
  readonly batchIndex: number;
  readonly message: string | null;
}

/** The topic's settings that decide what a leader accepts and how it stores it. */
export interface ValidationRules {
  readonly maxMessageBytes: number;
  readonly compact: boolean;
  readonly compressionType: "producer" | "uncompressed" | "gzip" | "snappy" | "lz4" | "zstd";
  readonly compressionLevel: number | null;
  readonly messageTimestampType: "CreateTime" | "LogAppendTime";
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
}

const TARGET_CODEC = { producer: -1, uncompressed: 0, gzip: 1, snappy: 2, lz4: 3, zstd: 4 } as const;
const NO_ERRORS: readonly RecordError[] = [];
/** Smallest length field of any message format ever. */
const LEAST_LENGTH = 14;
const MAX_RECORD_ERRORS = 1000;

/**
 * What a leader checks and sets before it appends what a producer or a coordinator sent (Kafka's ProduceRequest.validateRecords,
 * UnifiedLog.analyzeAndValidateRecords and LogValidator): one batch, magic 2, sound in itself, timestamps in range, keys where the
 * topic is compacted. Offsets, leader epoch and timestamps are then written into the bytes in place; a batch is rebuilt only where
 * the topic wants another codec or a client numbered its records wrongly. The result lies in the fields until the next call.
 */
export class BatchValidator {
  /** An ErrorCode; 0: `bytes` is what to append. */
  error: number;
  message: string | null;
  recordErrors: readonly RecordError[];
  /** The whole batch, and nothing else. */
  bytes: Uint8Array;
  recordCount: number;
  /** −1 when the records have none. */
  maxTimestamp: number;
  /** −1 with CreateTime. */
  logAppendTime: number;

  private readonly digest: Digest;
  private readonly compression: Compression;
  private readonly cursor: RecordCursor;

  constructor(ports: { digest: Digest; compression: Compression }) {
    this.error = 0;
    this.message = null;
    this.recordErrors = NO_ERRORS;
    this.bytes = NOTHING;
    this.recordCount = 0;
    this.maxTimestamp = NO_TIMESTAMP;
    this.logAppendTime = -1;
    this.digest = ports.digest;
    this.compression = ports.compression;
    this.cursor = new RecordCursor(ports.compression);
  }

  /** `fromClient`: everything is checked; a coordinator may write control records. Answers whether the batch may be appended. */
  validate(
    records: Uint8Array,
    rules: ValidationRules,
    firstOffset: number,
    leaderEpoch: number,
    now: number,
    fromClient: boolean,
    requestVersion: number,
  ): boolean {
    this.error = 0;
    this.message = null;
    this.recordErrors = NO_ERRORS;
    this.maxTimestamp = NO_TIMESTAMP;
    this.logAppendTime = -1;
    this.recordCount = 0;
    if (!this.checkBatch(records, rules, fromClient, requestVersion)) return false;
    const logAppendTime = rules.messageTimestampType === "LogAppendTime";
    const sourceCodec = codecOf(this.bytes, 0);
    const wanted = TARGET_CODEC[rules.compressionType];
    const targetCodec = wanted < 0 || isControl(this.bytes, 0) ? sourceCodec : wanted;
    const numbered = this.checkRecords(rules, now);
    if (this.error !== 0) return false;
    if (sourceCodec !== targetCodec || !numbered) {
      if (!this.rebuild(targetCodec, rules, numbered)) return false;
    }
    this.recordCount = recordCount(this.bytes, 0);
    setBaseOffset(this.bytes, 0, firstOffset);
    setPartitionLeaderEpoch(this.bytes, 0, leaderEpoch);
    if (logAppendTime) {
      this.maxTimestamp = now;
      this.logAppendTime = now;
    }
    setMaxTimestamp(this.digest, this.bytes, 0, logAppendTime, this.maxTimestamp);
    return true;
  }

  private fail(error: number, message: string): false {
    this.error = error;
    this.message = message;
    return false;
  }

  /** The batch as a whole; sets `bytes` to it. */
  private checkBatch(b: Uint8Array, rules: ValidationRules, fromClient: boolean, requestVersion: number): boolean {
    if (b.length < LOG_OVERHEAD_BYTES) return this.fail(ErrorCode.INVALID_RECORD, "There is no record batch.");
    const length = readInt32(b, 8);
    if (length < LEAST_LENGTH)
      return this.fail(ErrorCode.CORRUPT_MESSAGE, `A batch length of ${length} is impossible.`);
    if (b.length <= MAGIC_AT) return this.fail(ErrorCode.INVALID_RECORD, "There is no whole record batch.");
    const magic = b[MAGIC_AT];
    if (magic > 2) return this.fail(ErrorCode.CORRUPT_MESSAGE, `There is no message format ${magic}.`);
    const size = LOG_OVERHEAD_BYTES + length;
    if (b.length < size) return this.fail(ErrorCode.INVALID_RECORD, "There is no whole record batch.");
    if (magic !== 2) {
      return this.fail(
        ErrorCode.INVALID_RECORD,
        `Message format ${magic} is not accepted, only record batches (format 2).`,
      );
    }
    if (size < BATCH_HEADER_BYTES)
      return this.fail(ErrorCode.CORRUPT_MESSAGE, `A batch of ${size} bytes is impossible.`);
    const codec = codecOf(b, 0);
    if (fromClient && requestVersion < 7 && codec === 4) {
      return this.fail(
        ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
        `Produce requests of version ${requestVersion} must not use zstd.`,
      );
    }
    if (!this.checkRest(b, size)) return false;
    if (fromClient && baseOffset(b, 0) !== 0) {
      return this.fail(ErrorCode.INVALID_RECORD, "The base offset of a produced batch must be 0.");
    }
    if (size > rules.maxMessageBytes) {
      return this.fail(
        ErrorCode.MESSAGE_TOO_LARGE,
        `The batch has ${size} bytes, more than max.message.bytes allows (${rules.maxMessageBytes}).`,
      );
    }
    if (crc(b, 0) !== computeCrc(this.digest, b, 0)) {
      return this.fail(ErrorCode.CORRUPT_MESSAGE, "The batch does not match its CRC.");
    }
    if ((b[22] & CODEC_MASK) > 4) {
      return this.fail(ErrorCode.UNSUPPORTED_COMPRESSION_TYPE, `There is no codec ${b[22] & CODEC_MASK}.`);
    }
    const count = recordCount(b, 0);
    if (fromClient) {
      const delta = lastOffsetDelta(b, 0);
      if (delta < 0) return this.fail(ErrorCode.INVALID_RECORD, "The batch has an invalid offset range.");
      if (count <= 0)
        return this.fail(ErrorCode.INVALID_RECORD, `The batch has an invalid count of records: ${count}.`);
      if (delta + 1 !== count) {
        return this.fail(
          ErrorCode.INVALID_RECORD,
          `The batch has ${count} records, but its offsets are for ${delta + 1}.`,
        );
      }
      if (isControl(b, 0)) return this.fail(ErrorCode.INVALID_RECORD, "Clients must not write control records.");
      if (!isSafeInt64(b, 43)) return this.fail(ErrorCode.INVALID_RECORD, "The producer id is out of range.");
      if (producerId(b, 0) !== -1 && baseSequence(b, 0) < 0) {
        return this.fail(ErrorCode.INVALID_RECORD, `The sequence number ${baseSequence(b, 0)} is invalid.`);
      }
    } else if (count <= 0 || lastOffsetDelta(b, 0) + 1 !== count) {
      return this.fail(ErrorCode.INVALID_RECORD, "The batch's count of records does not match its offsets.");
    }
    this.bytes = b.length === size ? b : b.subarray(0, size);
    return true;
  }

  /** After the first batch: a second one is refused, the beginning of one is ignored, as Kafka does. */
  private checkRest(b: Uint8Array, at: number): boolean {
    const rest = b.length - at;
    if (rest < LOG_OVERHEAD_BYTES) return true;
    const length = readInt32(b, at + 8);
    if (length < LEAST_LENGTH)
      return this.fail(ErrorCode.CORRUPT_MESSAGE, `A batch length of ${length} is impossible.`);
    if (rest > MAGIC_AT && b[at + MAGIC_AT] > 2) {
      return this.fail(ErrorCode.CORRUPT_MESSAGE, `There is no message format ${b[at + MAGIC_AT]}.`);
    }
    if (rest < LOG_OVERHEAD_BYTES + length) return true;
    return this.fail(ErrorCode.INVALID_RECORD, "A produce request must have exactly one record batch for a partition.");
  }

  /** Each record; answers whether they are numbered 0, 1, 2 … Sets `maxTimestamp`. */
  private checkRecords(rules: ValidationRules, now: number): boolean {
    const cursor = this.cursor;
    const createTime = rules.messageTimestampType === "CreateTime";
    const batchHasLogAppendTime = isLogAppendTime(this.bytes, 0);
    const earliest = now - rules.messageTimestampBeforeMaxMs;
    const latest = now + rules.messageTimestampAfterMaxMs;
    let errors: RecordError[] | null = null;
    let badTimestamp = false;
    let numbered = true;
    let newest = NO_TIMESTAMP;
    cursor.reset(this.bytes, 0);
    while (cursor.next()) {
      const timestamp = cursor.timestamp;
      let message: string | null = null;
      if (rules.compact && cursor.keyLength < 0) {
        message = "A compacted topic does not accept a record without a key.";
      } else if (createTime && timestamp !== NO_TIMESTAMP) {
        if (timestamp < earliest || timestamp > latest || !Number.isSafeInteger(timestamp)) {
          message = `Timestamp ${timestamp} of the record is not within [${earliest}, ${latest}].`;
          badTimestamp = true;
        }
      } else if (batchHasLogAppendTime) {
        message = "A producer must not set the timestamp type LogAppendTime.";
        badTimestamp = true;
      }
      if (message !== null && (errors ??= []).length < MAX_RECORD_ERRORS) {
        errors.push({ batchIndex: cursor.index, message });
      }
      if (timestamp > newest) newest = timestamp;
      if (cursor.offsetDelta !== cursor.index) numbered = false;
    }
    if (cursor.flaw !== null) {
      this.fail(ErrorCode.INVALID_RECORD, `The batch is malformed: ${cursor.flaw}.`);
    } else if (errors !== null) {
      this.recordErrors = errors;
      this.fail(
        badTimestamp ? ErrorCode.INVALID_TIMESTAMP : ErrorCode.INVALID_RECORD,
        badTimestamp
          ? "One or more records have been rejected due to invalid timestamp"
          : `One or more records were rejected; the first: ${errors[0].message}`,
      );
    }
    this.maxTimestamp = newest;
    return numbered;
  }

  /** The same records in another codec, numbered rightly. */
  private rebuild(targetCodec: number, rules: ValidationRules, numbered: boolean): boolean {
    const old = this.bytes;
    let records: Uint8Array;
    if (numbered) {
      records = codecOf(old, 0) === 0 ? old.subarray(BATCH_HEADER_BYTES) : this.cursor.bytes;
    } else {
      records = this.renumbered();
    }
    if (targetCodec !== 0) {
      const codec = targetCodec as CodecId;
      if (!this.compression.supports(codec)) {
        return this.fail(
          ErrorCode.UNSUPPORTED_COMPRESSION_TYPE,
          `This broker's build has no ${rules.compressionType} codec, which compression.type asks for.`,
        );
      }
      records = compressRecords(this.compression, codec, records, rules.compressionLevel ?? undefined);
    }
    const bytes = new Uint8Array(BATCH_HEADER_BYTES + records.length);
    bytes.set(old.subarray(0, BATCH_HEADER_BYTES));
    bytes.set(records, BATCH_HEADER_BYTES);
    writeInt32(bytes, 8, bytes.length - LOG_OVERHEAD_BYTES);
    bytes[22] = (bytes[22] & ~CODEC_MASK) | targetCodec;
    writeInt32(bytes, 17, computeCrc(this.digest, bytes, 0));
    if (batchBytes(bytes, 0) > rules.maxMessageBytes) {
      return this.fail(
        ErrorCode.MESSAGE_TOO_LARGE,
        `The batch has ${bytes.length} bytes once it is stored, more than max.message.bytes allows (${rules.maxMessageBytes}).`,
      );
    }
    this.bytes = bytes;
    return true;
  }

  private renumbered(): Uint8Array {
    const cursor = this.cursor;
    const base = cursorBase(this.bytes);
    cursor.reset(this.bytes, 0);
    let size = 0;
    while (cursor.next()) size += renumberedBytes(cursor, base);
    const records = new Uint8Array(size);
    cursor.reset(this.bytes, 0);
    let at = 0;
    while (cursor.next()) {
      const body = renumberedBody(cursor, base);
      at = writeVarint(records, at, body);
      records[at++] = cursor.attributes;
      at = writeVarlong(records, at, cursor.createTimestamp - base);
      at = writeVarint(records, at, cursor.index);
      records.set(cursor.bytes.subarray(cursor.keyLengthAt, cursor.end), at);
      at += cursor.end - cursor.keyLengthAt;
    }
    return records;
  }
}

function cursorBase(batch: Uint8Array): number {
  return readInt32(batch, 27) * 4294967296 + (readInt32(batch, 31) >>> 0);
}

function renumberedBody(cursor: RecordCursor, base: number): number {
  return 1 + varlongSize(cursor.createTimestamp - base) + varintSize(cursor.index) + cursor.end - cursor.keyLengthAt;
}

function renumberedBytes(cursor: RecordCursor, base: number): number {
  const body = renumberedBody(cursor, base);
  return varintSize(body) + body;
}

const NOTHING = new Uint8Array(0);
