import type { EventFeed } from "../base/events.js";
import type { MetadataDelta } from "./delta.js";
import { ConfigResource, configResourceOf, type MetadataImage, type PartitionImage, RECOVERING } from "./image.js";
import type { MetadataPublisher } from "./loader.js";
import { causesOf } from "./partition-causes.js";

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
        this.emitPartition(name, before?.partitions[partition.index], partition, delta, image);
      }
    }
    for (const id of delta.brokersChanged) {
      const wasFenced = delta.image.cluster.brokers.get(id)?.fenced ?? true;
      const broker = image.cluster.brokers.get(id);
      if (wasFenced && broker?.fenced === false) {
        const cause = "it has caught up with the metadata";
        events.emit({ kind: "unfenced", peer: id, epoch: broker.epoch, cause });
      }
    }
    for (const key of delta.configsChanged) this.emitConfig(key, delta, image);
  }

  private emitConfig(key: string, delta: MetadataDelta, image: MetadataImage): void {
    const { type, name } = configResourceOf(key);
    const before = delta.image.configs.of(type, name);
    const after = image.configs.of(type, name);
    const isTopic = type === ConfigResource.topic;
    const changes: string[] = [];
    for (const [each, value] of after) {
      // Those of topics hold no secrets.
      if (before.get(each) !== value) changes.push(isTopic ? `${each} was set to ${value}` : `${each} was set`);
    }
    for (const each of before.keys()) if (!after.has(each)) changes.push(`${each} was reset`);
    if (changes.length === 0) return;
    const topic = isTopic ? { topic: name } : {};
    this.events.emit({ kind: "config", ...topic, cause: changes.join(", "), detail: { type, name } });
  }

  private emitPartition(
    topic: string,
    before: PartitionImage | undefined,
    after: PartitionImage,
    delta: MetadataDelta,
    image: MetadataImage,
  ): void {
    const { index: partition, leader, leaderEpoch: epoch, isr, elr } = after;
    // By it whoever hears several brokers knows which of them tells the newer state.
    const detail = { partitionEpoch: after.partitionEpoch };
    const causes = causesOf(before, after, delta, image);
    if (before?.leader !== leader || before.leaderEpoch !== epoch) {
      const isUnclean = after.leaderRecoveryState === RECOVERING && before?.leaderRecoveryState !== RECOVERING;
      const told = isUnclean ? { ...detail, unclean: true } : detail;
      this.events.emit({ kind: "leader", topic, partition, leader, epoch, isr, cause: causes.leader, detail: told });
    }
    if (before === undefined || !sameIds(before.isr, isr)) {
      this.events.emit({ kind: "isr", topic, partition, leader, epoch, isr, cause: causes.isr, detail });
    }
    if (!sameIds(before?.elr ?? [], elr)) {
      const { elr: cause } = causes;
      this.events.emit({ kind: "elr", topic, partition, leader, epoch, cause, detail: { ...detail, elr: elr.join() } });
    }
  }
}

function sameIds(a: readonly number[], b: readonly number[]): boolean {
  return a.length === b.length && a.every((id, i) => id === b[i]);
}
