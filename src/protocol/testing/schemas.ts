import { type Api, Apis } from "../apis.js";
import { ConsumerProtocolAssignment } from "../consumer-protocol/assignment.js";
import { ConsumerProtocolSubscription } from "../consumer-protocol/subscription.js";
import { ControlRecordTypeSchema } from "../control/control-record-type.js";
import { EndTxnMarker } from "../control/end-txn-marker.js";
import type { CoordinatorRecordType } from "../coordinator-record.js";
import { DefaultPrincipalData } from "../envelope/default-principal-data.js";
import { GroupRecords } from "../group-records.js";
import { RequestHeader } from "../header/request-header.js";
import { ResponseHeader } from "../header/response-header.js";
import { METADATA_RECORD_KINDS, metadataRecordSchema } from "../metadata-records.js";
import { KRaftVersionRecord } from "../raft/kraft-version.js";
import { LeaderChangeMessage } from "../raft/leader-change.js";
import { QuorumStateData } from "../raft/quorum-state.js";
import { SnapshotFooterRecord } from "../raft/snapshot-footer.js";
import { SnapshotHeaderRecord } from "../raft/snapshot-header.js";
import { VotersRecord } from "../raft/voters.js";
import type { Schema } from "../schema.js";
import { ShareRecords } from "../share-records.js";
import { TransactionRecords } from "../transaction-records.js";

/** The schemas of one of Kafka's jars, and where the jar has their descriptions and generated classes. */
export interface JarSchemas {
  readonly artifact: string;
  readonly folder: string;
  readonly javaPackage: string;
  readonly schemas: readonly Schema[];
}

function ofApis(apis: readonly Api[]): Schema[] {
  return apis.flatMap((api) => [api.request, api.response]);
}

function ofRecords(types: { readonly [name: string]: CoordinatorRecordType }): Schema[] {
  return Object.values(types).flatMap((type) => [type.key, type.value]);
}

const CLIENT_SCHEMAS: readonly Schema[] = [
  ...ofApis(Object.values(Apis)),
  RequestHeader,
  ResponseHeader,
  ConsumerProtocolSubscription,
  ConsumerProtocolAssignment,
  ControlRecordTypeSchema,
  DefaultPrincipalData,
  EndTxnMarker,
  KRaftVersionRecord,
  LeaderChangeMessage,
  SnapshotFooterRecord,
  SnapshotHeaderRecord,
  VotersRecord,
];

export const SCHEMAS_BY_JAR: readonly JarSchemas[] = [
  {
    artifact: "kafka-clients",
    folder: "common/message/",
    javaPackage: "org.apache.kafka.common.message",
    schemas: CLIENT_SCHEMAS,
  },
  {
    artifact: "kafka-metadata",
    folder: "common/metadata/",
    javaPackage: "org.apache.kafka.common.metadata",
    schemas: METADATA_RECORD_KINDS.map((kind) => metadataRecordSchema(kind)),
  },
  {
    artifact: "kafka-group-coordinator",
    folder: "common/message/",
    javaPackage: "org.apache.kafka.coordinator.group.generated",
    schemas: ofRecords(GroupRecords),
  },
  {
    artifact: "kafka-transaction-coordinator",
    folder: "common/message/",
    javaPackage: "org.apache.kafka.coordinator.transaction.generated",
    schemas: ofRecords(TransactionRecords),
  },
  {
    artifact: "kafka-share-coordinator",
    folder: "common/message/",
    javaPackage: "org.apache.kafka.coordinator.share.generated",
    schemas: ofRecords(ShareRecords),
  },
  {
    artifact: "kafka-raft",
    folder: "common/message/",
    javaPackage: "org.apache.kafka.raft.generated",
    schemas: [QuorumStateData],
  },
];

export const ALL_SCHEMAS: readonly Schema[] = SCHEMAS_BY_JAR.flatMap((jar) => jar.schemas);

export function versionsOf(schema: Schema): number[] {
  const versions: number[] = [];
  for (let version = schema.minVersion; version <= schema.maxVersion; version++) versions.push(version);
  return versions;
}
