import type { OffsetCommitKey, OffsetCommitValue } from "../protocol/group-records/01-offset-commit.js";
import { type CommittedOffset, OffsetTable } from "./offset-table.js";

/**
 * The positions of all groups of a shard: those that count, and those that transactions have committed but not ended (Kafka:
 * OffsetMetadataManager). Changed by replaying records alone.
 */
export class GroupOffsets {
  readonly committed: OffsetTable<CommittedOffset>;
  /** By producer id: what its open transaction has committed. */
  private readonly pending: Map<number, OffsetTable<CommittedOffset>>;
  /** The producers with an open transaction that touches a position. */
  private readonly open: OffsetTable<Set<number>>;

  constructor() {
    this.committed = new OffsetTable();
    this.pending = new Map();
    this.open = new OffsetTable();
  }

  /** Whether a transaction that is still open will perhaps change this position. */
  isUnstable(group: string, topic: string, partition: number): boolean {
    return this.open.get(group, topic, partition) !== undefined;
  }

  hasOpenTransactions(group: string): boolean {
    return this.open.hasGroup(group);
  }

  /** Positions that only open transactions have. */
  openTopicsOf(group: string): ReadonlyMap<string, ReadonlyMap<number, unknown>> | undefined {
    return this.open.topicsOf(group);
  }

  forEachPending(visit: (group: string, topic: string, partition: number, value: CommittedOffset) => void): void {
    for (const offsets of this.pending.values()) offsets.forEach(visit);
  }

  replay(recordOffset: number, producerId: number, key: OffsetCommitKey, value: OffsetCommitValue | null): void {
    const { group, topic, partition } = key;
    if (value === null) {
      this.committed.delete(group, topic, partition);
      for (const producer of this.open.get(group, topic, partition) ?? []) {
        this.pending.get(producer)?.delete(group, topic, partition);
      }
      this.open.delete(group, topic, partition);
      return;
    }
    const offset: CommittedOffset = {
      recordOffset,
      offset: value.offset,
      leaderEpoch: value.leaderEpoch,
      metadata: value.metadata,
      commitTimestampMs: value.commitTimestamp,
      expireTimestampMs: value.expireTimestamp,
      topicId: value.topicId,
    };
    if (producerId < 0) this.committed.set(group, topic, partition, offset);
    else this.setPending(producerId, group, topic, partition, offset);
  }

  /** What the transaction committed takes effect, or never will. */
  replayEndTransaction(producerId: number, isCommit: boolean): void {
    const offsets = this.pending.get(producerId);
    if (offsets === undefined) return;
    this.pending.delete(producerId);
    offsets.forEach((group, topic, partition, offset) => {
      const producers = this.open.get(group, topic, partition);
      producers?.delete(producerId);
      if (producers?.size === 0) this.open.delete(group, topic, partition);
      if (!isCommit) return;
      // A position that was committed later, outside of the transaction, stays: after compaction only its record may be left.
      const other = this.committed.get(group, topic, partition);
      if (other === undefined || other.recordOffset < offset.recordOffset) {
        this.committed.set(group, topic, partition, offset);
      }
    });
  }

  private setPending(
    producerId: number,
    group: string,
    topic: string,
    partition: number,
    offset: CommittedOffset,
  ): void {
    let offsets = this.pending.get(producerId);
    if (offsets === undefined) this.pending.set(producerId, (offsets = new OffsetTable()));
    offsets.set(group, topic, partition, offset);
    let producers = this.open.get(group, topic, partition);
    if (producers === undefined) this.open.set(group, topic, partition, (producers = new Set()));
    producers.add(producerId);
  }
}
