import type { SeededRandom } from "../../base/random.js";

/** What a sector can be after a loss of power. */
export const SECTOR_BYTES = 512;

/** A sync under way: the bytes that it will make durable. */
export interface SyncRange {
  readonly from: number;
  readonly to: number;
  readonly size: number;
}

/**
 * A file's bytes, twice: as the page cache has them and as the medium has them. They differ only within `[dirtyFrom,
 * dirtyTo)`, the ranges of syncs under way, and in size.
 */
export class Inode {
  readonly isDirectory = false;
  live: Uint8Array;
  size: number;
  medium: Uint8Array;
  mediumSize: number;
  dirtyFrom: number;
  dirtyTo: number;
  readonly syncing: SyncRange[];
  modifiedMs: number;
  /** A sync failed: clean pages differ from the medium. */
  private diverged: boolean;

  constructor(nowMs: number) {
    this.live = EMPTY;
    this.size = 0;
    this.medium = EMPTY;
    this.mediumSize = 0;
    this.dirtyFrom = Number.POSITIVE_INFINITY;
    this.dirtyTo = 0;
    this.syncing = [];
    this.modifiedMs = nowMs;
    this.diverged = false;
  }

  /** Bytes beyond `live.length` and below `size` are zeros that nobody wrote. */
  read(position: number, into: Uint8Array, at: number, length: number): number {
    const count = Math.max(0, Math.min(length, this.size - position));
    if (count === 0) return 0;
    const stored = Math.max(0, Math.min(count, this.live.length - position));
    if (stored > 0) into.set(this.live.subarray(position, position + stored), at);
    if (stored < count) into.fill(0, at + stored, at + count);
    return count;
  }

  write(bytes: Uint8Array, position: number, nowMs: number): void {
    const end = position + bytes.length;
    if (bytes.length > 0) {
      this.live = grown(this.live, end);
      this.live.set(bytes, position);
      if (position < this.dirtyFrom) this.dirtyFrom = position;
      if (end > this.dirtyTo) this.dirtyTo = end;
    }
    if (end > this.size) this.size = end;
    this.modifiedMs = nowMs;
  }

  /** A byte goes bad on the medium; the page cache has dropped the page and reads it from there. */
  rot(position: number, value: number): void {
    if (position < this.live.length) this.live[position] = value;
    if (position < this.medium.length) this.medium[position] = value;
  }

  truncate(length: number, nowMs: number): void {
    if (length < this.size) {
      // Zeroed, so that a later extension reads zeros; the medium keeps its own.
      if (length < this.live.length) {
        this.live.fill(0, length, Math.min(this.size, this.live.length));
        if (length < this.dirtyFrom) this.dirtyFrom = length;
        if (this.live.length > this.dirtyTo) this.dirtyTo = Math.min(this.size, this.live.length);
      }
    }
    this.size = length;
    this.modifiedMs = nowMs;
  }

  beginSync(): SyncRange {
    // It waits for what an earlier sync still writes, too.
    let from = this.dirtyFrom;
    let to = this.dirtyTo;
    for (const other of this.syncing) {
      from = Math.min(from, other.from);
      to = Math.max(to, other.to);
    }
    const range: SyncRange = { from, to, size: this.size };
    this.dirtyFrom = Number.POSITIVE_INFINITY;
    this.dirtyTo = 0;
    this.syncing.push(range);
    return range;
  }

  endSync(range: SyncRange): void {
    this.dropSync(range);
    const to = Math.min(range.to, this.live.length);
    if (range.from < to) {
      this.medium = grown(this.medium, to);
      this.medium.set(this.live.subarray(range.from, to), range.from);
    }
    this.mediumSize = Math.min(range.size, this.size);
  }

  /** The sync failed: its pages count as clean, and some of them show again what the medium has. */
  failSync(range: SyncRange, random: SeededRandom): void {
    this.dropSync(range);
    this.diverged = true;
    const to = Math.min(range.to, this.live.length);
    for (let sector = floorSector(range.from); sector < to; sector += SECTOR_BYTES) {
      if (random.below(2) === 0) continue;
      copyMedium(this.medium, this.live, Math.max(sector, range.from), Math.min(to, sector + SECTOR_BYTES));
    }
  }

  /** Whoever asked for the sync died before it was done. */
  abandonSync(range: SyncRange): void {
    this.dropSync(range);
    if (range.from < this.dirtyFrom) this.dirtyFrom = range.from;
    if (range.to > this.dirtyTo) this.dirtyTo = range.to;
  }

  private dropSync(range: SyncRange): void {
    const at = this.syncing.indexOf(range);
    if (at >= 0) this.syncing.splice(at, 1);
  }

  get unsynced(): boolean {
    return this.dirtyFrom < this.dirtyTo || this.syncing.length > 0 || this.size !== this.mediumSize;
  }

  /** The machine lost power: each unsynced sector is kept, lost or torn. Returns what became of them. */
  losePower(random: SeededRandom): "clean" | "lost" | "kept" | "mixed" {
    if (!this.unsynced) {
      if (this.diverged) this.live = this.medium.slice();
      return "clean";
    }
    let from = this.dirtyFrom;
    let to = this.dirtyTo;
    for (const range of this.syncing) {
      from = Math.min(from, range.from);
      to = Math.max(to, range.to);
    }
    this.syncing.length = 0;
    this.dirtyFrom = Number.POSITIVE_INFINITY;
    this.dirtyTo = 0;
    const fate = random.below(100);
    if (fate < 15) {
      this.medium = this.live.slice();
      this.mediumSize = this.size;
      return "kept";
    }
    if (fate >= 50) this.mixSectors(from, Math.min(to, this.live.length), random);
    this.live = this.medium.slice();
    this.size = this.mediumSize;
    return fate < 50 ? "lost" : "mixed";
  }

  private mixSectors(from: number, to: number, random: SeededRandom): void {
    const low = Math.min(this.size, this.mediumSize);
    const high = Math.max(this.size, this.mediumSize);
    const choice = random.below(3);
    const size = choice === 0 ? this.size : choice === 1 ? this.mediumSize : random.between(low, high);
    const end = Math.min(to, size);
    if (end > this.medium.length) this.medium = grown(this.medium, end);
    for (let sector = floorSector(from); sector < end; sector += SECTOR_BYTES) {
      const start = Math.max(sector, from);
      const stop = Math.min(end, sector + SECTOR_BYTES);
      if (start >= stop) continue;
      const kind = random.below(3);
      if (kind === 0) continue;
      let cut = stop;
      if (kind === 2) cut = random.between(start, stop);
      this.medium.set(this.live.subarray(start, cut), start);
    }
    this.mediumSize = size;
    if (size < this.medium.length) this.medium.fill(0, size);
  }
}

const EMPTY = new Uint8Array(0);

function floorSector(position: number): number {
  return position - (position % SECTOR_BYTES);
}

/** Copies medium[from, to) over live; beyond the medium's end there are zeros. */
function copyMedium(medium: Uint8Array, live: Uint8Array, from: number, to: number): void {
  const stored = Math.max(from, Math.min(to, medium.length));
  if (stored > from) live.set(medium.subarray(from, stored), from);
  if (stored < to) live.fill(0, stored, to);
}

function grown(bytes: Uint8Array, length: number): Uint8Array {
  if (length <= bytes.length) return bytes;
  const larger = new Uint8Array(Math.max(length, bytes.length * 2, 256));
  larger.set(bytes);
  return larger;
}
