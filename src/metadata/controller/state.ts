import { assert } from "../../base/assert.js";
import type { Uuid } from "../../base/uuid.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import { ELR_VERSION, KRAFT_VERSION, METADATA_VERSION } from "../feature-levels.js";
import {
  type BrokerRegistration,
  ConfigResource,
  type ControllerRegistration,
  configKey,
  type MetadataImage,
  NO_LEADER,
  type PartitionImage,
} from "../image.js";
import {
  hasPreferredLeader,
  isReassigning,
  isReservedDirectory,
  mergePartitionChange,
  partitionOf,
  withoutElr,
} from "../partition.js";
import type { ConfigRecord } from "../records.js";
import { brokerOf, changedBroker, controllerOf } from "../registration.js";
import { PartitionIndex, PartitionSet } from "./partition-index.js";

export interface TopicState {
  readonly name: string;
  readonly id: Uuid;
  readonly partitions: PartitionImage[];
}

const NO_CONFIGS: ReadonlyMap<string, string> = new Map();

/**
 * The metadata as the active controller sees it, with what is appended but not committed yet. Handlers read it; only
 * `replay` changes it. Each index answers a question of a handler without a walk over all partitions.
 */
export class ControllerState {
  readonly topics: Map<Uuid, TopicState>;
  readonly topicsByName: Map<string, TopicState>;
  readonly brokers: Map<number, BrokerRegistration>;
  readonly controllers: Map<number, ControllerRegistration>;
  readonly configs: Map<string, ReadonlyMap<string, string>>;
  /** All finalized features but metadata.version. */
  readonly features: Map<string, number>;
  metadataVersion: number;
  nextProducerId: number;

  /** Names in use that differ only in "." and "_" have one key; only names with such a character are in it. */
  readonly namesByCollisionKey: Map<string, Set<string>>;
  /** Offset at which each broker's registration was written, or that of the image it came with. */
  readonly registrationOffsets: Map<number, number>;
  readonly directoryOwners: Map<Uuid, number>;
  /** By broker id. */
  readonly inIsr: PartitionIndex<number>;
  readonly inElr: PartitionIndex<number>;
  readonly leads: PartitionIndex<number>;
  /** By directory id; reserved ids are not in it. */
  readonly inDirectory: PartitionIndex<Uuid>;
  readonly leaderless: PartitionSet;
  /** Partitions whose leader is not the first of their replicas. */
  readonly imbalanced: PartitionSet;
  readonly reassigning: PartitionSet;

  constructor(image: MetadataImage) {
    this.topics = new Map();
    this.topicsByName = new Map();
    this.brokers = new Map(image.cluster.brokers);
    this.controllers = new Map(image.cluster.controllers);
    this.configs = new Map(image.configs.byResource);
    this.features = new Map(image.features.finalized);
    this.metadataVersion = image.features.metadataVersion;
    this.nextProducerId = image.producerIds.nextProducerId;
    this.namesByCollisionKey = new Map();
    this.registrationOffsets = new Map();
    this.directoryOwners = new Map();
    this.inIsr = new PartitionIndex();
    this.inElr = new PartitionIndex();
    this.leads = new PartitionIndex();
    this.inDirectory = new PartitionIndex();
    this.leaderless = new PartitionSet();
    this.imbalanced = new PartitionSet();
    this.reassigning = new PartitionSet();
    for (const broker of this.brokers.values()) {
      this.registrationOffsets.set(broker.id, image.offset);
      for (const id of broker.directories) this.directoryOwners.set(id, broker.id);
    }
    for (const topic of image.topics.byId.values()) {
      this.addTopic(topic.id, topic.name);
      for (const partition of topic.partitions) this.setPartition(topic.id, partition);
    }
  }

  get elrEnabled(): boolean {
    return (this.features.get(ELR_VERSION) ?? 0) >= 1;
  }

  partition(topicId: Uuid, index: number): PartitionImage | undefined {
    return this.topics.get(topicId)?.partitions[index];
  }

  configsOf(type: number, name: string): ReadonlyMap<string, string> {
    return this.configs.get(configKey(type, name)) ?? NO_CONFIGS;
  }

  /** Registered, not fenced and not shutting down. */
  isActive(brokerId: number): boolean {
    const broker = this.brokers.get(brokerId);
    return broker !== undefined && !broker.fenced && !broker.inControlledShutdown;
  }

  replay(record: MetadataRecord, offset: number): void {
    switch (record.kind) {
      case "TopicRecord":
        this.addTopic(record.value.topicId, record.value.name);
        break;
      case "PartitionRecord":
        this.setPartition(record.value.topicId, partitionOf(record.value));
        break;
      case "PartitionChangeRecord": {
        const { topicId, partitionId } = record.value;
        const before = this.partition(topicId, partitionId);
        assert(before !== undefined, `a change of partition ${topicId}:${partitionId}, which does not exist`);
        this.setPartition(topicId, mergePartitionChange(before, record.value));
        break;
      }
      case "RemoveTopicRecord":
        this.removeTopic(record.value.topicId);
        break;
      case "ClearElrRecord":
        this.clearElr(record.value.topicName);
        break;
      case "RegisterBrokerRecord":
        this.setBroker(brokerOf(record.value));
        this.registrationOffsets.set(record.value.brokerId, offset);
        break;
      case "UnregisterBrokerRecord":
        this.removeBroker(record.value.brokerId, record.value.brokerEpoch);
        break;
      case "FenceBrokerRecord":
        this.setBroker({ ...this.expectBroker(record.value.id, record.value.epoch), fenced: true });
        break;
      case "UnfenceBrokerRecord":
        this.setBroker({ ...this.expectBroker(record.value.id, record.value.epoch), fenced: false });
        break;
      case "BrokerRegistrationChangeRecord": {
        const { brokerId, brokerEpoch } = record.value;
        this.setBroker(changedBroker(this.expectBroker(brokerId, brokerEpoch), record.value));
        break;
      }
      case "RegisterControllerRecord":
        this.controllers.set(record.value.controllerId, controllerOf(record.value));
        break;
      case "ConfigRecord":
        this.setConfig(record.value);
        break;
      case "FeatureLevelRecord":
        // kraft.version is in control records, whatever a bootstrap.checkpoint of Apache Kafka's says (KAFKA-18979).
        if (record.value.name === KRAFT_VERSION) break;
        if (record.value.name === METADATA_VERSION) this.metadataVersion = record.value.featureLevel;
        else if (record.value.featureLevel === 0) this.features.delete(record.value.name);
        else this.features.set(record.value.name, record.value.featureLevel);
        break;
      case "ProducerIdsRecord":
        this.nextProducerId = record.value.nextProducerId;
        break;
      default:
        // Users, ACLs, quotas and tokens: nothing that the controller decides depends on them. Transactions: their
        // records hold from the moment they are appended.
        break;
    }
  }

  private addTopic(id: Uuid, name: string): void {
    assert(!this.topicsByName.has(name), `topic ${name} exists already`);
    const topic: TopicState = { name, id, partitions: [] };
    this.topics.set(id, topic);
    this.topicsByName.set(name, topic);
    if (!hasCollisionCharacter(name)) return;
    const key = collisionKey(name);
    const names = this.namesByCollisionKey.get(key);
    if (names === undefined) this.namesByCollisionKey.set(key, new Set([name]));
    else names.add(name);
  }

  private removeTopic(id: Uuid): void {
    const topic = this.topics.get(id);
    assert(topic !== undefined, `removal of topic ${id}, which does not exist`);
    for (const partition of topic.partitions) this.removePartition(id, partition);
    this.topics.delete(id);
    this.topicsByName.delete(topic.name);
    this.configs.delete(configKey(ConfigResource.topic, topic.name));
    const key = collisionKey(topic.name);
    const names = this.namesByCollisionKey.get(key);
    names?.delete(topic.name);
    if (names?.size === 0) this.namesByCollisionKey.delete(key);
  }

  private clearElr(name: string): void {
    const named = this.topicsByName.get(name);
    const topics = name === "" ? this.topics.values() : named === undefined ? [] : [named];
    for (const topic of topics) {
      for (const partition of topic.partitions) {
        if (partition.elr.length > 0 || partition.lastKnownElr.length > 0) {
          this.setPartition(topic.id, withoutElr(partition));
        }
      }
    }
  }

  private setPartition(topicId: Uuid, partition: PartitionImage): void {
    const topic = this.topics.get(topicId);
    assert(topic !== undefined, `a partition of topic ${topicId}, which does not exist`);
    const before = topic.partitions[partition.index];
    topic.partitions[partition.index] = partition;
    this.reindex(topicId, partition.index, before, partition);
  }

  private removePartition(topicId: Uuid, partition: PartitionImage): void {
    this.reindex(topicId, partition.index, partition, undefined);
  }

  /** Touches only what differs: after the death of a broker this runs for each of its partitions. */
  private reindex(topicId: Uuid, index: number, before?: PartitionImage, after?: PartitionImage): void {
    moveKeys(this.inIsr, topicId, index, before?.isr ?? NONE, after?.isr ?? NONE);
    moveKeys(this.inElr, topicId, index, before?.elr ?? NONE, after?.elr ?? NONE);
    moveKeys(this.inDirectory, topicId, index, before?.directories ?? NONE, after?.directories ?? NONE);
    const oldLeader = before?.leader;
    const newLeader = after?.leader;
    if (oldLeader !== newLeader) {
      if (oldLeader === NO_LEADER) this.leaderless.remove(topicId, index);
      else if (oldLeader !== undefined) this.leads.remove(oldLeader, topicId, index);
      if (newLeader === NO_LEADER) this.leaderless.add(topicId, index);
      else if (newLeader !== undefined) this.leads.add(newLeader, topicId, index);
    }
    const isImbalanced = after !== undefined && !hasPreferredLeader(after);
    if (before === undefined || isImbalanced === hasPreferredLeader(before)) {
      if (isImbalanced) this.imbalanced.add(topicId, index);
      else this.imbalanced.remove(topicId, index);
    }
    if (after !== undefined && isReassigning(after)) this.reassigning.add(topicId, index);
    else if (before !== undefined && isReassigning(before)) this.reassigning.remove(topicId, index);
  }

  private setBroker(broker: BrokerRegistration): void {
    const before = this.brokers.get(broker.id);
    if (before !== undefined) for (const id of before.directories) this.directoryOwners.delete(id);
    for (const id of broker.directories) this.directoryOwners.set(id, broker.id);
    this.brokers.set(broker.id, broker);
  }

  private removeBroker(id: number, epoch: number): void {
    for (const directory of this.expectBroker(id, epoch).directories) this.directoryOwners.delete(directory);
    this.brokers.delete(id);
    this.registrationOffsets.delete(id);
  }

  private expectBroker(id: number, epoch: number): BrokerRegistration {
    const broker = this.brokers.get(id);
    assert(
      broker !== undefined && broker.epoch === epoch,
      `a change of broker ${id} at epoch ${epoch}, which is not registered`,
    );
    return broker;
  }

  private setConfig(record: ConfigRecord): void {
    const key = configKey(record.resourceType, record.resourceName);
    const values = new Map(this.configs.get(key) ?? []);
    if (record.value === null) values.delete(record.name);
    else values.set(record.name, record.value);
    if (values.size === 0) this.configs.delete(key);
    else this.configs.set(key, values);
  }
}

const NONE: readonly never[] = [];

function moveKeys<K extends number | Uuid>(
  index: PartitionIndex<K>,
  topicId: Uuid,
  partition: number,
  before: readonly K[],
  after: readonly K[],
): void {
  if (before === after) return;
  for (const key of before) if (!after.includes(key)) index.remove(key, topicId, partition);
  for (const key of after) if (!before.includes(key) && !isReserved(key)) index.add(key, topicId, partition);
}

/** Directory ids with a meaning of their own are in no index; broker ids are never reserved. */
function isReserved(key: number | Uuid): boolean {
  return typeof key === "string" && isReservedDirectory(key);
}

export function hasCollisionCharacter(name: string): boolean {
  return name.includes(".") || name.includes("_");
}

/** Metrics of Kafka clients cannot tell "." from "_", so names that differ only in them collide. */
export function collisionKey(name: string): string {
  return name.replaceAll(".", "_");
}
