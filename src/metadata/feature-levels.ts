import type { VersionRange } from "./image.js";

/** Names of the features that Kafka 4.3 knows, and levels of `metadata.version` at which something changes. */
export const METADATA_VERSION = "metadata.version";
export const KRAFT_VERSION = "kraft.version";
export const ELR_VERSION = "eligible.leader.replicas.version";

/** Level of `metadata.version` that a new cluster gets: 4.3-IV0. */
export const LATEST_METADATA_VERSION = 30;
export const MINIMUM_METADATA_VERSION = 7;

/** What this release says that it supports, in registrations and ApiVersions: as Apache Kafka 4.3.1. */
export const SUPPORTED_FEATURES: ReadonlyMap<string, VersionRange> = new Map([
  [METADATA_VERSION, { min: MINIMUM_METADATA_VERSION, max: LATEST_METADATA_VERSION }],
  [KRAFT_VERSION, { min: 0, max: 1 }],
  ["transaction.version", { min: 0, max: 2 }],
  ["group.version", { min: 0, max: 1 }],
  [ELR_VERSION, { min: 0, max: 1 }],
  ["share.version", { min: 0, max: 1 }],
  ["streams.version", { min: 0, max: 1 }],
]);

/**
 * The features besides `metadata.version` that format finalizes, each with the lowest `metadata.version` from which it
 * does. Kafka also finalizes group.version (22), transaction.version (24), share.version (28) and streams.version (29):
 * a level is finalized here only once what it promises is served.
 */
export const FINALIZED_AT_FORMAT: readonly { name: string; level: number; from: number }[] = [
  { name: ELR_VERSION, level: 1, from: 26 },
];

/** Lowest `metadata.version` for a level of a feature (Kafka: the Feature enums' bootstrap and dependency rules). */
export const FEATURE_NEEDS: ReadonlyMap<string, readonly number[]> = new Map([[ELR_VERSION, [0, 23]]]);

const CHANGED_METADATA = [7, 8, 11, 13, 14, 15, 17, 23, 30];

/** Whether records that `high` may have written cannot be read back at `low` (Kafka: checkIfMetadataChanged). */
export function metadataChangedBetween(low: number, high: number): boolean {
  return CHANGED_METADATA.some((level) => level > low && level <= high);
}

export function hasLeaderEpochBumpOnShrink(metadataVersion: number): boolean {
  return metadataVersion < 12;
}

export function hasTransactions(metadataVersion: number): boolean {
  return metadataVersion >= 13;
}

export function hasControllerRegistration(metadataVersion: number): boolean {
  return metadataVersion >= 15;
}

export function hasDirectories(metadataVersion: number): boolean {
  return metadataVersion >= 17;
}

export function hasElr(metadataVersion: number): boolean {
  return metadataVersion >= 23;
}

export function hasCordonedDirectories(metadataVersion: number): boolean {
  return metadataVersion >= 30;
}

/** Version of PartitionRecord and of PartitionChangeRecord. */
export function partitionRecordVersion(metadataVersion: number): number {
  if (hasElr(metadataVersion)) return 2;
  return hasDirectories(metadataVersion) ? 1 : 0;
}

export function registerBrokerRecordVersion(metadataVersion: number): number {
  if (hasCordonedDirectories(metadataVersion)) return 4;
  if (hasDirectories(metadataVersion)) return 3;
  return metadataVersion >= 8 ? 2 : 1;
}
