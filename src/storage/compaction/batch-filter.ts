import { writeInt16, writeInt32, writeInt64 } from "../../base/bytes.js";
import type { CodecId, Ports } from "../../ports/index.js";
import {
  ATTRIBUTES_AT,
  attributes,
  BATCH_HEADER_BYTES,
  baseTimestamp,
  batchBytes,
  CRC_AT,
  codecOf,
  computeCrc,
  DELETE_HORIZON_FLAG,
  isControl,
  isLogAppendTime,
  LOG_OVERHEAD_BYTES,
  maxTimestamp,
  recordCount,
} from "../../protocol/records/batch.js";
import { compressRecords } from "../../protocol/records/compression.js";
import type { RecordCursor } from "../../protocol/records/cursor.js";
import { varintSize, varlongSize, writeVarint, writeVarlong } from "../../protocol/records/varint.js";
import type { OffsetMap } from "./offset-map.js";

/** What is left of a batch. */
export type Remains = "all" | "some" | "nothing";

/** How records of one cleaning are judged. */
export interface FilterSettings {
  /** Keys of the records at and above `mapFrom` and below `mapEnd`. */
  readonly map: OffsetMap;
  readonly mapEnd: number;
  readonly nowMs: number;
  readonly deleteRetentionMs: number;
}

interface KeptRecord {
  /** Where it lies in the cursor's bytes, with its length. */
  readonly start: number;
  readonly end: number;
  /** From here on nothing depends on its place. */
  readonly keyLengthAt: number;
  readonly offsetDelta: number;
  readonly timestamp: number;
}

/**
 * Leaves of a batch the records that no later one with the same key replaces. The batch keeps its offsets and sequences, also where its
 * first and last records go. A tombstone, and a marker without data before it, stays until the delete horizon, which the cleaning that
 * meets it first writes into its batch (KIP-534; Kafka: Cleaner.cleanInto, MemoryRecords.filterTo).
 */
export class BatchFilter {
  /** Of the last batch that was judged "some": the batch as it remains. */
  result: Uint8Array;
  /** What is wrong with the batch, where it cannot be read. */
  flaw: string | null;
  private readonly ports: Ports;
  private readonly settings: FilterSettings;
  private readonly cursor: RecordCursor;
  private readonly kept: KeptRecord[];

  constructor(ports: Ports, settings: FilterSettings, cursor: RecordCursor) {
    this.ports = ports;
    this.settings = settings;
    this.cursor = cursor;
    this.result = NOTHING;
    this.flaw = null;
    this.kept = [];
  }

  /**
   * `isDiscardable`: data of an aborted transaction, or a marker with nothing before it. `keepsEmpty`: the batch stays though none of its
   * records does, since its offset or its producer's sequence must.
   */
  apply(bytes: Uint8Array, at: number, isDiscardable: boolean, keepsEmpty: boolean): Remains {
    this.flaw = null;
    const { nowMs, deleteRetentionMs } = this.settings;
    const horizon = deleteHorizon(bytes, at);
    const isMarker = isControl(bytes, at);
    const isExpired = horizon >= 0 && horizon <= nowMs;
    const discards = isDiscardable && (!isMarker || isExpired);
    const total = recordCount(bytes, at);
    let hasTombstones = isMarker && isDiscardable && total > 0;
    if (discards) {
      this.kept.length = 0;
    } else {
      hasTombstones = this.sift(bytes, at, isMarker, isExpired) || hasTombstones;
      if (this.flaw !== null) return "all";
    }
    if (this.kept.length === 0) {
      if (!keepsEmpty) return "nothing";
      if (total === 0) return "all";
      this.result = this.emptied(bytes, at);
      return "some";
    }
    const newHorizon = hasTombstones && horizon < 0 ? nowMs + deleteRetentionMs : -1;
    if (this.kept.length === total && newHorizon < 0) return "all";
    this.result = this.rebuilt(bytes, at, newHorizon);
    return "some";
  }

  /** Fills `kept`; answers whether a tombstone is among them. */
  private sift(bytes: Uint8Array, at: number, isMarker: boolean, isExpired: boolean): boolean {
    const { cursor, kept } = this;
    const { map, mapEnd } = this.settings;
    kept.length = 0;
    let hasTombstones = false;
    cursor.reset(bytes, at);
    while (cursor.next()) {
      if (!isMarker && cursor.offset < mapEnd) {
        // A record without a key can never be replaced, and a compacted topic takes none.
        if (cursor.keyLength < 0) continue;
        if (cursor.offset < map.get(cursor.bytes, cursor.keyAt, cursor.keyLength)) continue;
        if (cursor.valueLength < 0 && isExpired) continue;
      }
      if (!isMarker && cursor.valueLength < 0) hasTombstones = true;
      const { start, end, keyLengthAt, offsetDelta, createTimestamp: timestamp } = cursor;
      kept.push({ start, end, keyLengthAt, offsetDelta, timestamp });
    }
    this.flaw = cursor.flaw;
    return hasTombstones;
  }

  private emptied(bytes: Uint8Array, at: number): Uint8Array {
    const batch = bytes.slice(at, at + BATCH_HEADER_BYTES);
    const newest = maxTimestamp(bytes, at);
    writeInt16(batch, ATTRIBUTES_AT, attributes(bytes, at) & ~DELETE_HORIZON_FLAG & ~7);
    writeInt64(batch, 27, newest);
    return this.sealed(batch, 0);
  }

  private rebuilt(bytes: Uint8Array, at: number, newHorizon: number): Uint8Array {
    const { kept, cursor } = this;
    let newest = -1;
    for (const record of kept) if (record.timestamp > newest) newest = record.timestamp;
    const records = newHorizon < 0 ? this.copied(cursor.bytes) : this.moved(cursor.bytes, newHorizon);
    const codec = codecOf(bytes, at);
    const body = codec === 0 ? records : compressRecords(this.ports.compression, codec as CodecId, records);
    const batch = new Uint8Array(BATCH_HEADER_BYTES + body.length);
    batch.set(bytes.subarray(at, at + BATCH_HEADER_BYTES), 0);
    batch.set(body, BATCH_HEADER_BYTES);
    if (newHorizon >= 0) {
      writeInt16(batch, ATTRIBUTES_AT, attributes(bytes, at) | DELETE_HORIZON_FLAG);
      writeInt64(batch, 27, newHorizon);
    }
    if (!isLogAppendTime(bytes, at)) writeInt64(batch, 35, newest);
    return this.sealed(batch, kept.length);
  }

  /** As they are: all that they say is relative to the batch's base offset and timestamp, which stay. */
  private copied(from: Uint8Array): Uint8Array {
    let size = 0;
    for (const { start, end } of this.kept) size += end - start;
    const bytes = new Uint8Array(size);
    let at = 0;
    for (const { start, end } of this.kept) {
      bytes.set(from.subarray(start, end), at);
      at += end - start;
    }
    return bytes;
  }

  /** Their timestamps relative to the delete horizon, which takes the place of the batch's base timestamp. */
  private moved(from: Uint8Array, base: number): Uint8Array {
    const sizes: number[] = [];
    let total = 0;
    for (const { end, keyLengthAt, offsetDelta, timestamp } of this.kept) {
      const size = 1 + varlongSize(timestamp - base) + varintSize(offsetDelta) + end - keyLengthAt;
      sizes.push(size);
      total += varintSize(size) + size;
    }
    const bytes = new Uint8Array(total);
    let at = 0;
    for (let i = 0; i < this.kept.length; i++) {
      const { end, keyLengthAt, offsetDelta, timestamp } = this.kept[i];
      at = writeVarint(bytes, at, sizes[i]);
      bytes[at++] = 0;
      at = writeVarlong(bytes, at, timestamp - base);
      at = writeVarint(bytes, at, offsetDelta);
      bytes.set(from.subarray(keyLengthAt, end), at);
      at += end - keyLengthAt;
    }
    return bytes;
  }

  private sealed(batch: Uint8Array, count: number): Uint8Array {
    writeInt32(batch, 8, batch.length - LOG_OVERHEAD_BYTES);
    writeInt32(batch, 57, count);
    writeInt32(batch, CRC_AT, computeCrc(this.ports.digest, batch, 0));
    return batch;
  }
}

/** Until when tombstones of the batch stay at least, −1: no cleaning has set it yet. */
export function deleteHorizon(bytes: Uint8Array, at: number): number {
  return (attributes(bytes, at) & DELETE_HORIZON_FLAG) === 0 ? -1 : baseTimestamp(bytes, at);
}

/** The batch at `at`, whole. */
export function wholeBatch(bytes: Uint8Array, at: number): Uint8Array {
  return bytes.subarray(at, at + batchBytes(bytes, at));
}

const NOTHING = new Uint8Array(0);
