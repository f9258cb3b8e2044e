import type { Uuid } from "../base/uuid.js";

/** A position that a group has committed (Kafka: OffsetAndMetadata). */
export interface CommittedOffset {
  /** Of its record in the log; −1 while it is not in it. Of two positions the later record wins. */
  readonly recordOffset: number;
  readonly offset: number;
  /** −1 unknown. */
  readonly leaderEpoch: number;
  readonly metadata: string;
  readonly commitTimestampMs: number;
  /** −1: by the broker's retention. */
  readonly expireTimestampMs: number;
  /** The zero id where the record has none. */
  readonly topicId: Uuid;
}

type ByPartition<T> = Map<number, T>;
type ByTopic<T> = Map<string, ByPartition<T>>;

/** Something for each partition that a group has to do with; no empty maps are kept. */
export class OffsetTable<T> {
  private readonly byGroup: Map<string, ByTopic<T>>;
  private count: number;

  constructor() {
    this.byGroup = new Map();
    this.count = 0;
  }

  get size(): number {
    return this.count;
  }

  get(group: string, topic: string, partition: number): T | undefined {
    return this.byGroup.get(group)?.get(topic)?.get(partition);
  }

  topicsOf(group: string): ReadonlyMap<string, ReadonlyMap<number, T>> | undefined {
    return this.byGroup.get(group);
  }

  groups(): IterableIterator<string> {
    return this.byGroup.keys();
  }

  hasGroup(group: string): boolean {
    return this.byGroup.has(group);
  }

  set(group: string, topic: string, partition: number, value: T): void {
    let topics = this.byGroup.get(group);
    if (topics === undefined) this.byGroup.set(group, (topics = new Map()));
    let partitions = topics.get(topic);
    if (partitions === undefined) topics.set(topic, (partitions = new Map()));
    if (!partitions.has(partition)) this.count++;
    partitions.set(partition, value);
  }

  delete(group: string, topic: string, partition: number): void {
    const topics = this.byGroup.get(group);
    const partitions = topics?.get(topic);
    if (topics === undefined || partitions === undefined || !partitions.delete(partition)) return;
    this.count--;
    if (partitions.size === 0) topics.delete(topic);
    if (topics.size === 0) this.byGroup.delete(group);
  }

  forEach(visit: (group: string, topic: string, partition: number, value: T) => void): void {
    for (const [group, topics] of this.byGroup) {
      for (const [topic, partitions] of topics) {
        for (const [partition, value] of partitions) visit(group, topic, partition, value);
      }
    }
  }
}
