import type { Log } from "./log.js";
import type { Segment } from "./segment.js";

/** What one append put into a log: whole batches, one after the other. */
export class TailEntry {
  readonly log: Log;
  readonly segment: Segment;
  /** Of the first byte in the segment's file. */
  readonly position: number;
  bytes: Uint8Array;
  readonly baseOffset: number;
  endOffset: number;
  isWritten: boolean;
  /** Truncated away, or evicted. */
  isDropped: boolean;
  readonly age: number;

  constructor(
    log: Log,
    segment: Segment,
    position: number,
    bytes: Uint8Array,
    baseOffset: number,
    endOffset: number,
    age: number,
  ) {
    this.log = log;
    this.segment = segment;
    this.position = position;
    this.bytes = bytes;
    this.baseOffset = baseOffset;
    this.endOffset = endOffset;
    this.isWritten = false;
    this.isDropped = false;
    this.age = age;
  }
}

/** A queue whose first elements can be dropped cheaply. */
class Fifo<T> {
  items: T[];
  head: number;

  constructor() {
    this.items = [];
    this.head = 0;
  }

  get length(): number {
    return this.items.length - this.head;
  }

  dropFirst(): void {
    this.head++;
    if (this.head >= 64 && this.head * 2 >= this.items.length) {
      this.items = this.items.slice(this.head);
      this.head = 0;
    }
  }
}

/** The newest entries of one log, contiguous up to its append end. */
export class LogTail {
  private readonly queue: Fifo<TailEntry>;

  constructor() {
    this.queue = new Fifo();
  }

  /** Offset of the first record in memory, −1 when nothing is. */
  get startOffset(): number {
    return this.queue.length === 0 ? -1 : this.queue.items[this.queue.head].baseOffset;
  }

  get length(): number {
    return this.queue.length;
  }

  at(index: number): TailEntry {
    return this.queue.items[this.queue.head + index];
  }

  push(entry: TailEntry): void {
    this.queue.items.push(entry);
  }

  /** The entry that holds `offset`, which is at or above `startOffset`; −1 when it is beyond the end. */
  find(offset: number): number {
    const { items, head } = this.queue;
    const last = items.length - 1;
    if (last < head || offset >= items[last].endOffset) return -1;
    if (offset >= items[last].baseOffset) return last - head;
    let low = head;
    let high = last;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (items[middle].endOffset <= offset) low = middle + 1;
      else high = middle;
    }
    return low - head;
  }

  dropFirst(): void {
    this.queue.dropFirst();
  }

  /** Drops the entries from `index` on and answers them. */
  dropFrom(index: number): TailEntry[] {
    const dropped = this.queue.items.splice(this.queue.head + index);
    for (const entry of dropped) entry.isDropped = true;
    return dropped;
  }
}

const SLAB_BYTES = 262144;
/** Views at least this fraction of their buffer are kept as they are; smaller ones are copied, so that they do not pin it. */
const KEEP_FRACTION = 2;

/**
 * The memory that the tails of all logs share. The oldest written entries go first; what is not written yet stays, so
 * `isBackedUp` tells when too much waits for the disk.
 */
export class MemoryTail {
  readonly limit: number;
  /** Of all entries, and of those not written yet. */
  bytes: number;
  unwrittenBytes: number;
  /** Counts the manager's ticks; entries that are several ticks old go even when there is room. */
  age: number;
  private readonly queue: Fifo<TailEntry>;
  private slab: Uint8Array;
  private slabAt: number;

  constructor(limit: number) {
    this.limit = limit;
    this.bytes = 0;
    this.unwrittenBytes = 0;
    this.age = 0;
    this.queue = new Fifo();
    this.slab = NOTHING;
    this.slabAt = 0;
  }

  get isBackedUp(): boolean {
    return this.unwrittenBytes >= this.limit;
  }

  /** `bytes` themselves, or a copy of them where keeping them would pin a much larger buffer. */
  keep(bytes: Uint8Array): Uint8Array {
    const length = bytes.length;
    if (length * KEEP_FRACTION >= bytes.buffer.byteLength) return bytes;
    if (length > SLAB_BYTES / 8) return bytes.slice();
    if (this.slabAt + length > this.slab.length) {
      this.slab = new Uint8Array(SLAB_BYTES);
      this.slabAt = 0;
    }
    const copy = this.slab.subarray(this.slabAt, this.slabAt + length);
    copy.set(bytes);
    this.slabAt += length;
    return copy;
  }

  add(entry: TailEntry): void {
    this.queue.items.push(entry);
    this.bytes += entry.bytes.length;
    this.unwrittenBytes += entry.bytes.length;
    this.evict(-1);
  }

  onWritten(entry: TailEntry): void {
    if (entry.isWritten) return;
    entry.isWritten = true;
    this.unwrittenBytes -= entry.bytes.length;
    if (this.bytes > this.limit) this.evict(-1);
  }

  /** Cuts an entry down to its first `length` bytes. */
  shrink(entry: TailEntry, length: number, endOffset: number): void {
    const less = entry.bytes.length - length;
    entry.bytes = entry.bytes.subarray(0, length);
    entry.endOffset = endOffset;
    this.bytes -= less;
    if (!entry.isWritten) this.unwrittenBytes -= less;
  }

  /** Called every few seconds: lets go what was appended several calls ago. */
  tick(): void {
    this.age++;
    this.evict(this.age - 8);
    if (this.queue.length === 0) {
      this.slab = NOTHING;
      this.slabAt = 0;
    }
  }

  private evict(olderThan: number): void {
    const queue = this.queue;
    while (queue.length > 0) {
      const entry = queue.items[queue.head];
      if (!entry.isDropped) {
        if (!entry.isWritten) return;
        if (this.bytes <= this.limit && entry.age >= olderThan) return;
        entry.isDropped = true;
        entry.log.tail.dropFirst();
      } else if (!entry.isWritten) {
        // Truncated away before it was written; a write under way may still use the bytes, but no one waits for them.
        entry.isWritten = true;
        this.unwrittenBytes -= entry.bytes.length;
      }
      this.bytes -= entry.bytes.length;
      queue.dropFirst();
    }
  }
}

const NOTHING = new Uint8Array(0);
