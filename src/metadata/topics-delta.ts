import { assert } from "../base/assert.js";
import type { PersistentMap } from "../base/persistent-map.js";
import type { Uuid } from "../base/uuid.js";
import type { PartitionImage, TopicImage, TopicsImage } from "./image.js";
import { mergePartitionChange, partitionOf, withoutElr } from "./partition.js";
import type { PartitionChangeRecord, PartitionRecord } from "./records.js";

/** What became of one topic that was made or changed. */
export interface TopicDelta {
  readonly topicId: Uuid;
  readonly name: string;
  /** It was not in the image before. */
  readonly isNew: boolean;
  /** The partitions that were made or changed, as they are now. */
  readonly changedPartitions: Map<number, PartitionImage>;
}

/** Topics made, changed and deleted since an image (Kafka: TopicsDelta). */
export class TopicsDelta {
  readonly image: TopicsImage;
  readonly changed: Map<Uuid, TopicDelta>;
  /** Topics of the image before that are gone: id to name. A topic that is deleted and made again has another id. */
  readonly deleted: Map<Uuid, string>;
  /** Topics made in this delta, by name. */
  private readonly created: Map<string, Uuid>;

  constructor(image: TopicsImage) {
    this.image = image;
    this.changed = new Map();
    this.deleted = new Map();
    this.created = new Map();
  }

  create(topicId: Uuid, name: string): void {
    const other = this.image.byName.get(name);
    assert(other === undefined || this.deleted.has(other.id), `topic ${name} exists already`);
    assert(!this.created.has(name), `topic ${name} exists already`);
    this.created.set(name, topicId);
    this.changed.set(topicId, { topicId, name, isNew: true, changedPartitions: new Map() });
  }

  setPartition(record: PartitionRecord): void {
    this.deltaOf(record.topicId).changedPartitions.set(record.partitionId, partitionOf(record));
  }

  changePartition(record: PartitionChangeRecord): void {
    const delta = this.deltaOf(record.topicId);
    const before =
      delta.changedPartitions.get(record.partitionId) ??
      this.image.byId.get(record.topicId)?.partitions[record.partitionId];
    assert(before !== undefined, `a change of ${delta.name}-${record.partitionId}, which does not exist`);
    delta.changedPartitions.set(record.partitionId, mergePartitionChange(before, record));
  }

  /** Returns the topic's name. */
  remove(topicId: Uuid): string {
    const delta = this.changed.get(topicId);
    this.changed.delete(topicId);
    const before = this.image.byId.get(topicId);
    if (before !== undefined && !this.deleted.has(topicId)) {
      this.deleted.set(topicId, before.name);
      return before.name;
    }
    assert(delta !== undefined, `removal of topic ${topicId}, which does not exist`);
    this.created.delete(delta.name);
    return delta.name;
  }

  /** Forgets the eligible leader replicas of one topic, or of all when `name` is empty (KIP-966). */
  clearElr(name: string): void {
    if (name === "") {
      for (const topic of this.image.byId.values()) {
        if (!this.deleted.has(topic.id)) this.clearElrOf(topic.id, topic);
      }
      for (const id of this.created.values()) this.clearElrOf(id, undefined);
      return;
    }
    const id = this.created.get(name) ?? this.image.byName.get(name)?.id;
    if (id !== undefined && !this.deleted.has(id)) this.clearElrOf(id, this.image.byId.get(id));
  }

  apply(): TopicsImage {
    if (this.changed.size === 0 && this.deleted.size === 0) return this.image;
    let byName = this.image.byName as PersistentMap<string, TopicImage>;
    let byId = this.image.byId as PersistentMap<Uuid, TopicImage>;
    for (const [id, name] of this.deleted) {
      byId = byId.delete(id);
      byName = byName.delete(name);
    }
    for (const delta of this.changed.values()) {
      const partitions = this.image.byId.get(delta.topicId)?.partitions.slice() ?? [];
      for (const partition of delta.changedPartitions.values()) partitions[partition.index] = partition;
      const topic: TopicImage = { name: delta.name, id: delta.topicId, partitions };
      byId = byId.set(topic.id, topic);
      byName = byName.set(topic.name, topic);
    }
    return { byName, byId };
  }

  private clearElrOf(id: Uuid, topic: TopicImage | undefined): void {
    const changed = this.changed.get(id)?.changedPartitions;
    for (const partition of topic?.partitions ?? []) {
      if (changed?.has(partition.index)) continue;
      if (hasElr(partition)) this.deltaOf(id).changedPartitions.set(partition.index, withoutElr(partition));
    }
    for (const partition of changed?.values() ?? []) {
      if (hasElr(partition)) changed?.set(partition.index, withoutElr(partition));
    }
  }

  private deltaOf(topicId: Uuid): TopicDelta {
    let delta = this.changed.get(topicId);
    if (delta === undefined) {
      const topic = this.image.byId.get(topicId);
      assert(
        topic !== undefined && !this.deleted.has(topicId),
        `a partition of topic ${topicId}, which does not exist`,
      );
      delta = { topicId, name: topic.name, isNew: false, changedPartitions: new Map() };
      this.changed.set(topicId, delta);
    }
    return delta;
  }
}

function hasElr(partition: PartitionImage): boolean {
  return partition.elr.length > 0 || partition.lastKnownElr.length > 0;
}
