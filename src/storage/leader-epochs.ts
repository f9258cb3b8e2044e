import { assert } from "../base/assert.js";

export interface EpochEntry {
  readonly epoch: number;
  readonly startOffset: number;
}

/** What OffsetForLeaderEpoch answers. */
export interface EpochEndOffset {
  readonly epoch: number;
  readonly endOffset: number;
}

/** The leader epochs of a log and where each starts (KIP-101, KIP-279; Kafka's LeaderEpochFileCache). Epochs and offsets both rise strictly. */
export class LeaderEpochs {
  /** Changes since the checkpoint file was last written. */
  dirty: boolean;
  /** Counts changes. */
  version: number;
  /** Whether the checkpoint file is being written. */
  isSaving: boolean;
  private list: EpochEntry[];

  constructor(entries: readonly EpochEntry[] = []) {
    this.dirty = false;
    this.version = 0;
    this.isSaving = false;
    this.list = [...entries];
  }

  get entries(): readonly EpochEntry[] {
    return this.list;
  }

  /** −1 when there is none. */
  get latestEpoch(): number {
    return this.list.length === 0 ? -1 : this.list[this.list.length - 1].epoch;
  }

  /** −1 when there is none. */
  get earliestEpoch(): number {
    return this.list.length === 0 ? -1 : this.list[0].epoch;
  }

  /** Takes over what a checkpoint file says; entries that do not rise are left out. */
  restore(entries: readonly EpochEntry[]): void {
    this.list.length = 0;
    for (const entry of entries) {
      const last = this.list[this.list.length - 1];
      if (last === undefined || (entry.epoch > last.epoch && entry.startOffset > last.startOffset))
        this.list.push(entry);
    }
    if (this.list.length !== entries.length) this.changed();
  }

  /** Notes that `epoch` starts at `startOffset`. The latest epoch keeps its start; other entries that this contradicts go. */
  assign(epoch: number, startOffset: number): void {
    assert(epoch >= 0 && startOffset >= 0, "an epoch and its start are not negative");
    const list = this.list;
    let keep = list.length;
    if (keep > 0 && epoch === list[keep - 1].epoch && startOffset >= list[keep - 1].startOffset) return;
    while (keep > 0 && (list[keep - 1].epoch >= epoch || list[keep - 1].startOffset >= startOffset)) keep--;
    list.length = keep;
    list.push({ epoch, startOffset });
    this.changed();
  }

  /**
   * The end of `epoch` in a log that ends at `logEnd`: the latest epoch ends there; above it (−1, −1); below the earliest
   * (requested, first higher epoch's start); otherwise the largest epoch ≤ `epoch` and the start of the next.
   */
  endOffsetFor(epoch: number, logEnd: number): EpochEndOffset {
    const list = this.list;
    if (epoch < 0 || list.length === 0) return UNDEFINED;
    const latest = list[list.length - 1];
    if (epoch === latest.epoch) return { epoch, endOffset: logEnd };
    if (epoch > latest.epoch) return UNDEFINED;
    let next = 0;
    while (list[next].epoch <= epoch) next++;
    return { epoch: next === 0 ? epoch : list[next - 1].epoch, endOffset: list[next].startOffset };
  }

  /** −1 when the epoch is not in the log. */
  startOffsetOf(epoch: number): number {
    for (const entry of this.list) if (entry.epoch === epoch) return entry.startOffset;
    return -1;
  }

  /** The epoch of the record at `offset`, −1 when none is known. */
  epochForOffset(offset: number): number {
    for (let i = this.list.length - 1; i >= 0; i--) if (this.list[i].startOffset <= offset) return this.list[i].epoch;
    return -1;
  }

  /** The greatest epoch below `epoch`, −1 when there is none. */
  previousEpoch(epoch: number): number {
    for (let i = this.list.length - 1; i >= 0; i--) if (this.list[i].epoch < epoch) return this.list[i].epoch;
    return -1;
  }

  /** Forgets epochs that start at or above `endOffset`. */
  truncateFromEnd(endOffset: number): void {
    let keep = this.list.length;
    while (keep > 0 && this.list[keep - 1].startOffset >= endOffset) keep--;
    if (keep === this.list.length) return;
    this.list.length = keep;
    this.changed();
  }

  /** Forgets epochs that end at or below `startOffset`; the epoch of `startOffset` then starts there. */
  truncateFromStart(startOffset: number): void {
    const list = this.list;
    let first = -1;
    while (first + 1 < list.length && list[first + 1].startOffset <= startOffset) first++;
    if (first < 0 || (first === 0 && list[0].startOffset === startOffset)) return;
    list.splice(0, first + 1, { epoch: list[first].epoch, startOffset });
    this.changed();
  }

  clear(): void {
    if (this.list.length === 0) return;
    this.list.length = 0;
    this.changed();
  }

  private changed(): void {
    this.dirty = true;
    this.version++;
  }
}

const UNDEFINED: EpochEndOffset = { epoch: -1, endOffset: -1 };
