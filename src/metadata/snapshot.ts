import type { MetadataRecord } from "../protocol/metadata-records.js";
import { MetadataDelta } from "./delta.js";
import {
  hasControllerRegistration,
  METADATA_VERSION,
  partitionRecordVersion,
  registerBrokerRecordVersion,
} from "./feature-levels.js";
import {
  type BrokerRegistration,
  type ControllerRegistration,
  configResourceOf,
  type Endpoint,
  emptyImage,
  type MetadataImage,
  type PartitionImage,
  type VersionRange,
} from "./image.js";

/**
 * The records of a snapshot: replayed onto an empty image they give this one (Kafka: MetadataImage.write). They come one
 * by one, so that a large snapshot can be written in slices; `metadata.version` is first, since it decides how the others
 * are read.
 */
export function* snapshotRecords(image: MetadataImage): Generator<MetadataRecord> {
  const { features } = image;
  if (features.metadataVersion > 0) yield featureLevel(METADATA_VERSION, features.metadataVersion);
  for (const [name, level] of features.finalized) yield featureLevel(name, level);
  for (const broker of image.cluster.brokers.values()) yield brokerRecord(broker, features.metadataVersion);
  if (hasControllerRegistration(features.metadataVersion)) {
    for (const controller of image.cluster.controllers.values()) yield controllerRecord(controller);
  }
  for (const topic of image.topics.byId.values()) {
    yield { kind: "TopicRecord", version: 0, value: { name: topic.name, topicId: topic.id } };
    for (const partition of topic.partitions) yield partitionRecord(topic.id, partition, features.metadataVersion);
  }
  for (const [key, values] of image.configs.byResource) {
    const { type, name: resourceName } = configResourceOf(key);
    for (const [name, value] of values) {
      yield { kind: "ConfigRecord", version: 0, value: { resourceType: type, resourceName, name, value } };
    }
  }
  for (const { entity, quotas } of image.clientQuotas.values()) {
    for (const [key, value] of quotas) {
      yield { kind: "ClientQuotaRecord", version: 0, value: { entity, key, value, remove: false } };
    }
  }
  const { nextProducerId } = image.producerIds;
  if (nextProducerId > 0) {
    yield { kind: "ProducerIdsRecord", version: 0, value: { brokerId: -1, brokerEpoch: -1, nextProducerId } };
  }
  for (const value of image.acls.values()) yield { kind: "AccessControlEntryRecord", version: 0, value };
  for (const value of image.scram.values()) yield { kind: "UserScramCredentialRecord", version: 0, value };
  for (const value of image.delegationTokens.values()) yield { kind: "DelegationTokenRecord", version: 0, value };
}

/** The image that a snapshot at `offset` (its last contained offset) and `epoch` stands for. */
export function imageOfSnapshot(records: Iterable<MetadataRecord>, offset: number, epoch: number): MetadataImage {
  const delta = new MetadataDelta(emptyImage());
  for (const record of records) delta.replay(record);
  return delta.apply(offset, epoch);
}

function featureLevel(name: string, level: number): MetadataRecord {
  return { kind: "FeatureLevelRecord", version: 0, value: { name, featureLevel: level } };
}

export function brokerRecord(broker: BrokerRegistration, metadataVersion: number): MetadataRecord {
  const version = registerBrokerRecordVersion(metadataVersion);
  return {
    kind: "RegisterBrokerRecord",
    version,
    value: {
      brokerId: broker.id,
      isMigratingZkBroker: broker.isMigratingZkBroker,
      incarnationId: broker.incarnationId,
      brokerEpoch: broker.epoch,
      endPoints: endpointsOf(broker.listeners),
      features: rangesOf(broker.features),
      rack: broker.rack,
      fenced: broker.fenced,
      inControlledShutdown: broker.inControlledShutdown,
      logDirs: version >= 3 ? broker.directories.slice() : [],
      cordonedLogDirs: version >= 4 && broker.cordonedDirectories !== null ? broker.cordonedDirectories.slice() : null,
    },
  };
}

export function controllerRecord(controller: ControllerRegistration): MetadataRecord {
  return {
    kind: "RegisterControllerRecord",
    version: 0,
    value: {
      controllerId: controller.id,
      incarnationId: controller.incarnationId,
      zkMigrationReady: controller.zkMigrationReady,
      endPoints: endpointsOf(controller.listeners),
      features: rangesOf(controller.features),
    },
  };
}

export function partitionRecord(topicId: string, partition: PartitionImage, metadataVersion: number): MetadataRecord {
  const version = partitionRecordVersion(metadataVersion);
  const { elr, lastKnownElr } = partition;
  return {
    kind: "PartitionRecord",
    version,
    value: {
      partitionId: partition.index,
      topicId,
      replicas: partition.replicas.slice(),
      isr: partition.isr.slice(),
      removingReplicas: partition.removingReplicas.slice(),
      addingReplicas: partition.addingReplicas.slice(),
      leader: partition.leader,
      leaderRecoveryState: partition.leaderRecoveryState,
      leaderEpoch: partition.leaderEpoch,
      partitionEpoch: partition.partitionEpoch,
      directories: version >= 1 ? partition.directories.slice() : [],
      eligibleLeaderReplicas: version >= 2 && elr.length > 0 ? elr.slice() : null,
      lastKnownElr: version >= 2 && lastKnownElr.length > 0 ? lastKnownElr.slice() : null,
    },
  };
}

function endpointsOf(
  listeners: ReadonlyMap<string, Endpoint>,
): { name: string; host: string; port: number; securityProtocol: number }[] {
  return [...listeners].map(([name, endpoint]) => ({ name, ...endpoint }));
}

function rangesOf(
  features: ReadonlyMap<string, VersionRange>,
): { name: string; minSupportedVersion: number; maxSupportedVersion: number }[] {
  return [...features].map(([name, { min, max }]) => ({ name, minSupportedVersion: min, maxSupportedVersion: max }));
}
