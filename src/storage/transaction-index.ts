import { readInt16, readInt64, writeInt16, writeInt64 } from "../base/bytes.js";
import type { Disk } from "../ports/index.js";
import { IndexFile } from "./index-file.js";
import type { AbortedTransaction } from "./log-read.js";

/** An aborted transaction; `lastOffset` is that of its marker. */
export interface IndexedTransaction extends AbortedTransaction {
  readonly lastOffset: number;
  readonly lastStableOffset: number;
}

/** `.txnindex`: the aborted transactions whose marker lies in the segment. int16 version 0, int64 producer id, first offset, last offset, last stable offset. */
export class TransactionIndex extends IndexFile {
  constructor(disk: Disk, path: string) {
    super(disk, path, 34);
  }

  append(producerId: number, firstOffset: number, lastOffset: number, lastStableOffset: number): void {
    const at = this.extend();
    const bytes = this.loaded();
    writeInt16(bytes, at, 0);
    writeInt64(bytes, at + 2, producerId);
    writeInt64(bytes, at + 10, firstOffset);
    writeInt64(bytes, at + 18, lastOffset);
    writeInt64(bytes, at + 26, lastStableOffset);
  }

  /**
   * Adds the aborted transactions that touch [from, to). Answers whether no later segment can have more: once a
   * transaction's last stable offset is at or above `to`, everything below was decided.
   */
  collect(from: number, to: number, into: AbortedTransaction[]): boolean {
    const bytes = this.count === 0 ? null : this.loaded();
    for (let i = 0; bytes !== null && i < this.count; i++) {
      const at = i * 34;
      const first = readInt64(bytes, at + 10);
      const last = readInt64(bytes, at + 18);
      if (last >= from && first < to) into.push({ producerId: readInt64(bytes, at + 2), firstOffset: first });
      if (readInt64(bytes, at + 26) >= to) return true;
    }
    return false;
  }

  /** All entries, in order. */
  transactions(): IndexedTransaction[] {
    const found: IndexedTransaction[] = [];
    const bytes = this.count === 0 ? null : this.loaded();
    for (let i = 0; bytes !== null && i < this.count; i++) {
      const at = i * 34;
      found.push({
        producerId: readInt64(bytes, at + 2),
        firstOffset: readInt64(bytes, at + 10),
        lastOffset: readInt64(bytes, at + 18),
        lastStableOffset: readInt64(bytes, at + 26),
      });
    }
    return found;
  }

  truncateTo(offset: number): void {
    let keep = this.count;
    if (keep === 0) return;
    const bytes = this.loaded();
    while (keep > 0 && readInt64(bytes, (keep - 1) * 34 + 18) >= offset) keep--;
    this.cut(keep);
  }

  /** What is wrong with the entries, or null. */
  flaw(baseOffset: number): string | null {
    const bytes = this.count === 0 ? null : this.loaded();
    for (let i = 0; bytes !== null && i < this.count; i++) {
      if (readInt16(bytes, i * 34) > 0) return "an unknown version";
      if (readInt64(bytes, i * 34 + 18) < baseOffset) return "an offset below the segment's base";
    }
    return null;
  }
}
