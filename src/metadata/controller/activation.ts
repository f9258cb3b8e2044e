import type { MetadataRecord } from "../../protocol/metadata-records.js";
import { ELR_VERSION, hasTransactions, METADATA_VERSION } from "../feature-levels.js";
import { ConfigResource } from "../image.js";
import type { ControllerOptions } from "./options.js";
import type { ControllerState } from "./state.js";

/**
 * What a newly active controller appends first (Kafka: ActivationRecordsGenerator): the bootstrap records, in a metadata
 * transaction where there are such, when the log has no metadata.version; the abort of a transaction that the last
 * controller left open.
 */
export function activationRecords(
  state: ControllerState,
  bootstrap: readonly MetadataRecord[],
  inTransaction: boolean,
  options: ControllerOptions,
): MetadataRecord[] {
  const records: MetadataRecord[] = [];
  if (inTransaction) {
    records.push({ kind: "AbortTransactionRecord", version: 0, value: { reason: "Controller failover" } });
  }
  if (state.metadataVersion !== 0) return records;
  const transactional = hasTransactions(levelOf(bootstrap, METADATA_VERSION));
  if (transactional) {
    records.push({ kind: "BeginTransactionRecord", version: 0, value: { name: "Bootstrap records" } });
  }
  records.push(...bootstrap);
  if (levelOf(bootstrap, ELR_VERSION) > 0) {
    const name = "min.insync.replicas";
    const value = options.configs.staticTopicValue(name);
    records.push({
      kind: "ConfigRecord",
      version: 0,
      value: { resourceType: ConfigResource.broker, resourceName: "", name, value },
    });
  }
  if (transactional) records.push({ kind: "EndTransactionRecord", version: 0, value: {} });
  return records;
}

function levelOf(records: readonly MetadataRecord[], feature: string): number {
  let level = 0;
  for (const record of records) {
    if (record.kind === "FeatureLevelRecord" && record.value.name === feature) level = record.value.featureLevel;
  }
  return level;
}
