import type { Uuid } from "../base/uuid.js";
import type { Partition } from "./partition.js";

/** The partitions of which this broker has a replica, by topic id and by name. */
export class PartitionSet {
  private readonly byId: Map<Uuid, (Partition | undefined)[]>;
  private readonly byName: Map<string, (Partition | undefined)[]>;
  private list: readonly Partition[] | null;

  constructor() {
    this.byId = new Map();
    this.byName = new Map();
    this.list = NONE;
  }

  find(topic: string, index: number): Partition | null {
    return this.byName.get(topic)?.[index] ?? null;
  }

  findById(topicId: Uuid, index: number): Partition | null {
    return this.byId.get(topicId)?.[index] ?? null;
  }

  /** A new array whenever the set changed. */
  all(): readonly Partition[] {
    if (this.list === null) {
      const list: Partition[] = [];
      for (const partitions of this.byId.values()) {
        for (const partition of partitions) if (partition !== undefined) list.push(partition);
      }
      this.list = list;
    }
    return this.list;
  }

  ofTopic(topic: string): readonly (Partition | undefined)[] {
    return this.byName.get(topic) ?? NONE;
  }

  add(partition: Partition): void {
    let partitions = this.byId.get(partition.topicId);
    if (partitions === undefined) {
      partitions = [];
      this.byId.set(partition.topicId, partitions);
      this.byName.set(partition.topic, partitions);
    }
    // Without holes, so that the array stays a plain one.
    while (partitions.length < partition.index) partitions.push(undefined);
    partitions[partition.index] = partition;
    this.list = null;
  }

  remove(partition: Partition): void {
    const partitions = this.byId.get(partition.topicId);
    if (partitions === undefined || partitions[partition.index] !== partition) return;
    partitions[partition.index] = undefined;
    this.list = null;
    if (partitions.some((one) => one !== undefined)) return;
    this.byId.delete(partition.topicId);
    // A topic of the same name may have come since.
    if (this.byName.get(partition.topic) === partitions) this.byName.delete(partition.topic);
  }
}

const NONE: readonly never[] = [];
