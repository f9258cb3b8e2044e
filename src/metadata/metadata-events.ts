import type { EventFeed } from "../base/events.js";
import type { MetadataDelta } from "./delta.js";
import { configResourceOf, type MetadataImage, type PartitionImage } from "./image.js";
import type { MetadataPublisher } from "./loader.js";

/**
 * Tells the event feed what committed metadata changed: topics, leaders, ISRs, ELRs, configs, brokers that serve again. Who
 * was fenced, and why, is told by the controller, which alone knows the cause.
 */
export class MetadataEvents implements MetadataPublisher {
  private readonly events: EventFeed;

  constructor(events: EventFeed) {
    this.events = events;
  }

  onMetadata(delta: MetadataDelta, image: MetadataImage): void {
    const { events } = this;
    if (!events.active) return;
    for (const name of delta.topics.deleted.values()) events.emit({ kind: "topic", topic: name, cause: "deleted" });
    for (const { topicId, name, isNew, changedPartitions } of delta.topics.changed.values()) {
      if (isNew) {
        events.emit({ kind: "topic", topic: name, cause: "created", detail: { partitions: changedPartitions.size } });
      }
      const before = delta.image.topics.byId.get(topicId);
      for (const partition of changedPartitions.values()) {
        this.emitPartition(name, before?.partitions[partition.index], partition);
      }
    }
    for (const id of delta.brokersChanged) {
      const wasFenced = delta.image.cluster.brokers.get(id)?.fenced ?? true;
      const broker = image.cluster.brokers.get(id);
      if (wasFenced && broker?.fenced === false) events.emit({ kind: "unfenced", peer: id, epoch: broker.epoch });
    }
    for (const key of delta.configsChanged) {
      const { type, name } = configResourceOf(key);
      events.emit({ kind: "config", detail: { type, name } });
    }
  }

  private emitPartition(topic: string, before: PartitionImage | undefined, after: PartitionImage): void {
    const { index: partition, leader, leaderEpoch: epoch, isr, elr } = after;
    // By it whoever hears several brokers knows which of them tells the newer state.
    const detail = { partitionEpoch: after.partitionEpoch };
    if (before?.leader !== leader || before.leaderEpoch !== epoch) {
      this.events.emit({ kind: "leader", topic, partition, leader, epoch, isr, detail });
    }
    if (before === undefined || !sameIds(before.isr, isr)) {
      this.events.emit({ kind: "isr", topic, partition, leader, epoch, isr, detail });
    }
    if (!sameIds(before?.elr ?? [], elr)) {
      this.events.emit({ kind: "elr", topic, partition, leader, epoch, detail: { ...detail, elr: elr.join() } });
    }
  }
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
