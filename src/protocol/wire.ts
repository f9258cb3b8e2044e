import { assert } from "../base/assert.js";
import { EMPTY_BYTES, readInt32, writeInt32, writeUvarint } from "../base/bytes.js";
import { isUuid, uuidFromBytes, uuidToBytes } from "../base/uuid.js";
import { ProtocolError } from "./protocol-error.js";
import { INT64_MAX, type RecordsInput } from "./schema.js";
import { checkTextSize, textSize, writeText } from "./text.js";

/** What the compiled codecs and the interpreter share: values on the wire, errors, and the buffer that is written to. */

const TWO_32 = 4294967296;

/**
 * An unsigned varint of at most five bytes and 32 bits, as value + 2^32 × its size in bytes: both in one number, without an
 * object. The caller checks nothing.
 */
export function readUvarint(b: Uint8Array, at: number, end: number, field: string): number {
  let value = 0;
  for (let i = 0; i < 5; i++) {
    if (at + i >= end) throw tooShort(field);
    const byte = b[at + i];
    value += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      if (value >= TWO_32) break;
      return value + (i + 1) * TWO_32;
    }
  }
  throw new ProtocolError(`${field}: a varint is longer than 32 bits`);
}

/** The caller has checked the bounds. */
export function readSafeInt64(b: Uint8Array, at: number, field: string): number {
  const high = readInt32(b, at);
  const low = readInt32(b, at + 4) >>> 0;
  const value = high * TWO_32 + low;
  if (high >= -0x200000 && high < 0x200000 && value !== -0x20000000000000) return value;
  if (high === 0x7fffffff && low === 0xffffffff) return INT64_MAX;
  throw new ProtocolError(`${field}: an int64 is beyond 2^53`);
}

export function writeSafeInt64(b: Uint8Array, at: number, value: number, field: string): void {
  if ((value | 0) === value) {
    const sign = value >> 31;
    b[at] = sign;
    b[at + 1] = sign;
    b[at + 2] = sign;
    b[at + 3] = sign;
    writeInt32(b, at + 4, value);
  } else if (Number.isSafeInteger(value)) {
    const high = Math.floor(value / TWO_32);
    writeInt32(b, at, high);
    writeInt32(b, at + 4, value - high * TWO_32);
  } else {
    assert(value === INT64_MAX, `${field}: ${value} is not a safe integer`);
    writeInt32(b, at, 0x7fffffff);
    writeInt32(b, at + 4, -1);
  }
}

const floatView = new DataView(new ArrayBuffer(8));

export function readFloat64(b: Uint8Array, at: number): number {
  floatView.setInt32(0, readInt32(b, at));
  floatView.setInt32(4, readInt32(b, at + 4));
  return floatView.getFloat64(0);
}

export function writeFloat64(b: Uint8Array, at: number, value: number): void {
  floatView.setFloat64(0, value);
  writeInt32(b, at, floatView.getInt32(0));
  writeInt32(b, at + 4, floatView.getInt32(4));
}

/** Ids that were read lately: those of topics come with every request. */
const RECENT_UUIDS = 512;
const recentIds: string[] = new Array(RECENT_UUIDS).fill("AAAAAAAAAAAAAAAAAAAAAA");
const recentWords = new Int32Array(RECENT_UUIDS * 4);

export function readUuid(b: Uint8Array, at: number): string {
  const w0 = readInt32(b, at);
  const w1 = readInt32(b, at + 4);
  const w2 = readInt32(b, at + 8);
  const w3 = readInt32(b, at + 12);
  const hash = Math.imul(w0 ^ Math.imul(w1, 0x01000193) ^ w2 ^ Math.imul(w3, 0x85ebca6b), 0xc2b2ae35);
  const slot = (hash >>> 16) & (RECENT_UUIDS - 1);
  const k = slot * 4;
  if (recentWords[k] === w0 && recentWords[k + 1] === w1 && recentWords[k + 2] === w2 && recentWords[k + 3] === w3) {
    return recentIds[slot];
  }
  const id = uuidFromBytes(b, at);
  recentIds[slot] = id;
  recentWords[k] = w0;
  recentWords[k + 1] = w1;
  recentWords[k + 2] = w2;
  recentWords[k + 3] = w3;
  return id;
}

export function writeUuid(b: Uint8Array, at: number, id: string, field: string): void {
  assert(typeof id === "string" && isUuid(id), `${field}: not a uuid: ${id}`);
  uuidToBytes(id, b, at);
}

/** Where decoding ended, for callers that go on from there. */
export const position = { at: 0 };

/** What is written to. It grows; where records are not copied it notes where their views come in between. */
export class Writer {
  bytes: Uint8Array;
  /** Where the message begins: what lies before belongs to earlier ones. */
  start: number;
  at: number;
  /** Null: records are copied in. Else views, and before which position each comes. */
  views: Uint8Array[] | null;
  readonly cuts: number[];
  viewBytes: number;

  constructor(capacity: number) {
    this.bytes = new Uint8Array(capacity);
    this.start = 0;
    this.at = 0;
    this.views = null;
    this.cuts = [];
    this.viewBytes = 0;
  }

  /** Bytes of the message so far, views included. */
  get length(): number {
    return this.at - this.start + this.viewBytes;
  }

  /** The message, in pieces where views lie between. None is a copy: the buffer is given away up to here. */
  takeChunks(): Uint8Array[] {
    const { bytes, views, cuts } = this;
    const chunks: Uint8Array[] = [];
    let from = this.start;
    if (views !== null) {
      for (let i = 0; i < views.length; i++) {
        if (cuts[i] > from) chunks.push(bytes.subarray(from, cuts[i]));
        from = cuts[i];
        chunks.push(views[i]);
      }
      views.length = 0;
      cuts.length = 0;
    }
    if (this.at > from) chunks.push(bytes.subarray(from, this.at));
    this.start = this.at;
    this.viewBytes = 0;
    return chunks;
  }
}

/** Makes room for `room` bytes at `at`; returns the buffer to go on with. */
export function grow(w: Writer, at: number, room: number): Uint8Array {
  const bytes = new Uint8Array(Math.max(w.bytes.length * 2, at + room));
  bytes.set(w.bytes.subarray(w.start, at), w.start);
  w.bytes = bytes;
  return bytes;
}

/** Room that a string takes at most, with its length. */
export function textRoom(text: string, field: string): number {
  assert(typeof text === "string", `${field}: not a string`);
  return text.length * 3 + 3;
}

export function writeText16(b: Uint8Array, at: number, text: string, field: string): number {
  const start = at + 2;
  const end = writeText(b, start, text);
  const size = end - start;
  checkTextSize(size, field);
  b[at] = size >> 8;
  b[at + 1] = size;
  return end;
}

export function writeCompactText(b: Uint8Array, at: number, text: string, field: string): number {
  const length = text.length;
  if (length < 127) {
    const start = at + 1;
    let i = 0;
    for (; i < length; i++) {
      const code = text.charCodeAt(i);
      if (code > 127) break;
      b[start + i] = code;
    }
    if (i === length) {
      b[at] = length + 1;
      return start + length;
    }
  }
  const size = textSize(text);
  checkTextSize(size, field);
  return writeText(b, writeUvarint(b, at, size + 1), text);
}

export function bytesSize(bytes: Uint8Array, field: string): number {
  assert(bytes instanceof Uint8Array, `${field}: not bytes`);
  return bytes.length;
}

export function copyBytes(b: Uint8Array, at: number, bytes: Uint8Array): number {
  const length = bytes.length;
  if (length > 24) b.set(bytes, at);
  else for (let i = 0; i < length; i++) b[at + i] = bytes[i];
  return at + length;
}

export function recordsSize(records: RecordsInput, field: string): number {
  if (records instanceof Uint8Array) return records.length;
  assert(Array.isArray(records), `${field}: neither bytes nor a list of bytes`);
  let size = 0;
  for (let i = 0; i < records.length; i++) size += bytesSize(records[i], field);
  return size;
}

/** Puts records after what was written up to `at`, as views or as a copy, for which there must be room; returns the position to go on. */
export function writeRecords(w: Writer, at: number, records: RecordsInput): number {
  if (records instanceof Uint8Array) return writeView(w, at, records);
  for (let i = 0; i < records.length; i++) at = writeView(w, at, records[i]);
  return at;
}

function writeView(w: Writer, at: number, view: Uint8Array): number {
  if (view.length === 0) return at;
  if (w.views === null) return copyBytes(w.bytes, at, view);
  w.views.push(view);
  w.cuts.push(at);
  w.viewBytes += view.length;
  return at;
}

/** The tagged field whose payload is `bytes[sizeAt + 1, at)` is longer than 127 bytes: its size takes more than the byte left for it. */
export function widen(b: Uint8Array, sizeAt: number, at: number): number {
  const size = at - sizeAt - 1;
  const extra = size < 0x4000 ? 1 : size < 0x200000 ? 2 : size < 0x10000000 ? 3 : 4;
  b.copyWithin(sizeAt + 1 + extra, sizeAt + 1, at);
  writeUvarint(b, sizeAt, size);
  return at + extra;
}

export function noBytes(): Uint8Array {
  return EMPTY_BYTES;
}

export function tooShort(field: string): ProtocolError {
  return new ProtocolError(`${field}: the message ends too early`);
}

export function badLength(field: string, length: number): ProtocolError {
  return new ProtocolError(`${field}: a length of ${length} is not possible`);
}

export function badNull(field: string): ProtocolError {
  return new ProtocolError(`${field}: null is not allowed in this version`);
}

export function badTag(field: string): ProtocolError {
  return new ProtocolError(`${field}: a tagged field is not as long as it says`);
}

export function unsupported(field: string): ProtocolError {
  return new ProtocolError(`${field}: this version has no such field`);
}

export function outOfRange(field: string, value: unknown): never {
  assert(false, `${field}: ${String(value)} is out of range`);
}

const NO_ELEMENTS: readonly unknown[] = Object.freeze([]);

/** What a list that was left out is encoded as. */
export function noElements(): readonly unknown[] {
  return NO_ELEMENTS;
}

export function listSize(list: readonly unknown[], field: string): number {
  assert(Array.isArray(list), `${field}: not an array`);
  return list.length;
}
