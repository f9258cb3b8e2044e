import { assert } from "../base/assert.js";
import { writeUvarint } from "../base/bytes.js";
import { decodeExact, encodeInto, lendWriter, takeCopy } from "./codec.js";
import { RegisterBrokerRecord } from "./metadata/00-register-broker-record.js";
import { UnregisterBrokerRecord } from "./metadata/01-unregister-broker-record.js";
import { TopicRecord } from "./metadata/02-topic-record.js";
import { PartitionRecord } from "./metadata/03-partition-record.js";
import { ConfigRecord } from "./metadata/04-config-record.js";
import { PartitionChangeRecord } from "./metadata/05-partition-change-record.js";
import { FenceBrokerRecord } from "./metadata/07-fence-broker-record.js";
import { UnfenceBrokerRecord } from "./metadata/08-unfence-broker-record.js";
import { RemoveTopicRecord } from "./metadata/09-remove-topic-record.js";
import { DelegationTokenRecord } from "./metadata/10-delegation-token-record.js";
import { UserScramCredentialRecord } from "./metadata/11-user-scram-credential-record.js";
import { FeatureLevelRecord } from "./metadata/12-feature-level-record.js";
import { ClientQuotaRecord } from "./metadata/14-client-quota-record.js";
import { ProducerIdsRecord } from "./metadata/15-producer-ids-record.js";
import { BrokerRegistrationChangeRecord } from "./metadata/17-broker-registration-change-record.js";
import { AccessControlEntryRecord } from "./metadata/18-access-control-entry-record.js";
import { RemoveAccessControlEntryRecord } from "./metadata/19-remove-access-control-entry-record.js";
import { NoOpRecord } from "./metadata/20-no-op-record.js";
import { ZkMigrationStateRecord } from "./metadata/21-zk-migration-state-record.js";
import { RemoveUserScramCredentialRecord } from "./metadata/22-remove-user-scram-credential-record.js";
import { BeginTransactionRecord } from "./metadata/23-begin-transaction-record.js";
import { EndTransactionRecord } from "./metadata/24-end-transaction-record.js";
import { AbortTransactionRecord } from "./metadata/25-abort-transaction-record.js";
import { RemoveDelegationTokenRecord } from "./metadata/26-remove-delegation-token-record.js";
import { RegisterControllerRecord } from "./metadata/27-register-controller-record.js";
import { ClearElrRecord } from "./metadata/28-clear-elr-record.js";
import { ProtocolError } from "./protocol-error.js";
import type { Schema, Value } from "./schema.js";
import { readUvarint } from "./wire.js";

/** The records of the metadata log by type (Kafka: MetadataRecordType); the types that are missing belonged to ZooKeeper or were never used. */
const SCHEMAS = {
  RegisterBrokerRecord: { type: 0, schema: RegisterBrokerRecord },
  UnregisterBrokerRecord: { type: 1, schema: UnregisterBrokerRecord },
  TopicRecord: { type: 2, schema: TopicRecord },
  PartitionRecord: { type: 3, schema: PartitionRecord },
  ConfigRecord: { type: 4, schema: ConfigRecord },
  PartitionChangeRecord: { type: 5, schema: PartitionChangeRecord },
  FenceBrokerRecord: { type: 7, schema: FenceBrokerRecord },
  UnfenceBrokerRecord: { type: 8, schema: UnfenceBrokerRecord },
  RemoveTopicRecord: { type: 9, schema: RemoveTopicRecord },
  DelegationTokenRecord: { type: 10, schema: DelegationTokenRecord },
  UserScramCredentialRecord: { type: 11, schema: UserScramCredentialRecord },
  FeatureLevelRecord: { type: 12, schema: FeatureLevelRecord },
  ClientQuotaRecord: { type: 14, schema: ClientQuotaRecord },
  ProducerIdsRecord: { type: 15, schema: ProducerIdsRecord },
  BrokerRegistrationChangeRecord: { type: 17, schema: BrokerRegistrationChangeRecord },
  AccessControlEntryRecord: { type: 18, schema: AccessControlEntryRecord },
  RemoveAccessControlEntryRecord: { type: 19, schema: RemoveAccessControlEntryRecord },
  NoOpRecord: { type: 20, schema: NoOpRecord },
  ZkMigrationStateRecord: { type: 21, schema: ZkMigrationStateRecord },
  RemoveUserScramCredentialRecord: { type: 22, schema: RemoveUserScramCredentialRecord },
  BeginTransactionRecord: { type: 23, schema: BeginTransactionRecord },
  EndTransactionRecord: { type: 24, schema: EndTransactionRecord },
  AbortTransactionRecord: { type: 25, schema: AbortTransactionRecord },
  RemoveDelegationTokenRecord: { type: 26, schema: RemoveDelegationTokenRecord },
  RegisterControllerRecord: { type: 27, schema: RegisterControllerRecord },
  ClearElrRecord: { type: 28, schema: ClearElrRecord },
} as const;

export type MetadataRecordKind = keyof typeof SCHEMAS;

/** A record of the metadata log; `kind` is Kafka's name of it. */
export type MetadataRecord = {
  [K in MetadataRecordKind]: {
    readonly kind: K;
    readonly version: number;
    readonly value: Value<(typeof SCHEMAS)[K]["schema"]>;
  };
}[MetadataRecordKind];

const FRAME_VERSION = 1;
const TWO_32 = 4294967296;

const kindByType: (MetadataRecordKind | undefined)[] = [];
for (const kind of Object.keys(SCHEMAS) as MetadataRecordKind[]) kindByType[SCHEMAS[kind].type] = kind;

export const METADATA_RECORD_KINDS: readonly MetadataRecordKind[] = Object.keys(SCHEMAS) as MetadataRecordKind[];

export function metadataRecordSchema(kind: MetadataRecordKind): Schema {
  return SCHEMAS[kind].schema;
}

/** The value of a record in the log: frame version, type and version as unsigned varints, then the body (Kafka: MetadataRecordSerde). */
export function encodeMetadataRecord(record: MetadataRecord): Uint8Array {
  const { type, schema } = SCHEMAS[record.kind];
  const { version } = record;
  assert(version >= 0, "a record's version");
  const w = lendWriter();
  w.at = writeUvarint(w.bytes, 0, FRAME_VERSION);
  w.at = writeUvarint(w.bytes, w.at, type);
  w.at = writeUvarint(w.bytes, w.at, version);
  encodeInto(schema as Schema, version, record.value, w);
  return takeCopy(w);
}

/** Throws ProtocolError for anything but one whole record of a known type and version. */
export function decodeMetadataRecord(bytes: Uint8Array, at = 0, end = bytes.length): MetadataRecord {
  const header = [0, 0, 0];
  for (let i = 0; i < 3; i++) {
    const read = readUvarint(bytes, at, end, "metadata record");
    at += Math.floor(read / TWO_32);
    header[i] = read >>> 0;
  }
  const [frame, type, version] = header;
  if (frame !== FRAME_VERSION) throw new ProtocolError(`metadata record: the frame version is ${frame}, not 1`);
  const kind = kindByType[type];
  if (kind === undefined) throw new ProtocolError(`metadata record: there is no type ${type}`);
  const value = decodeExact(SCHEMAS[kind].schema as Schema, version, bytes, at, end);
  return { kind, version, value } as MetadataRecord;
}
