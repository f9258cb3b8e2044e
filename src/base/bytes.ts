import { assert } from "./assert.js";

/**
 * Big-endian integers over `(bytes, at)`: shifts instead of a DataView per message. Writers check no range; readers assume
 * that the caller checked the bounds.
 */
export const EMPTY_BYTES = new Uint8Array(0);

export function readInt8(b: Uint8Array, at: number): number {
  return (b[at] << 24) >> 24;
}

export function readInt16(b: Uint8Array, at: number): number {
  return ((b[at] << 24) >> 16) | b[at + 1];
}

export function readUint16(b: Uint8Array, at: number): number {
  return (b[at] << 8) | b[at + 1];
}

export function readInt32(b: Uint8Array, at: number): number {
  return (b[at] << 24) | (b[at + 1] << 16) | (b[at + 2] << 8) | b[at + 3];
}

export function readUint32(b: Uint8Array, at: number): number {
  return readInt32(b, at) >>> 0;
}

/** As a number; the result is exact only within ±2^53 (see `isSafeInt64`). */
export function readInt64(b: Uint8Array, at: number): number {
  return readInt32(b, at) * 4294967296 + (readInt32(b, at + 4) >>> 0);
}

/** Whether the int64 at `at` is exact as a number. */
export function isSafeInt64(b: Uint8Array, at: number): boolean {
  const high = readInt32(b, at);
  return high >= -2097152 && high <= 2097151;
}

export function writeInt8(b: Uint8Array, at: number, value: number): void {
  b[at] = value;
}

export function writeInt16(b: Uint8Array, at: number, value: number): void {
  b[at] = value >> 8;
  b[at + 1] = value;
}

export function writeInt32(b: Uint8Array, at: number, value: number): void {
  b[at] = value >> 24;
  b[at + 1] = value >> 16;
  b[at + 2] = value >> 8;
  b[at + 3] = value;
}

export function writeInt64(b: Uint8Array, at: number, value: number): void {
  assert(Number.isSafeInteger(value), "an int64 must be a safe integer");
  const high = Math.floor(value / 4294967296);
  writeInt32(b, at, high);
  writeInt32(b, at + 4, value - high * 4294967296);
}

/** Bytes that `value` takes as an unsigned varint; `value` in [0, 2^32). */
export function uvarintSize(value: number): number {
  if (value < 0x80) return 1;
  if (value < 0x4000) return 2;
  if (value < 0x200000) return 3;
  if (value < 0x10000000) return 4;
  return 5;
}

/** Writes an unsigned varint and returns the position after it; `value` in [0, 2^32). */
export function writeUvarint(b: Uint8Array, at: number, value: number): number {
  while (value >= 0x80) {
    b[at++] = (value & 0x7f) | 0x80;
    value = value >>> 7;
  }
  b[at++] = value;
  return at;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

/** Lexicographic, unsigned; a prefix sorts first. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = Math.min(a.length, b.length);
  for (let i = 0; i < n; i++) if (a[i] !== b[i]) return a[i] - b[i];
  return a.length - b.length;
}

export function concatBytes(chunks: readonly Uint8Array[]): Uint8Array {
  if (chunks.length === 1) return chunks[0];
  let length = 0;
  for (const chunk of chunks) length += chunk.length;
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
