/** Digests that have a native implementation on a server and a plain one elsewhere. */
export interface Digest {
  /** CRC-32C (Castagnoli) of `bytes[start, end)`, as an unsigned number. */
  crc32c(bytes: Uint8Array, start: number, end: number): number;
  /** Continues a CRC-32C over a further piece: `crc32cUpdate(crc32c(a), b) = crc32c(a ‖ b)`. */
  crc32cUpdate(crc: number, bytes: Uint8Array, start: number, end: number): number;
}
