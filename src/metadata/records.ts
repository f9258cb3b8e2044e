import type { MetadataRecord } from "../protocol/metadata-records.js";

/** The value of a kind of record. */
export type RecordValue<K extends MetadataRecord["kind"]> = Extract<MetadataRecord, { kind: K }>["value"];

export type AccessControlEntryRecord = RecordValue<"AccessControlEntryRecord">;
export type BrokerRegistrationChangeRecord = RecordValue<"BrokerRegistrationChangeRecord">;
export type ClientQuotaRecord = RecordValue<"ClientQuotaRecord">;
export type ConfigRecord = RecordValue<"ConfigRecord">;
export type DelegationTokenRecord = RecordValue<"DelegationTokenRecord">;
export type PartitionChangeRecord = RecordValue<"PartitionChangeRecord">;
export type PartitionRecord = RecordValue<"PartitionRecord">;
export type RegisterBrokerRecord = RecordValue<"RegisterBrokerRecord">;
export type RegisterControllerRecord = RecordValue<"RegisterControllerRecord">;
export type UserScramCredentialRecord = RecordValue<"UserScramCredentialRecord">;
