import { ProduceRequest, ProduceResponse } from "./messages/00-produce.js";
import { FetchRequest, FetchResponse } from "./messages/01-fetch.js";
import { ListOffsetsRequest, ListOffsetsResponse } from "./messages/02-list-offsets.js";
import { MetadataRequest, MetadataResponse } from "./messages/03-metadata.js";
import { OffsetCommitRequest, OffsetCommitResponse } from "./messages/08-offset-commit.js";
import { OffsetFetchRequest, OffsetFetchResponse } from "./messages/09-offset-fetch.js";
import { FindCoordinatorRequest, FindCoordinatorResponse } from "./messages/10-find-coordinator.js";
import { JoinGroupRequest, JoinGroupResponse } from "./messages/11-join-group.js";
import { HeartbeatRequest, HeartbeatResponse } from "./messages/12-heartbeat.js";
import { LeaveGroupRequest, LeaveGroupResponse } from "./messages/13-leave-group.js";
import { SyncGroupRequest, SyncGroupResponse } from "./messages/14-sync-group.js";
import { DescribeGroupsRequest, DescribeGroupsResponse } from "./messages/15-describe-groups.js";
import { ListGroupsRequest, ListGroupsResponse } from "./messages/16-list-groups.js";
import { SaslHandshakeRequest, SaslHandshakeResponse } from "./messages/17-sasl-handshake.js";
import { ApiVersionsRequest, ApiVersionsResponse } from "./messages/18-api-versions.js";
import { CreateTopicsRequest, CreateTopicsResponse } from "./messages/19-create-topics.js";
import { DeleteTopicsRequest, DeleteTopicsResponse } from "./messages/20-delete-topics.js";
import { DeleteRecordsRequest, DeleteRecordsResponse } from "./messages/21-delete-records.js";
import { InitProducerIdRequest, InitProducerIdResponse } from "./messages/22-init-producer-id.js";
import { OffsetForLeaderEpochRequest, OffsetForLeaderEpochResponse } from "./messages/23-offset-for-leader-epoch.js";
import { AddPartitionsToTxnRequest, AddPartitionsToTxnResponse } from "./messages/24-add-partitions-to-txn.js";
import { AddOffsetsToTxnRequest, AddOffsetsToTxnResponse } from "./messages/25-add-offsets-to-txn.js";
import { EndTxnRequest, EndTxnResponse } from "./messages/26-end-txn.js";
import { WriteTxnMarkersRequest, WriteTxnMarkersResponse } from "./messages/27-write-txn-markers.js";
import { TxnOffsetCommitRequest, TxnOffsetCommitResponse } from "./messages/28-txn-offset-commit.js";
import { DescribeAclsRequest, DescribeAclsResponse } from "./messages/29-describe-acls.js";
import { CreateAclsRequest, CreateAclsResponse } from "./messages/30-create-acls.js";
import { DeleteAclsRequest, DeleteAclsResponse } from "./messages/31-delete-acls.js";
import { DescribeConfigsRequest, DescribeConfigsResponse } from "./messages/32-describe-configs.js";
import { AlterConfigsRequest, AlterConfigsResponse } from "./messages/33-alter-configs.js";
import { AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse } from "./messages/34-alter-replica-log-dirs.js";
import { DescribeLogDirsRequest, DescribeLogDirsResponse } from "./messages/35-describe-log-dirs.js";
import { SaslAuthenticateRequest, SaslAuthenticateResponse } from "./messages/36-sasl-authenticate.js";
import { CreatePartitionsRequest, CreatePartitionsResponse } from "./messages/37-create-partitions.js";
import { CreateDelegationTokenRequest, CreateDelegationTokenResponse } from "./messages/38-create-delegation-token.js";
import { RenewDelegationTokenRequest, RenewDelegationTokenResponse } from "./messages/39-renew-delegation-token.js";
import { ExpireDelegationTokenRequest, ExpireDelegationTokenResponse } from "./messages/40-expire-delegation-token.js";
import {
  DescribeDelegationTokenRequest,
  DescribeDelegationTokenResponse,
} from "./messages/41-describe-delegation-token.js";
import { DeleteGroupsRequest, DeleteGroupsResponse } from "./messages/42-delete-groups.js";
import { ElectLeadersRequest, ElectLeadersResponse } from "./messages/43-elect-leaders.js";
import {
  IncrementalAlterConfigsRequest,
  IncrementalAlterConfigsResponse,
} from "./messages/44-incremental-alter-configs.js";
import {
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
} from "./messages/45-alter-partition-reassignments.js";
import {
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
} from "./messages/46-list-partition-reassignments.js";
import { OffsetDeleteRequest, OffsetDeleteResponse } from "./messages/47-offset-delete.js";
import { DescribeClientQuotasRequest, DescribeClientQuotasResponse } from "./messages/48-describe-client-quotas.js";
import { AlterClientQuotasRequest, AlterClientQuotasResponse } from "./messages/49-alter-client-quotas.js";
import {
  DescribeUserScramCredentialsRequest,
  DescribeUserScramCredentialsResponse,
} from "./messages/50-describe-user-scram-credentials.js";
import {
  AlterUserScramCredentialsRequest,
  AlterUserScramCredentialsResponse,
} from "./messages/51-alter-user-scram-credentials.js";
import { VoteRequest, VoteResponse } from "./messages/52-vote.js";
import { BeginQuorumEpochRequest, BeginQuorumEpochResponse } from "./messages/53-begin-quorum-epoch.js";
import { EndQuorumEpochRequest, EndQuorumEpochResponse } from "./messages/54-end-quorum-epoch.js";
import { DescribeQuorumRequest, DescribeQuorumResponse } from "./messages/55-describe-quorum.js";
import { AlterPartitionRequest, AlterPartitionResponse } from "./messages/56-alter-partition.js";
import { UpdateFeaturesRequest, UpdateFeaturesResponse } from "./messages/57-update-features.js";
import { EnvelopeRequest, EnvelopeResponse } from "./messages/58-envelope.js";
import { FetchSnapshotRequest, FetchSnapshotResponse } from "./messages/59-fetch-snapshot.js";
import { DescribeClusterRequest, DescribeClusterResponse } from "./messages/60-describe-cluster.js";
import { DescribeProducersRequest, DescribeProducersResponse } from "./messages/61-describe-producers.js";
import { BrokerRegistrationRequest, BrokerRegistrationResponse } from "./messages/62-broker-registration.js";
import { BrokerHeartbeatRequest, BrokerHeartbeatResponse } from "./messages/63-broker-heartbeat.js";
import { UnregisterBrokerRequest, UnregisterBrokerResponse } from "./messages/64-unregister-broker.js";
import { DescribeTransactionsRequest, DescribeTransactionsResponse } from "./messages/65-describe-transactions.js";
import { ListTransactionsRequest, ListTransactionsResponse } from "./messages/66-list-transactions.js";
import { AllocateProducerIdsRequest, AllocateProducerIdsResponse } from "./messages/67-allocate-producer-ids.js";
import {
  ConsumerGroupHeartbeatRequest,
  ConsumerGroupHeartbeatResponse,
} from "./messages/68-consumer-group-heartbeat.js";
import { ConsumerGroupDescribeRequest, ConsumerGroupDescribeResponse } from "./messages/69-consumer-group-describe.js";
import {
  ControllerRegistrationRequest,
  ControllerRegistrationResponse,
} from "./messages/70-controller-registration.js";
import {
  GetTelemetrySubscriptionsRequest,
  GetTelemetrySubscriptionsResponse,
} from "./messages/71-get-telemetry-subscriptions.js";
import { PushTelemetryRequest, PushTelemetryResponse } from "./messages/72-push-telemetry.js";
import { AssignReplicasToDirsRequest, AssignReplicasToDirsResponse } from "./messages/73-assign-replicas-to-dirs.js";
import { ListConfigResourcesRequest, ListConfigResourcesResponse } from "./messages/74-list-config-resources.js";
import {
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse,
} from "./messages/75-describe-topic-partitions.js";
import { ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse } from "./messages/76-share-group-heartbeat.js";
import { ShareGroupDescribeRequest, ShareGroupDescribeResponse } from "./messages/77-share-group-describe.js";
import { ShareFetchRequest, ShareFetchResponse } from "./messages/78-share-fetch.js";
import { ShareAcknowledgeRequest, ShareAcknowledgeResponse } from "./messages/79-share-acknowledge.js";
import { AddRaftVoterRequest, AddRaftVoterResponse } from "./messages/80-add-raft-voter.js";
import { RemoveRaftVoterRequest, RemoveRaftVoterResponse } from "./messages/81-remove-raft-voter.js";
import { UpdateRaftVoterRequest, UpdateRaftVoterResponse } from "./messages/82-update-raft-voter.js";
import {
  InitializeShareGroupStateRequest,
  InitializeShareGroupStateResponse,
} from "./messages/83-initialize-share-group-state.js";
import { ReadShareGroupStateRequest, ReadShareGroupStateResponse } from "./messages/84-read-share-group-state.js";
import { WriteShareGroupStateRequest, WriteShareGroupStateResponse } from "./messages/85-write-share-group-state.js";
import { DeleteShareGroupStateRequest, DeleteShareGroupStateResponse } from "./messages/86-delete-share-group-state.js";
import {
  ReadShareGroupStateSummaryRequest,
  ReadShareGroupStateSummaryResponse,
} from "./messages/87-read-share-group-state-summary.js";
import { StreamsGroupHeartbeatRequest, StreamsGroupHeartbeatResponse } from "./messages/88-streams-group-heartbeat.js";
import { StreamsGroupDescribeRequest, StreamsGroupDescribeResponse } from "./messages/89-streams-group-describe.js";
import {
  DescribeShareGroupOffsetsRequest,
  DescribeShareGroupOffsetsResponse,
} from "./messages/90-describe-share-group-offsets.js";
import {
  AlterShareGroupOffsetsRequest,
  AlterShareGroupOffsetsResponse,
} from "./messages/91-alter-share-group-offsets.js";
import {
  DeleteShareGroupOffsetsRequest,
  DeleteShareGroupOffsetsResponse,
} from "./messages/92-delete-share-group-offsets.js";
import { ProtocolError } from "./protocol-error.js";
import { type Input, type Schema, type Value, versionRange } from "./schema.js";

export type ListenerKind = "broker" | "controller";

/** One API of the protocol: its messages, and the versions that are released in Apache Kafka 4.3.1. */
export interface Api<Request extends Schema = Schema, Response extends Schema = Schema> {
  readonly key: number;
  /** Kafka's name without Request and Response. */
  readonly name: string;
  readonly request: Request;
  readonly response: Response;
  /** The lowest version that is served. */
  readonly minVersion: number;
  /** The highest one that is released. */
  readonly maxVersion: number;
  /** What ApiVersions says: below `minVersion` for Produce alone, or librdkafka turns compression off (KAFKA-18659). */
  readonly minVersionAdvertised: number;
  /** The first flexible version (KIP-482); Infinity when there is none. */
  readonly flexibleFrom: number;
  /** On which listeners it is served. */
  readonly listeners: readonly ListenerKind[];
  /** 2 for flexible versions, else 1. */
  requestHeaderVersion(version: number): number;
  /** 1 for flexible versions, else 0; always 0 for ApiVersions, whose reader does not know yet what is flexible (KIP-511). */
  responseHeaderVersion(version: number): number;
}

/** What encoding a request of this API takes. */
export type RequestOf<A extends Api> = Input<A["request"]>;
/** What decoding a response of this API gives. */
export type ResponseOf<A extends Api> = Value<A["response"]>;

interface ApiOptions {
  /** The highest version of the messages is not released. */
  readonly latestUnstable?: boolean;
  readonly minVersionAdvertised?: number;
}

const BROKER: readonly ListenerKind[] = ["broker"];
const CONTROLLER: readonly ListenerKind[] = ["controller"];
const BOTH: readonly ListenerKind[] = ["broker", "controller"];
const API_VERSIONS_KEY = 18;

function api<Request extends Schema, Response extends Schema>(
  key: number,
  name: string,
  request: Request,
  response: Response,
  listeners: readonly ListenerKind[],
  options: ApiOptions = {},
): Api<Request, Response> {
  // Read once: each frame asks.
  const requestFlexible = versionRange(request.flexible);
  const responseFlexible = versionRange(response.flexible);
  return {
    key,
    name,
    request,
    response,
    minVersion: request.minVersion,
    maxVersion: options.latestUnstable === true ? request.maxVersion - 1 : request.maxVersion,
    minVersionAdvertised: options.minVersionAdvertised ?? request.minVersion,
    flexibleFrom: request.flexible === "none" ? Number.POSITIVE_INFINITY : requestFlexible.min,
    listeners,
    requestHeaderVersion: (version) => (isWithin(requestFlexible, version) ? 2 : 1),
    responseHeaderVersion: (version) => (key !== API_VERSIONS_KEY && isWithin(responseFlexible, version) ? 1 : 0),
  };
}

function isWithin(range: { readonly min: number; readonly max: number }, version: number): boolean {
  return version >= range.min && version <= range.max;
}

export const Apis = {
  Produce: api(0, "Produce", ProduceRequest, ProduceResponse, BROKER, { minVersionAdvertised: 0 }),
  Fetch: api(1, "Fetch", FetchRequest, FetchResponse, BOTH),
  ListOffsets: api(2, "ListOffsets", ListOffsetsRequest, ListOffsetsResponse, BROKER),
  Metadata: api(3, "Metadata", MetadataRequest, MetadataResponse, BROKER),
  OffsetCommit: api(8, "OffsetCommit", OffsetCommitRequest, OffsetCommitResponse, BROKER),
  OffsetFetch: api(9, "OffsetFetch", OffsetFetchRequest, OffsetFetchResponse, BROKER),
  FindCoordinator: api(10, "FindCoordinator", FindCoordinatorRequest, FindCoordinatorResponse, BROKER),
  JoinGroup: api(11, "JoinGroup", JoinGroupRequest, JoinGroupResponse, BROKER),
  Heartbeat: api(12, "Heartbeat", HeartbeatRequest, HeartbeatResponse, BROKER),
  LeaveGroup: api(13, "LeaveGroup", LeaveGroupRequest, LeaveGroupResponse, BROKER),
  SyncGroup: api(14, "SyncGroup", SyncGroupRequest, SyncGroupResponse, BROKER),
  DescribeGroups: api(15, "DescribeGroups", DescribeGroupsRequest, DescribeGroupsResponse, BROKER),
  ListGroups: api(16, "ListGroups", ListGroupsRequest, ListGroupsResponse, BROKER),
  SaslHandshake: api(17, "SaslHandshake", SaslHandshakeRequest, SaslHandshakeResponse, BOTH),
  ApiVersions: api(18, "ApiVersions", ApiVersionsRequest, ApiVersionsResponse, BOTH),
  CreateTopics: api(19, "CreateTopics", CreateTopicsRequest, CreateTopicsResponse, BOTH),
  DeleteTopics: api(20, "DeleteTopics", DeleteTopicsRequest, DeleteTopicsResponse, BOTH),
  DeleteRecords: api(21, "DeleteRecords", DeleteRecordsRequest, DeleteRecordsResponse, BROKER),
  InitProducerId: api(22, "InitProducerId", InitProducerIdRequest, InitProducerIdResponse, BROKER, {
    latestUnstable: true,
  }),
  OffsetForLeaderEpoch: api(
    23,
    "OffsetForLeaderEpoch",
    OffsetForLeaderEpochRequest,
    OffsetForLeaderEpochResponse,
    BROKER,
  ),
  AddPartitionsToTxn: api(24, "AddPartitionsToTxn", AddPartitionsToTxnRequest, AddPartitionsToTxnResponse, BROKER),
  AddOffsetsToTxn: api(25, "AddOffsetsToTxn", AddOffsetsToTxnRequest, AddOffsetsToTxnResponse, BROKER),
  EndTxn: api(26, "EndTxn", EndTxnRequest, EndTxnResponse, BROKER),
  WriteTxnMarkers: api(27, "WriteTxnMarkers", WriteTxnMarkersRequest, WriteTxnMarkersResponse, BROKER),
  TxnOffsetCommit: api(28, "TxnOffsetCommit", TxnOffsetCommitRequest, TxnOffsetCommitResponse, BROKER),
  DescribeAcls: api(29, "DescribeAcls", DescribeAclsRequest, DescribeAclsResponse, BOTH),
  CreateAcls: api(30, "CreateAcls", CreateAclsRequest, CreateAclsResponse, BOTH),
  DeleteAcls: api(31, "DeleteAcls", DeleteAclsRequest, DeleteAclsResponse, BOTH),
  DescribeConfigs: api(32, "DescribeConfigs", DescribeConfigsRequest, DescribeConfigsResponse, BOTH),
  AlterConfigs: api(33, "AlterConfigs", AlterConfigsRequest, AlterConfigsResponse, BOTH),
  AlterReplicaLogDirs: api(34, "AlterReplicaLogDirs", AlterReplicaLogDirsRequest, AlterReplicaLogDirsResponse, BROKER),
  DescribeLogDirs: api(35, "DescribeLogDirs", DescribeLogDirsRequest, DescribeLogDirsResponse, BROKER),
  SaslAuthenticate: api(36, "SaslAuthenticate", SaslAuthenticateRequest, SaslAuthenticateResponse, BOTH),
  CreatePartitions: api(37, "CreatePartitions", CreatePartitionsRequest, CreatePartitionsResponse, BOTH),
  CreateDelegationToken: api(
    38,
    "CreateDelegationToken",
    CreateDelegationTokenRequest,
    CreateDelegationTokenResponse,
    BOTH,
  ),
  RenewDelegationToken: api(
    39,
    "RenewDelegationToken",
    RenewDelegationTokenRequest,
    RenewDelegationTokenResponse,
    BOTH,
  ),
  ExpireDelegationToken: api(
    40,
    "ExpireDelegationToken",
    ExpireDelegationTokenRequest,
    ExpireDelegationTokenResponse,
    BOTH,
  ),
  DescribeDelegationToken: api(
    41,
    "DescribeDelegationToken",
    DescribeDelegationTokenRequest,
    DescribeDelegationTokenResponse,
    BOTH,
  ),
  DeleteGroups: api(42, "DeleteGroups", DeleteGroupsRequest, DeleteGroupsResponse, BROKER),
  ElectLeaders: api(43, "ElectLeaders", ElectLeadersRequest, ElectLeadersResponse, BOTH),
  IncrementalAlterConfigs: api(
    44,
    "IncrementalAlterConfigs",
    IncrementalAlterConfigsRequest,
    IncrementalAlterConfigsResponse,
    BOTH,
  ),
  AlterPartitionReassignments: api(
    45,
    "AlterPartitionReassignments",
    AlterPartitionReassignmentsRequest,
    AlterPartitionReassignmentsResponse,
    BOTH,
  ),
  ListPartitionReassignments: api(
    46,
    "ListPartitionReassignments",
    ListPartitionReassignmentsRequest,
    ListPartitionReassignmentsResponse,
    BOTH,
  ),
  OffsetDelete: api(47, "OffsetDelete", OffsetDeleteRequest, OffsetDeleteResponse, BROKER),
  DescribeClientQuotas: api(
    48,
    "DescribeClientQuotas",
    DescribeClientQuotasRequest,
    DescribeClientQuotasResponse,
    BROKER,
  ),
  AlterClientQuotas: api(49, "AlterClientQuotas", AlterClientQuotasRequest, AlterClientQuotasResponse, BOTH),
  DescribeUserScramCredentials: api(
    50,
    "DescribeUserScramCredentials",
    DescribeUserScramCredentialsRequest,
    DescribeUserScramCredentialsResponse,
    BOTH,
  ),
  AlterUserScramCredentials: api(
    51,
    "AlterUserScramCredentials",
    AlterUserScramCredentialsRequest,
    AlterUserScramCredentialsResponse,
    BOTH,
  ),
  Vote: api(52, "Vote", VoteRequest, VoteResponse, CONTROLLER),
  BeginQuorumEpoch: api(53, "BeginQuorumEpoch", BeginQuorumEpochRequest, BeginQuorumEpochResponse, CONTROLLER),
  EndQuorumEpoch: api(54, "EndQuorumEpoch", EndQuorumEpochRequest, EndQuorumEpochResponse, CONTROLLER),
  DescribeQuorum: api(55, "DescribeQuorum", DescribeQuorumRequest, DescribeQuorumResponse, BOTH),
  AlterPartition: api(56, "AlterPartition", AlterPartitionRequest, AlterPartitionResponse, CONTROLLER),
  UpdateFeatures: api(57, "UpdateFeatures", UpdateFeaturesRequest, UpdateFeaturesResponse, BOTH),
  Envelope: api(58, "Envelope", EnvelopeRequest, EnvelopeResponse, CONTROLLER),
  FetchSnapshot: api(59, "FetchSnapshot", FetchSnapshotRequest, FetchSnapshotResponse, CONTROLLER),
  DescribeCluster: api(60, "DescribeCluster", DescribeClusterRequest, DescribeClusterResponse, BOTH),
  DescribeProducers: api(61, "DescribeProducers", DescribeProducersRequest, DescribeProducersResponse, BROKER),
  BrokerRegistration: api(62, "BrokerRegistration", BrokerRegistrationRequest, BrokerRegistrationResponse, CONTROLLER),
  BrokerHeartbeat: api(63, "BrokerHeartbeat", BrokerHeartbeatRequest, BrokerHeartbeatResponse, CONTROLLER),
  UnregisterBroker: api(64, "UnregisterBroker", UnregisterBrokerRequest, UnregisterBrokerResponse, BOTH),
  DescribeTransactions: api(
    65,
    "DescribeTransactions",
    DescribeTransactionsRequest,
    DescribeTransactionsResponse,
    BROKER,
  ),
  ListTransactions: api(66, "ListTransactions", ListTransactionsRequest, ListTransactionsResponse, BROKER),
  AllocateProducerIds: api(
    67,
    "AllocateProducerIds",
    AllocateProducerIdsRequest,
    AllocateProducerIdsResponse,
    CONTROLLER,
  ),
  ConsumerGroupHeartbeat: api(
    68,
    "ConsumerGroupHeartbeat",
    ConsumerGroupHeartbeatRequest,
    ConsumerGroupHeartbeatResponse,
    BROKER,
  ),
  ConsumerGroupDescribe: api(
    69,
    "ConsumerGroupDescribe",
    ConsumerGroupDescribeRequest,
    ConsumerGroupDescribeResponse,
    BROKER,
  ),
  ControllerRegistration: api(
    70,
    "ControllerRegistration",
    ControllerRegistrationRequest,
    ControllerRegistrationResponse,
    CONTROLLER,
  ),
  GetTelemetrySubscriptions: api(
    71,
    "GetTelemetrySubscriptions",
    GetTelemetrySubscriptionsRequest,
    GetTelemetrySubscriptionsResponse,
    BROKER,
  ),
  PushTelemetry: api(72, "PushTelemetry", PushTelemetryRequest, PushTelemetryResponse, BROKER),
  AssignReplicasToDirs: api(
    73,
    "AssignReplicasToDirs",
    AssignReplicasToDirsRequest,
    AssignReplicasToDirsResponse,
    CONTROLLER,
  ),
  ListConfigResources: api(74, "ListConfigResources", ListConfigResourcesRequest, ListConfigResourcesResponse, BROKER),
  DescribeTopicPartitions: api(
    75,
    "DescribeTopicPartitions",
    DescribeTopicPartitionsRequest,
    DescribeTopicPartitionsResponse,
    BROKER,
  ),
  ShareGroupHeartbeat: api(76, "ShareGroupHeartbeat", ShareGroupHeartbeatRequest, ShareGroupHeartbeatResponse, BROKER),
  ShareGroupDescribe: api(77, "ShareGroupDescribe", ShareGroupDescribeRequest, ShareGroupDescribeResponse, BROKER),
  ShareFetch: api(78, "ShareFetch", ShareFetchRequest, ShareFetchResponse, BROKER),
  ShareAcknowledge: api(79, "ShareAcknowledge", ShareAcknowledgeRequest, ShareAcknowledgeResponse, BROKER),
  AddRaftVoter: api(80, "AddRaftVoter", AddRaftVoterRequest, AddRaftVoterResponse, BOTH),
  RemoveRaftVoter: api(81, "RemoveRaftVoter", RemoveRaftVoterRequest, RemoveRaftVoterResponse, BOTH),
  UpdateRaftVoter: api(82, "UpdateRaftVoter", UpdateRaftVoterRequest, UpdateRaftVoterResponse, CONTROLLER),
  InitializeShareGroupState: api(
    83,
    "InitializeShareGroupState",
    InitializeShareGroupStateRequest,
    InitializeShareGroupStateResponse,
    BROKER,
  ),
  ReadShareGroupState: api(84, "ReadShareGroupState", ReadShareGroupStateRequest, ReadShareGroupStateResponse, BROKER),
  WriteShareGroupState: api(
    85,
    "WriteShareGroupState",
    WriteShareGroupStateRequest,
    WriteShareGroupStateResponse,
    BROKER,
  ),
  DeleteShareGroupState: api(
    86,
    "DeleteShareGroupState",
    DeleteShareGroupStateRequest,
    DeleteShareGroupStateResponse,
    BROKER,
  ),
  ReadShareGroupStateSummary: api(
    87,
    "ReadShareGroupStateSummary",
    ReadShareGroupStateSummaryRequest,
    ReadShareGroupStateSummaryResponse,
    BROKER,
  ),
  StreamsGroupHeartbeat: api(
    88,
    "StreamsGroupHeartbeat",
    StreamsGroupHeartbeatRequest,
    StreamsGroupHeartbeatResponse,
    BROKER,
  ),
  StreamsGroupDescribe: api(
    89,
    "StreamsGroupDescribe",
    StreamsGroupDescribeRequest,
    StreamsGroupDescribeResponse,
    BROKER,
  ),
  DescribeShareGroupOffsets: api(
    90,
    "DescribeShareGroupOffsets",
    DescribeShareGroupOffsetsRequest,
    DescribeShareGroupOffsetsResponse,
    BROKER,
  ),
  AlterShareGroupOffsets: api(
    91,
    "AlterShareGroupOffsets",
    AlterShareGroupOffsetsRequest,
    AlterShareGroupOffsetsResponse,
    BROKER,
  ),
  DeleteShareGroupOffsets: api(
    92,
    "DeleteShareGroupOffsets",
    DeleteShareGroupOffsetsRequest,
    DeleteShareGroupOffsetsResponse,
    BROKER,
  ),
} as const;

export type ApiName = keyof typeof Apis;

const byKey: (Api | undefined)[] = [];
for (const each of Object.values(Apis)) byKey[each.key] = each as Api;

export function apiByKey(key: number): Api | undefined {
  return byKey[key];
}

/** Throws ProtocolError for a key that is not in the list. */
export function requireApi(key: number): Api {
  const found = byKey[key];
  if (found === undefined) throw new ProtocolError(`there is no API with the key ${key}`);
  return found;
}
