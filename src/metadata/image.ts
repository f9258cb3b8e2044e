import { PersistentMap } from "../base/persistent-map.js";
import type { Uuid } from "../base/uuid.js";
import type {
  AccessControlEntryRecord,
  ClientQuotaRecord,
  DelegationTokenRecord,
  UserScramCredentialRecord,
} from "./records.js";

/**
 * The cluster's metadata at one offset of the metadata log (Kafka: MetadataImage). Nothing in an image ever changes: a
 * `MetadataDelta` makes the next one, which shares all that stayed the same. Two parts that are the same object are equal.
 */
export interface MetadataImage {
  /** The last offset of the metadata log that is in this image; −1 before any. */
  readonly offset: number;
  /** The leader epoch of that offset. */
  readonly epoch: number;
  readonly features: FeaturesImage;
  readonly cluster: ClusterImage;
  readonly topics: TopicsImage;
  readonly configs: ConfigsImage;
  readonly producerIds: ProducerIdsImage;
  /** Kept whole, so that a snapshot loses nothing. Keys: see `clientQuotaKey`. */
  readonly clientQuotas: PersistentMap<string, ClientQuotaImage>;
  /** Keys: `<mechanism>:<user>`. */
  readonly scram: PersistentMap<string, UserScramCredentialRecord>;
  readonly acls: PersistentMap<Uuid, AccessControlEntryRecord>;
  /** By token id. */
  readonly delegationTokens: PersistentMap<string, DelegationTokenRecord>;
}

export interface FeaturesImage {
  /** Level of `metadata.version`; 0 while the log has none. */
  readonly metadataVersion: number;
  /** All finalized features except `metadata.version`; a feature at level 0 is absent. */
  readonly finalized: ReadonlyMap<string, number>;
  /** Level of `kraft.version`, which lives in control records of the log and not in feature records. */
  readonly kraftVersion: number;
}

export interface ClusterImage {
  readonly brokers: ReadonlyMap<number, BrokerRegistration>;
  readonly controllers: ReadonlyMap<number, ControllerRegistration>;
}

export interface Endpoint {
  readonly host: string;
  readonly port: number;
  /** SecurityProtocol id: 0 PLAINTEXT, 1 SSL, 2 SASL_PLAINTEXT, 3 SASL_SSL. */
  readonly securityProtocol: number;
}

export interface VersionRange {
  readonly min: number;
  readonly max: number;
}

export interface BrokerRegistration {
  readonly id: number;
  readonly epoch: number;
  readonly incarnationId: Uuid;
  /** By listener name. */
  readonly listeners: ReadonlyMap<string, Endpoint>;
  readonly features: ReadonlyMap<string, VersionRange>;
  readonly rack: string | null;
  readonly fenced: boolean;
  readonly inControlledShutdown: boolean;
  readonly isMigratingZkBroker: boolean;
  /** Ids of the online log directories, sorted; empty when the broker registered without any. */
  readonly directories: readonly Uuid[];
  /** Null when never told (metadata.version below 4.3-IV0). */
  readonly cordonedDirectories: readonly Uuid[] | null;
}

export interface ControllerRegistration {
  readonly id: number;
  readonly incarnationId: Uuid;
  readonly zkMigrationReady: boolean;
  readonly listeners: ReadonlyMap<string, Endpoint>;
  readonly features: ReadonlyMap<string, VersionRange>;
}

export interface TopicsImage {
  readonly byName: ReadonlyMap<string, TopicImage>;
  readonly byId: ReadonlyMap<Uuid, TopicImage>;
}

export interface TopicImage {
  readonly name: string;
  readonly id: Uuid;
  /** The partition with index i is at i. */
  readonly partitions: readonly PartitionImage[];
}

export const NO_LEADER = -1;
export const RECOVERED = 0;
export const RECOVERING = 1;
export type LeaderRecoveryState = 0 | 1;

/** Kafka: PartitionRegistration. */
export interface PartitionImage {
  readonly index: number;
  /** In order of preference. */
  readonly replicas: readonly number[];
  /** The log directory of each replica, as long as `replicas`. */
  readonly directories: readonly Uuid[];
  readonly isr: readonly number[];
  /** Eligible leader replicas (KIP-966): out of the ISR, but with all that was committed. Disjoint from `isr`. */
  readonly elr: readonly number[];
  readonly lastKnownElr: readonly number[];
  readonly removingReplicas: readonly number[];
  readonly addingReplicas: readonly number[];
  /** `NO_LEADER` while none can be elected. */
  readonly leader: number;
  readonly leaderRecoveryState: LeaderRecoveryState;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
}

export interface ProducerIdsImage {
  /** First producer id that was not handed out yet. */
  readonly nextProducerId: number;
}

/** ConfigResource.Type */
export const ConfigResource = { topic: 2, broker: 4, brokerLogger: 8, clientMetrics: 16, group: 32 } as const;

const NO_CONFIGS: ReadonlyMap<string, string> = new Map();

/** Overrides by resource; the broker named "" is the default of the whole cluster. */
export class ConfigsImage {
  /** By `configKey(type, name)`; a resource without overrides is absent. */
  readonly byResource: PersistentMap<string, ReadonlyMap<string, string>>;

  constructor(byResource: PersistentMap<string, ReadonlyMap<string, string>>) {
    this.byResource = byResource;
  }

  of(type: number, name: string): ReadonlyMap<string, string> {
    return this.byResource.get(configKey(type, name)) ?? NO_CONFIGS;
  }
}

export function configKey(type: number, name: string): string {
  return `${type}:${name}`;
}

export function configResourceOf(key: string): { type: number; name: string } {
  const colon = key.indexOf(":");
  return { type: Number(key.slice(0, colon)), name: key.slice(colon + 1) };
}

export interface ClientQuotaImage {
  readonly entity: ClientQuotaRecord["entity"];
  /** By quota name. */
  readonly quotas: ReadonlyMap<string, number>;
}

export function emptyImage(): MetadataImage {
  return {
    offset: -1,
    epoch: 0,
    features: { metadataVersion: 0, finalized: new Map(), kraftVersion: 0 },
    cluster: { brokers: PersistentMap.empty(), controllers: PersistentMap.empty() },
    topics: { byName: PersistentMap.empty(), byId: PersistentMap.empty() },
    configs: new ConfigsImage(PersistentMap.empty()),
    producerIds: { nextProducerId: 0 },
    clientQuotas: PersistentMap.empty(),
    scram: PersistentMap.empty(),
    acls: PersistentMap.empty(),
    delegationTokens: PersistentMap.empty(),
  };
}
