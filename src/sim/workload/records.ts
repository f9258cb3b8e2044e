import { readInt32, readInt64, writeInt16, writeInt32, writeInt64 } from "../../base/bytes.js";
import { crc32c } from "../../base/crc32c.js";

/**
 * Record batches as the simulator's clients write and read them: format 2, uncompressed, values only. Written apart from
 * the broker's own code, so that one mistake does not hide another.
 */
const HEADER_BYTES = 61;

export interface BatchPlan {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly timestamp: number;
  readonly values: readonly string[];
}

export function writeBatch(plan: BatchPlan): Uint8Array {
  let size = HEADER_BYTES;
  plan.values.forEach((value, i) => {
    const body = recordBodySize(value, i);
    size += varintSize(body) + body;
  });
  const b = new Uint8Array(size);
  writeInt32(b, 8, size - 12);
  writeInt32(b, 12, -1);
  b[16] = 2;
  writeInt32(b, 23, plan.values.length - 1);
  writeInt64(b, 27, plan.timestamp);
  writeInt64(b, 35, plan.timestamp);
  writeInt64(b, 43, plan.producerId);
  writeInt16(b, 51, plan.producerEpoch);
  writeInt32(b, 53, plan.baseSequence);
  writeInt32(b, 57, plan.values.length);
  let at = HEADER_BYTES;
  plan.values.forEach((value, i) => {
    at = writeVarint(b, at, recordBodySize(value, i));
    b[at++] = 0; // attributes
    at = writeVarint(b, at, 0); // timestamp delta
    at = writeVarint(b, at, i); // offset delta
    at = writeVarint(b, at, -1); // no key
    at = writeVarint(b, at, value.length);
    for (let j = 0; j < value.length; j++) b[at++] = value.charCodeAt(j);
    at = writeVarint(b, at, 0); // no headers
  });
  writeInt32(b, 17, crc32c(b, 21, size));
  return b;
}

export interface ReadRecord {
  readonly offset: number;
  readonly value: string;
}

/**
 * The records of whole batches from offset `from` on, control batches left out. A batch with a wrong CRC is an Error: brokers must not
 * send one.
 */
export function readRecords(bytes: Uint8Array, into: ReadRecord[], from = 0): ReadRecord[] {
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const size = 12 + readInt32(bytes, at + 8);
    if (size < HEADER_BYTES || at + size > bytes.length) break;
    const crc = readInt32(bytes, at + 17) >>> 0;
    if (crc !== crc32c(bytes, at + 21, at + size))
      throw new Error(`a batch at ${readInt64(bytes, at)} has a wrong CRC`);
    const isControl = (bytes[at + 22] & 0x20) !== 0;
    if (!isControl) readBatchRecords(bytes, at, into, from);
    at += size;
  }
  return into;
}

function readBatchRecords(bytes: Uint8Array, at: number, into: ReadRecord[], from: number): void {
  const base = readInt64(bytes, at);
  const count = readInt32(bytes, at + 57);
  cursor.at = at + HEADER_BYTES;
  for (let i = 0; i < count; i++) {
    const length = readVarint(bytes);
    const end = cursor.at + length;
    cursor.at++;
    readVarint(bytes);
    const offset = base + readVarint(bytes);
    if (offset >= from) {
      const keyLength = readVarint(bytes);
      if (keyLength > 0) cursor.at += keyLength;
      const valueLength = readVarint(bytes);
      into.push({ offset, value: textOf(bytes, cursor.at, cursor.at + valueLength) });
    }
    cursor.at = end;
  }
}

/** In one piece: a string that grows by a character at a time is a chain, which each map that it is a key of has to walk. */
function textOf(bytes: Uint8Array, from: number, to: number): string {
  return String.fromCharCode.apply(null, bytes.subarray(from, to) as unknown as number[]);
}

const cursor = { at: 0 };

/** Zigzag; what it passes is added to `cursor.at`. */
function readVarint(bytes: Uint8Array): number {
  let value = 0;
  let shift = 0;
  for (;;) {
    const byte = bytes[cursor.at++];
    value |= (byte & 0x7f) << shift;
    if ((byte & 0x80) === 0) break;
    shift += 7;
  }
  return (value >>> 1) ^ -(value & 1);
}

function writeVarint(bytes: Uint8Array, at: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  while (rest > 0x7f) {
    bytes[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  bytes[at++] = rest;
  return at;
}

function varintSize(value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let size = 1;
  while (rest > 0x7f) {
    rest >>>= 7;
    size++;
  }
  return size;
}

function recordBodySize(value: string, offsetDelta: number): number {
  return 1 + 1 + varintSize(offsetDelta) + 1 + varintSize(value.length) + value.length + 1;
}
