import { assert } from "../base/assert.js";
import type { MetadataRecord } from "../protocol/metadata-records.js";
import { ClusterDelta } from "./cluster-delta.js";
import { KRAFT_VERSION } from "./feature-levels.js";
import { type ClientQuotaImage, ConfigsImage, configKey, type FeaturesImage, type MetadataImage } from "./image.js";
import type { ClientQuotaRecord } from "./records.js";
import { TopicsDelta } from "./topics-delta.js";

/**
 * What a run of records changes in an image (Kafka: MetadataDelta). Its cost, and that of `apply`, follows what changed,
 * not the size of the image.
 */
export class MetadataDelta {
  readonly image: MetadataImage;
  readonly topics: TopicsDelta;
  readonly cluster: ClusterDelta;
  /** Resources whose overrides changed, as `configKey`: "type:name". */
  readonly configsChanged: Set<string>;
  featuresChanged: boolean;

  private readonly configEdits: Map<string, Map<string, string | null>>;
  private metadataVersion: number;
  private finalized: ReadonlyMap<string, number>;
  private kraftVersion: number;
  private nextProducerId: number;
  private clientQuotas: MetadataImage["clientQuotas"];
  private scram: MetadataImage["scram"];
  private acls: MetadataImage["acls"];
  private delegationTokens: MetadataImage["delegationTokens"];

  constructor(image: MetadataImage) {
    this.image = image;
    this.topics = new TopicsDelta(image.topics);
    this.cluster = new ClusterDelta(image.cluster);
    this.configsChanged = new Set();
    this.featuresChanged = false;
    this.configEdits = new Map();
    this.metadataVersion = image.features.metadataVersion;
    this.finalized = image.features.finalized;
    this.kraftVersion = image.features.kraftVersion;
    this.nextProducerId = image.producerIds.nextProducerId;
    this.clientQuotas = image.clientQuotas;
    this.scram = image.scram;
    this.acls = image.acls;
    this.delegationTokens = image.delegationTokens;
  }

  /** Ids of the brokers that registered, changed or went. */
  get brokersChanged(): ReadonlySet<number> {
    return this.cluster.brokersChanged;
  }

  /** A record that does not fit the state before it means a damaged log: an AssertionError, which stops the node. */
  replay(record: MetadataRecord): void {
    switch (record.kind) {
      case "TopicRecord":
        this.topics.create(record.value.topicId, record.value.name);
        break;
      case "PartitionRecord":
        this.topics.setPartition(record.value);
        break;
      case "PartitionChangeRecord":
        this.topics.changePartition(record.value);
        break;
      case "RemoveTopicRecord": {
        const name = this.topics.remove(record.value.topicId);
        this.dropConfigs(configKey(2, name));
        break;
      }
      case "ClearElrRecord":
        this.topics.clearElr(record.value.topicName);
        break;
      case "RegisterBrokerRecord":
        this.cluster.registerBroker(record.value);
        break;
      case "UnregisterBrokerRecord":
        this.cluster.unregisterBroker(record.value.brokerId, record.value.brokerEpoch);
        break;
      case "FenceBrokerRecord":
        this.cluster.setFenced(record.value.id, record.value.epoch, true);
        break;
      case "UnfenceBrokerRecord":
        this.cluster.setFenced(record.value.id, record.value.epoch, false);
        break;
      case "BrokerRegistrationChangeRecord":
        this.cluster.changeBroker(record.value);
        break;
      case "RegisterControllerRecord":
        this.cluster.registerController(record.value);
        break;
      case "ConfigRecord": {
        const { resourceType, resourceName, name, value } = record.value;
        const key = configKey(resourceType, resourceName);
        let edits = this.configEdits.get(key);
        if (edits === undefined) {
          edits = new Map();
          this.configEdits.set(key, edits);
          this.configsChanged.add(key);
        }
        edits.set(name, value);
        break;
      }
      case "FeatureLevelRecord":
        this.setFeature(record.value.name, record.value.featureLevel);
        break;
      case "ProducerIdsRecord":
        this.nextProducerId = record.value.nextProducerId;
        break;
      case "ClientQuotaRecord":
        this.setQuota(record.value);
        break;
      case "UserScramCredentialRecord":
        this.scram = this.scram.set(`${record.value.mechanism}:${record.value.name}`, record.value);
        break;
      case "RemoveUserScramCredentialRecord":
        this.scram = this.scram.delete(`${record.value.mechanism}:${record.value.name}`);
        break;
      case "AccessControlEntryRecord":
        this.acls = this.acls.set(record.value.id, record.value);
        break;
      case "RemoveAccessControlEntryRecord":
        this.acls = this.acls.delete(record.value.id);
        break;
      case "DelegationTokenRecord":
        this.delegationTokens = this.delegationTokens.set(record.value.tokenId, record.value);
        break;
      case "RemoveDelegationTokenRecord":
        this.delegationTokens = this.delegationTokens.delete(record.value.tokenId);
        break;
      case "NoOpRecord":
      case "ZkMigrationStateRecord":
        break;
      case "BeginTransactionRecord":
      case "EndTransactionRecord":
      case "AbortTransactionRecord":
        assert(false, `${record.kind} belongs to the loader, not to a delta`);
        break;
      default:
        break;
    }
  }

  setKraftVersion(level: number): void {
    if (level === this.kraftVersion) return;
    this.kraftVersion = level;
    this.featuresChanged = true;
  }

  /** Takes over from another image what is kept whole: producer ids, quotas, users, ACLs and tokens. */
  adoptWhole(image: MetadataImage): void {
    this.nextProducerId = image.producerIds.nextProducerId;
    this.clientQuotas = image.clientQuotas;
    this.scram = image.scram;
    this.acls = image.acls;
    this.delegationTokens = image.delegationTokens;
  }

  apply(offset: number, epoch: number): MetadataImage {
    const before = this.image;
    const features: FeaturesImage = this.featuresChanged
      ? { metadataVersion: this.metadataVersion, finalized: this.finalized, kraftVersion: this.kraftVersion }
      : before.features;
    return {
      offset,
      epoch,
      features,
      cluster: this.cluster.apply(),
      topics: this.topics.apply(),
      configs: this.applyConfigs(),
      producerIds:
        this.nextProducerId === before.producerIds.nextProducerId
          ? before.producerIds
          : { nextProducerId: this.nextProducerId },
      clientQuotas: this.clientQuotas,
      scram: this.scram,
      acls: this.acls,
      delegationTokens: this.delegationTokens,
    };
  }

  private dropConfigs(key: string): void {
    const before = this.image.configs.byResource.get(key);
    const edits = this.configEdits.get(key);
    if (before === undefined && edits === undefined) return;
    const dropped = new Map<string, string | null>();
    if (before !== undefined) for (const name of before.keys()) dropped.set(name, null);
    this.configEdits.set(key, dropped);
    this.configsChanged.add(key);
  }

  private applyConfigs(): ConfigsImage {
    if (this.configEdits.size === 0) return this.image.configs;
    let all = this.image.configs.byResource;
    for (const [key, edits] of this.configEdits) {
      const values = new Map(all.get(key) ?? []);
      for (const [name, value] of edits) {
        if (value === null) values.delete(name);
        else values.set(name, value);
      }
      all = values.size === 0 ? all.delete(key) : all.set(key, values);
    }
    return new ConfigsImage(all);
  }

  private setFeature(name: string, level: number): void {
    // Apache Kafka's storage tool writes it into bootstrap.checkpoint; what holds is in control records (KAFKA-18979).
    if (name === KRAFT_VERSION) return;
    this.featuresChanged = true;
    if (name === "metadata.version") {
      this.metadataVersion = level;
      return;
    }
    const finalized = new Map(this.finalized);
    if (level === 0) finalized.delete(name);
    else finalized.set(name, level);
    this.finalized = finalized;
  }

  private setQuota(record: ClientQuotaRecord): void {
    const key = clientQuotaKey(record.entity);
    const quotas = new Map(this.clientQuotas.get(key)?.quotas ?? []);
    if (record.remove) quotas.delete(record.key);
    else quotas.set(record.key, record.value);
    if (quotas.size === 0) this.clientQuotas = this.clientQuotas.delete(key);
    else this.clientQuotas = this.clientQuotas.set(key, { entity: record.entity, quotas } satisfies ClientQuotaImage);
  }
}

/** The same for the same entity, in whatever order its parts were given. */
export function clientQuotaKey(entity: ClientQuotaImage["entity"]): string {
  return entity
    .map((part) => JSON.stringify([part.entityType, part.entityName]))
    .sort()
    .join();
}

export type { TopicDelta } from "./topics-delta.js";
