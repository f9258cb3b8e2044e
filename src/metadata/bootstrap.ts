import type { MetadataRecord } from "../protocol/metadata-records.js";
import { FINALIZED_AT_FORMAT, LATEST_METADATA_VERSION, METADATA_VERSION } from "./feature-levels.js";

/**
 * The records that format writes into bootstrap.checkpoint, and that the first active controller copies into the log:
 * `metadata.version` first, then the features that a cluster of that version starts with. `overrides`: levels that the
 * user asked for; 0 leaves a feature out.
 */
export function bootstrapRecords(
  metadataVersion: number = LATEST_METADATA_VERSION,
  overrides: ReadonlyMap<string, number> = new Map(),
): MetadataRecord[] {
  const levels = new Map<string, number>();
  for (const { name, level, from } of FINALIZED_AT_FORMAT) if (metadataVersion >= from) levels.set(name, level);
  for (const [name, level] of overrides) levels.set(name, level);
  levels.delete(METADATA_VERSION);
  const records: MetadataRecord[] = [feature(METADATA_VERSION, metadataVersion)];
  for (const [name, level] of [...levels].sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (level > 0) records.push(feature(name, level));
  }
  return records;
}

function feature(name: string, featureLevel: number): MetadataRecord {
  return { kind: "FeatureLevelRecord", version: 0, value: { name, featureLevel } };
}
