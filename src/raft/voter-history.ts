import type { VoterSet } from "./voter-set.js";

interface Entry<T> {
  readonly offset: number;
  readonly value: T;
}

/**
 * The voters and the level of kraft.version along the log (Kafka: KRaftControlRecordStateMachine). The latest of each applies, also while
 * it is not committed; a truncation takes it back.
 */
export class VoterHistory {
  private voterSets: Entry<VoterSet>[];
  private levels: Entry<number>[];
  private readonly staticVoters: VoterSet;

  /** `staticVoters`: of `controller.quorum.voters`, which apply as long as the log has no voters. */
  constructor(staticVoters: VoterSet) {
    this.staticVoters = staticVoters;
    this.voterSets = [];
    this.levels = [];
  }

  get voters(): VoterSet {
    return this.voterSets.at(-1)?.value ?? this.staticVoters;
  }

  /** Offset of the record with the latest voters; −1 from a snapshot at offset 0, null where the log has none. */
  get votersOffset(): number | null {
    return this.voterSets.at(-1)?.offset ?? null;
  }

  get kraftVersion(): number {
    return this.levels.at(-1)?.value ?? 0;
  }

  votersAt(offset: number): VoterSet {
    return this.voterSets.findLast((entry) => entry.offset <= offset)?.value ?? this.staticVoters;
  }

  kraftVersionAt(offset: number): number {
    return this.levels.findLast((entry) => entry.offset <= offset)?.value ?? 0;
  }

  addVoters(offset: number, voters: VoterSet): void {
    this.voterSets.push({ offset, value: voters });
  }

  addKraftVersion(offset: number, level: number): void {
    this.levels.push({ offset, value: level });
  }

  /** The log ends at `endOffset` now. */
  truncateTo(endOffset: number): void {
    this.voterSets = this.voterSets.filter((entry) => entry.offset < endOffset);
    this.levels = this.levels.filter((entry) => entry.offset < endOffset);
  }

  /** Nothing below `startOffset` is asked for any more. */
  trimTo(startOffset: number): void {
    this.voterSets = trimmed(this.voterSets, startOffset);
    this.levels = trimmed(this.levels, startOffset);
  }

  clear(): void {
    this.voterSets = [];
    this.levels = [];
  }
}

function trimmed<T>(entries: Entry<T>[], startOffset: number): Entry<T>[] {
  let first = 0;
  while (first + 1 < entries.length && entries[first + 1].offset <= startOffset) first++;
  return entries.slice(first);
}
