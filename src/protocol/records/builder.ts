import { assert } from "../../base/assert.js";
import { writeInt16, writeInt32, writeInt64 } from "../../base/bytes.js";
import type { CodecId, Compression, Digest } from "../../ports/index.js";
import {
  BATCH_HEADER_BYTES,
  CONTROL_FLAG,
  LOG_APPEND_TIME_FLAG,
  LOG_OVERHEAD_BYTES,
  TRANSACTIONAL_FLAG,
} from "./batch.js";
import { compressRecords } from "./compression.js";
import { varintSize, varlongSize, writeVarint, writeVarlong } from "./varint.js";

export interface RecordInput {
  key: Uint8Array | null;
  value: Uint8Array | null;
  headers?: readonly { key: Uint8Array; value: Uint8Array | null }[];
  /** The batch's `timestamp` when left out. */
  timestamp?: number;
}

export interface BatchOptions {
  baseOffset?: number;
  /** −1 when left out, as producers send it. */
  leaderEpoch?: number;
  /** Milliseconds since 1970; base of the batch's timestamps. */
  timestamp: number;
  producerId?: number;
  producerEpoch?: number;
  baseSequence?: number;
  isTransactional?: boolean;
  isControl?: boolean;
  /** The broker's time: readers then take the batch's maximum for every record. */
  logAppendTime?: boolean;
  codec?: CodecId | 0;
  level?: number;
}

/** One batch (magic 2) of these records, with its CRC. At least one record. */
export function buildBatch(
  options: BatchOptions,
  records: readonly RecordInput[],
  ports: { digest: Digest; compression: Compression },
): Uint8Array {
  assert(records.length > 0, "a batch has at least one record");
  const base = records[0].timestamp ?? options.timestamp;
  let size = 0;
  let newest = base;
  for (let i = 0; i < records.length; i++) {
    const timestamp = records[i].timestamp ?? options.timestamp;
    if (timestamp > newest) newest = timestamp;
    const body = bodySize(records[i], timestamp - base, i);
    size += varintSize(body) + body;
  }
  const codec = options.codec ?? 0;
  const start = codec === 0 ? BATCH_HEADER_BYTES : 0;
  let bytes = new Uint8Array(start + size);
  let at = start;
  for (let i = 0; i < records.length; i++) {
    at = writeRecord(bytes, at, records[i], (records[i].timestamp ?? options.timestamp) - base, i);
  }
  if (codec !== 0) {
    const compressed = compressRecords(ports.compression, codec, bytes, options.level);
    bytes = new Uint8Array(BATCH_HEADER_BYTES + compressed.length);
    bytes.set(compressed, BATCH_HEADER_BYTES);
  }
  let flags: number = codec;
  if (options.logAppendTime === true) flags |= LOG_APPEND_TIME_FLAG;
  if (options.isTransactional === true) flags |= TRANSACTIONAL_FLAG;
  if (options.isControl === true) flags |= CONTROL_FLAG;
  writeInt64(bytes, 0, options.baseOffset ?? 0);
  writeInt32(bytes, 8, bytes.length - LOG_OVERHEAD_BYTES);
  writeInt32(bytes, 12, options.leaderEpoch ?? -1);
  bytes[16] = 2;
  writeInt16(bytes, 21, flags);
  writeInt32(bytes, 23, records.length - 1);
  writeInt64(bytes, 27, base);
  writeInt64(bytes, 35, options.logAppendTime === true ? options.timestamp : newest);
  writeInt64(bytes, 43, options.producerId ?? -1);
  writeInt16(bytes, 51, options.producerEpoch ?? -1);
  writeInt32(bytes, 53, options.baseSequence ?? -1);
  writeInt32(bytes, 57, records.length);
  writeInt32(bytes, 17, ports.digest.crc32c(bytes, 21, bytes.length));
  return bytes;
}

/** Bytes of the record as it lies in a batch, its length prefix included. */
export function recordBytes(record: RecordInput, timestampDelta: number, offsetDelta: number): number {
  const body = bodySize(record, timestampDelta, offsetDelta);
  return varintSize(body) + body;
}

function bodySize(record: RecordInput, timestampDelta: number, offsetDelta: number): number {
  const { key, value, headers } = record;
  let size = 1 + varlongSize(timestampDelta) + varintSize(offsetDelta);
  size += key === null ? 1 : varintSize(key.length) + key.length;
  size += value === null ? 1 : varintSize(value.length) + value.length;
  const count = headers === undefined ? 0 : headers.length;
  size += varintSize(count);
  for (let i = 0; i < count; i++) {
    const header = (headers as readonly { key: Uint8Array; value: Uint8Array | null }[])[i];
    size += varintSize(header.key.length) + header.key.length;
    size += header.value === null ? 1 : varintSize(header.value.length) + header.value.length;
  }
  return size;
}

function writeRecord(
  b: Uint8Array,
  at: number,
  record: RecordInput,
  timestampDelta: number,
  offsetDelta: number,
): number {
  at = writeVarint(b, at, bodySize(record, timestampDelta, offsetDelta));
  b[at++] = 0;
  at = writeVarlong(b, at, timestampDelta);
  at = writeVarint(b, at, offsetDelta);
  at = writeNullable(b, at, record.key);
  at = writeNullable(b, at, record.value);
  const headers = record.headers ?? [];
  at = writeVarint(b, at, headers.length);
  for (const header of headers) {
    at = writeNullable(b, at, header.key);
    at = writeNullable(b, at, header.value);
  }
  return at;
}

function writeNullable(b: Uint8Array, at: number, bytes: Uint8Array | null): number {
  if (bytes === null) return writeVarint(b, at, -1);
  at = writeVarint(b, at, bytes.length);
  b.set(bytes, at);
  return at + bytes.length;
}
