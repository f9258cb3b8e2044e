import { assert } from "../base/assert.js";
import { readInt32, readInt64, writeInt32, writeInt64 } from "../base/bytes.js";
import type { Disk } from "../ports/index.js";
import { IndexFile } from "./index-file.js";

/**
 * `.timeindex`: int64 largest timestamp so far, int32 last offset of the batch that has it, minus the segment's base
 * offset. Timestamps rise strictly, offsets do not fall.
 */
export class TimeIndex extends IndexFile {
  readonly baseOffset: number;

  constructor(disk: Disk, path: string, baseOffset: number) {
    super(disk, path, 12);
    this.baseOffset = baseOffset;
  }

  /** Appends unless the timestamp is no news. */
  maybeAppend(timestamp: number, offset: number): void {
    if (timestamp <= this.lastTimestamp) return;
    assert(this.count === 0 || offset >= this.offsetAt(this.count - 1), "offsets in a time index do not fall");
    const at = this.extend();
    const bytes = this.loaded();
    writeInt64(bytes, at, timestamp);
    writeInt32(bytes, at + 8, offset - this.baseOffset);
  }

  timestampAt(entry: number): number {
    return readInt64(this.loaded(), entry * 12);
  }

  offsetAt(entry: number): number {
    return this.baseOffset + readInt32(this.loaded(), entry * 12 + 8);
  }

  /** −1 when there is none. */
  get lastTimestamp(): number {
    return this.count === 0 ? -1 : this.timestampAt(this.count - 1);
  }

  get lastOffset(): number {
    return this.count === 0 ? this.baseOffset : this.offsetAt(this.count - 1);
  }

  /** An offset below which every record is older than `timestamp`. */
  offsetBefore(timestamp: number): number {
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (this.timestampAt(middle) <= timestamp) low = middle + 1;
      else high = middle - 1;
    }
    // An entry with this very timestamp is the batch that has it: start there, not after it.
    return high < 0 ? this.baseOffset : this.offsetAt(high);
  }

  /** Drops the entries at or above `offset`. */
  truncateTo(offset: number): void {
    let keep = this.count;
    while (keep > 0 && this.offsetAt(keep - 1) >= offset) keep--;
    this.cut(keep);
  }
}
