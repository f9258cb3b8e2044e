import { readInt32, readInt64 } from "../../base/bytes.js";
import type { SimDisk } from "../disk/sim-disk.js";
import type { ShadowBatch } from "./shadow-log.js";

const HEADER_BYTES = 61;

/** Adds the batches of `bytes`, which begins with one, as far as they are whole. */
export function readBatches(bytes: Uint8Array, into: ShadowBatch[]): ShadowBatch[] {
  let at = 0;
  while (at + HEADER_BYTES <= bytes.length) {
    const size = 12 + readInt32(bytes, at + 8);
    if (size < HEADER_BYTES || at + size > bytes.length) break;
    const base = readInt64(bytes, at);
    into.push({
      base,
      last: base + readInt32(bytes, at + 23),
      epoch: readInt32(bytes, at + 12),
      crc: readInt32(bytes, at + 17) >>> 0,
    });
    at += size;
  }
  return into;
}

/** The batches of a partition's files below `endOffset`, read past the broker's own code. */
export function readLogDirectory(disk: SimDisk, path: string, endOffset: number): ShadowBatch[] {
  const batches: ShadowBatch[] = [];
  for (const [name, inode] of disk.filesBelow(path)) {
    if (!name.endsWith(".log")) continue;
    const bytes = new Uint8Array(inode.size);
    inode.read(0, bytes, 0, bytes.length);
    for (const batch of readBatches(bytes, [])) if (batch.last < endOffset) batches.push(batch);
  }
  return batches;
}
