import {
  isSafeInt64,
  readInt16,
  readInt32,
  readInt64,
  readUint32,
  writeInt16,
  writeInt32,
  writeInt64,
} from "../../base/bytes.js";
import type { Digest } from "../../ports/index.js";

/**
 * Access to the header of a record batch (magic 2) that starts at `at`. Layout: baseOffset 0, length 8,
 * partitionLeaderEpoch 12, magic 16, crc32c 17, attributes 21, lastOffsetDelta 23, baseTimestamp 27, maxTimestamp 35,
 * producerId 43, producerEpoch 51, baseSequence 53, count 57, records 61.
 */
export const BATCH_HEADER_BYTES = 61;
/** Bytes before what `length` counts. */
export const LOG_OVERHEAD_BYTES = 12;
export const MAGIC_AT = 16;
export const CRC_AT = 17;
export const ATTRIBUTES_AT = 21;
export const NO_TIMESTAMP = -1;
export const NO_PRODUCER_ID = -1;
export const NO_PRODUCER_EPOCH = -1;
export const NO_SEQUENCE = -1;

/** Bits of the attributes. */
export const CODEC_MASK = 0x07;
export const LOG_APPEND_TIME_FLAG = 0x08;
export const TRANSACTIONAL_FLAG = 0x10;
export const CONTROL_FLAG = 0x20;
export const DELETE_HORIZON_FLAG = 0x40;

/** Size of the whole batch; at least 12 bytes must be readable. */
export function batchBytes(b: Uint8Array, at: number): number {
  return LOG_OVERHEAD_BYTES + readInt32(b, at + 8);
}

export function baseOffset(b: Uint8Array, at: number): number {
  return readInt64(b, at);
}

export function lastOffset(b: Uint8Array, at: number): number {
  return readInt64(b, at) + readInt32(b, at + 23);
}

export function partitionLeaderEpoch(b: Uint8Array, at: number): number {
  return readInt32(b, at + 12);
}

export function magic(b: Uint8Array, at: number): number {
  return (b[at + MAGIC_AT] << 24) >> 24;
}

export function crc(b: Uint8Array, at: number): number {
  return readUint32(b, at + CRC_AT);
}

export function attributes(b: Uint8Array, at: number): number {
  return readInt16(b, at + ATTRIBUTES_AT);
}

/** 0 none, 1 gzip, 2 snappy, 3 lz4, 4 zstd; 5–7 mean nothing. */
export function codecOf(b: Uint8Array, at: number): number {
  return b[at + 22] & CODEC_MASK;
}

export function isLogAppendTime(b: Uint8Array, at: number): boolean {
  return (b[at + 22] & LOG_APPEND_TIME_FLAG) !== 0;
}

export function isTransactional(b: Uint8Array, at: number): boolean {
  return (b[at + 22] & TRANSACTIONAL_FLAG) !== 0;
}

export function isControl(b: Uint8Array, at: number): boolean {
  return (b[at + 22] & CONTROL_FLAG) !== 0;
}

export function lastOffsetDelta(b: Uint8Array, at: number): number {
  return readInt32(b, at + 23);
}

export function baseTimestamp(b: Uint8Array, at: number): number {
  return readInt64(b, at + 27);
}

/** Within the safe integers: a timestamp beyond them means nothing, but must not harm. */
export function maxTimestamp(b: Uint8Array, at: number): number {
  const timestamp = readInt64(b, at + 35);
  if (timestamp > Number.MAX_SAFE_INTEGER) return Number.MAX_SAFE_INTEGER;
  return Math.max(timestamp, -Number.MAX_SAFE_INTEGER);
}

export function producerId(b: Uint8Array, at: number): number {
  return readInt64(b, at + 43);
}

export function producerEpoch(b: Uint8Array, at: number): number {
  return readInt16(b, at + 51);
}

export function baseSequence(b: Uint8Array, at: number): number {
  return readInt32(b, at + 53);
}

/** The sequence of the last record: sequences wrap from 2^31−1 to 0. */
export function lastSequence(b: Uint8Array, at: number): number {
  const first = readInt32(b, at + 53);
  return first === NO_SEQUENCE ? NO_SEQUENCE : incrementSequence(first, readInt32(b, at + 23));
}

export function recordCount(b: Uint8Array, at: number): number {
  return readInt32(b, at + 57);
}

export function incrementSequence(sequence: number, by: number): number {
  const sum = sequence + by;
  return sum > 2147483647 ? sum - 2147483648 : sum;
}

export function decrementSequence(sequence: number, by: number): number {
  return sequence < by ? sequence - by + 2147483648 : sequence - by;
}

export function computeCrc(digest: Digest, b: Uint8Array, at: number): number {
  return digest.crc32c(b, at + ATTRIBUTES_AT, at + batchBytes(b, at));
}

export function setBaseOffset(b: Uint8Array, at: number, offset: number): void {
  writeInt64(b, at, offset);
}

export function setPartitionLeaderEpoch(b: Uint8Array, at: number, epoch: number): void {
  writeInt32(b, at + 12, epoch);
}

/** Sets the timestamp type and the maximum; the CRC is computed again only when that changes something. */
export function setMaxTimestamp(
  digest: Digest,
  b: Uint8Array,
  at: number,
  logAppendTime: boolean,
  timestamp: number,
): void {
  if (isLogAppendTime(b, at) === logAppendTime && maxTimestamp(b, at) === timestamp) return;
  const low = b[at + 22] & ~LOG_APPEND_TIME_FLAG;
  writeInt16(b, at + ATTRIBUTES_AT, logAppendTime ? low | LOG_APPEND_TIME_FLAG : low);
  writeInt64(b, at + 35, timestamp);
  writeInt32(b, at + CRC_AT, computeCrc(digest, b, at));
}

/** Why the bytes at `at` are not a whole batch that this release reads, or null; the CRC is not looked at. */
export type BatchFlaw = "incomplete" | "size" | "magic" | "offset" | "producer id";

export function batchFlaw(b: Uint8Array, at: number, end: number): BatchFlaw | null {
  if (end - at < LOG_OVERHEAD_BYTES) return "incomplete";
  const length = readInt32(b, at + 8);
  if (length < BATCH_HEADER_BYTES - LOG_OVERHEAD_BYTES) return "size";
  if (end - at < MAGIC_AT + 1) return "incomplete";
  if (b[at + MAGIC_AT] !== 2) return "magic";
  if (end - at < LOG_OVERHEAD_BYTES + length) return "incomplete";
  if (!isSafeInt64(b, at) || readInt32(b, at) < 0 || readInt32(b, at + 23) < 0) return "offset";
  if (!isSafeInt64(b, at + 43)) return "producer id";
  return null;
}
