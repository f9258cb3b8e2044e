import { assert } from "../base/assert.js";
import { readInt32, writeInt32 } from "../base/bytes.js";
import type { Disk } from "../ports/index.js";
import { IndexFile } from "./index-file.js";

/** `.index`: int32 last offset of a batch minus the segment's base offset, int32 position of that batch; both rise. */
export class OffsetIndex extends IndexFile {
  readonly baseOffset: number;

  constructor(disk: Disk, path: string, baseOffset: number) {
    super(disk, path, 8);
    this.baseOffset = baseOffset;
  }

  append(offset: number, position: number): void {
    assert(this.count === 0 || offset > this.offsetAt(this.count - 1), "offsets in an index rise");
    const at = this.extend();
    const bytes = this.loaded();
    writeInt32(bytes, at, offset - this.baseOffset);
    writeInt32(bytes, at + 4, position);
  }

  offsetAt(entry: number): number {
    return this.baseOffset + readInt32(this.loaded(), entry * 8);
  }

  positionAt(entry: number): number {
    return readInt32(this.loaded(), entry * 8 + 4);
  }

  /** −1 when there is none. */
  get lastOffset(): number {
    const entry = this.lastEntry();
    return entry === null ? -1 : this.baseOffset + readInt32(entry, 0);
  }

  /** The last entry with an offset ≤ `offset`, −1 when there is none. */
  floor(offset: number): number {
    const bytes = this.count === 0 ? null : this.loaded();
    if (bytes === null) return -1;
    const relative = offset - this.baseOffset;
    let low = 0;
    let high = this.count - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (readInt32(bytes, middle * 8) <= relative) low = middle + 1;
      else high = middle - 1;
    }
    return high;
  }

  /** A position from which a scan forward meets the batch that holds `offset`. */
  positionFor(offset: number): number {
    const entry = this.floor(offset);
    return entry < 0 ? 0 : this.positionAt(entry);
  }

  /** Drops the entries at or above `offset`. */
  truncateTo(offset: number): void {
    this.cut(this.floor(offset - 1) + 1);
  }
}
