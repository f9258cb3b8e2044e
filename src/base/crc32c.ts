import { readInt32 } from "./bytes.js";

/** CRC-32C (Castagnoli), reflected polynomial 0x82f63b78, eight bytes a step ("slicing by 8"). */
const TABLES = makeTables();

function makeTables(): Int32Array[] {
  const tables: Int32Array[] = [];
  for (let k = 0; k < 8; k++) tables.push(new Int32Array(256));
  for (let i = 0; i < 256; i++) {
    let crc = i;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
    tables[0][i] = crc;
  }
  for (let i = 0; i < 256; i++) {
    for (let k = 1; k < 8; k++) tables[k][i] = (tables[k - 1][i] >>> 8) ^ tables[0][tables[k - 1][i] & 255];
  }
  return tables;
}

/** Of `bytes[start, end)`, as an unsigned number. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  return crc32cUpdate(0, bytes, start, end);
}

/** Continues over a further piece: `crc32cUpdate(crc32c(a), b) = crc32c(a ‖ b)`. */
export function crc32cUpdate(crc: number, bytes: Uint8Array, start: number, end: number): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = TABLES;
  let c = ~crc;
  let at = start;
  for (; at + 8 <= end; at += 8) {
    c ^= swapped(readInt32(bytes, at));
    c =
      t7[c & 255] ^
      t6[(c >>> 8) & 255] ^
      t5[(c >>> 16) & 255] ^
      t4[c >>> 24] ^
      t3[bytes[at + 4]] ^
      t2[bytes[at + 5]] ^
      t1[bytes[at + 6]] ^
      t0[bytes[at + 7]];
  }
  for (; at < end; at++) c = (c >>> 8) ^ t0[(c ^ bytes[at]) & 255];
  return ~c >>> 0;
}

function swapped(value: number): number {
  return (value << 24) | ((value & 0xff00) << 8) | ((value >>> 8) & 0xff00) | (value >>> 24);
}
