/** What the checker remembers of a batch. `crc` is the batch's own, over all that clients see of it. */
export interface ShadowBatch {
  readonly base: number;
  readonly last: number;
  readonly epoch: number;
  readonly crc: number;
}

/**
 * One replica's log as the checker saw it being written: kept outside the broker, so that it can tell what the broker
 * forgot. Batches are contiguous and in order; those below `start` are dropped.
 */
export class ShadowLog {
  readonly node: number;
  batches: ShadowBatch[];
  /** The log start offset. */
  start: number;
  /** The end of what is in memory: past the last batch, or `start`. */
  end: number;
  /** The ends that the log reported as written and as fsynced. */
  written: number;
  flushed: number;
  highWatermark: number;
  /** How often it lost batches. */
  cuts: number;

  constructor(node: number) {
    this.node = node;
    this.batches = [];
    this.start = 0;
    this.end = 0;
    this.written = 0;
    this.flushed = 0;
    this.highWatermark = 0;
    this.cuts = 0;
  }

  append(batch: ShadowBatch): void {
    this.batches.push(batch);
    this.end = batch.last + 1;
  }

  /** What was fsynced stays so when its process dies, though the next one may have to find out. */
  onFlushed(offset: number): void {
    if (offset > this.flushed) this.flushed = offset;
  }

  /** Drops the batches that reach `offset` or beyond. */
  truncate(offset: number): void {
    this.cuts++;
    while (this.batches.length > 0 && this.batches[this.batches.length - 1].last >= offset) this.batches.pop();
    this.end = Math.min(this.end, offset);
    this.written = Math.min(this.written, this.end);
    this.flushed = Math.min(this.flushed, this.end);
    if (this.start > this.end) this.start = this.end;
  }

  /** Empty, to go on at `offset`. */
  restartAt(offset: number): void {
    this.cuts++;
    this.batches.length = 0;
    this.start = offset;
    this.end = offset;
    this.written = offset;
    this.flushed = offset;
  }

  /** The batch that covers `offset`; null when none does. */
  find(offset: number): ShadowBatch | null {
    const at = this.indexOf(offset);
    return at < 0 ? null : this.batches[at];
  }

  /** The place of the batch that covers `offset`, or −1. */
  indexOf(offset: number): number {
    const batches = this.batches;
    let low = 0;
    let high = batches.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const batch = batches[middle];
      if (batch.last < offset) low = middle + 1;
      else if (batch.base > offset) high = middle - 1;
      else return middle;
    }
    return -1;
  }

  lastEpoch(): number {
    return this.batches.length === 0 ? -1 : this.batches[this.batches.length - 1].epoch;
  }
}

export function sameBatch(a: ShadowBatch, b: ShadowBatch): boolean {
  return a.base === b.base && a.last === b.last && a.epoch === b.epoch && a.crc === b.crc;
}
