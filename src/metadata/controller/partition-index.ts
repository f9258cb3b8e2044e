import type { Uuid } from "../../base/uuid.js";

export interface PartitionKey {
  readonly topicId: Uuid;
  readonly partition: number;
}

/** Sets of partitions by some key (a broker, a directory). A key without partitions takes no memory. */
export class PartitionIndex<K> {
  private readonly sets: Map<K, PartitionSet>;

  constructor() {
    this.sets = new Map();
  }

  add(key: K, topicId: Uuid, partition: number): void {
    let set = this.sets.get(key);
    if (set === undefined) {
      set = new PartitionSet();
      this.sets.set(key, set);
    }
    set.add(topicId, partition);
  }

  remove(key: K, topicId: Uuid, partition: number): void {
    const set = this.sets.get(key);
    if (set === undefined) return;
    set.remove(topicId, partition);
    if (set.isEmpty) this.sets.delete(key);
  }

  /** A copy, which later changes of the index do not touch. */
  of(key: K): PartitionKey[] {
    return this.sets.get(key)?.toArray() ?? [];
  }

  /** The partitions of any of these keys, each once. */
  ofAny(keys: readonly K[]): PartitionKey[] {
    if (keys.length === 1) return this.of(keys[0]);
    const all = new PartitionSet();
    for (const key of keys) this.sets.get(key)?.addTo(all);
    return all.toArray();
  }

  has(key: K): boolean {
    return this.sets.has(key);
  }
}

export class PartitionSet {
  private readonly byTopic: Map<Uuid, Set<number>>;

  constructor() {
    this.byTopic = new Map();
  }

  get isEmpty(): boolean {
    return this.byTopic.size === 0;
  }

  add(topicId: Uuid, partition: number): void {
    const partitions = this.byTopic.get(topicId);
    if (partitions === undefined) this.byTopic.set(topicId, new Set([partition]));
    else partitions.add(partition);
  }

  remove(topicId: Uuid, partition: number): void {
    const partitions = this.byTopic.get(topicId);
    if (partitions === undefined) return;
    partitions.delete(partition);
    if (partitions.size === 0) this.byTopic.delete(topicId);
  }

  addTo(other: PartitionSet): void {
    for (const [topicId, partitions] of this.byTopic) {
      for (const partition of partitions) other.add(topicId, partition);
    }
  }

  toArray(): PartitionKey[] {
    const all: PartitionKey[] = [];
    for (const [topicId, partitions] of this.byTopic) {
      for (const partition of partitions) all.push({ topicId, partition });
    }
    return all;
  }
}
