import type { ApiName } from "../../protocol/apis.js";
import type { Handler } from "../handler.js";
import { addRaftVoter } from "./add-raft-voter.js";
import { allocateProducerIds } from "./allocate-producer-ids.js";
import { alterConfigs } from "./alter-configs.js";
import { alterPartition } from "./alter-partition.js";
import { alterPartitionReassignments } from "./alter-partition-reassignments.js";
import { alterReplicaLogDirs } from "./alter-replica-log-dirs.js";
import { apiVersions } from "./api-versions.js";
import { assignReplicasToDirs } from "./assign-replicas-to-dirs.js";
import { beginQuorumEpoch } from "./begin-quorum-epoch.js";
import { brokerHeartbeat } from "./broker-heartbeat.js";
import { brokerRegistration } from "./broker-registration.js";
import { controllerRegistration } from "./controller-registration.js";
import { createAcls } from "./create-acls.js";
import { createPartitions } from "./create-partitions.js";
import { createTopics } from "./create-topics.js";
import { deleteAcls } from "./delete-acls.js";
import { deleteGroups } from "./delete-groups.js";
import { deleteRecords } from "./delete-records.js";
import { deleteTopics } from "./delete-topics.js";
import { describeAcls } from "./describe-acls.js";
import { describeClientQuotas } from "./describe-client-quotas.js";
import { describeCluster } from "./describe-cluster.js";
import { describeConfigs } from "./describe-configs.js";
import { describeGroups } from "./describe-groups.js";
import { describeLogDirs } from "./describe-log-dirs.js";
import { describeProducers } from "./describe-producers.js";
import { describeQuorum } from "./describe-quorum.js";
import { describeTopicPartitions } from "./describe-topic-partitions.js";
import { describeUserScramCredentials } from "./describe-user-scram-credentials.js";
import { electLeaders } from "./elect-leaders.js";
import { endQuorumEpoch } from "./end-quorum-epoch.js";
import { envelope } from "./envelope.js";
import { fetch } from "./fetch.js";
import { fetchSnapshot } from "./fetch-snapshot.js";
import { findCoordinator } from "./find-coordinator.js";
import { heartbeat } from "./heartbeat.js";
import { incrementalAlterConfigs } from "./incremental-alter-configs.js";
import { initProducerId } from "./init-producer-id.js";
import { joinGroup } from "./join-group.js";
import { leaveGroup } from "./leave-group.js";
import { listConfigResources } from "./list-config-resources.js";
import { listGroups } from "./list-groups.js";
import { listOffsets } from "./list-offsets.js";
import { listPartitionReassignments } from "./list-partition-reassignments.js";
import { metadata } from "./metadata.js";
import { offsetCommit } from "./offset-commit.js";
import { offsetDelete } from "./offset-delete.js";
import { offsetFetch } from "./offset-fetch.js";
import { offsetForLeaderEpoch } from "./offset-for-leader-epoch.js";
import { produce } from "./produce.js";
import { quorumFetch } from "./quorum-fetch.js";
import { removeRaftVoter } from "./remove-raft-voter.js";
import { saslAuthenticate } from "./sasl-authenticate.js";
import { saslHandshake } from "./sasl-handshake.js";
import { syncGroup } from "./sync-group.js";
import { unregisterBroker } from "./unregister-broker.js";
import { updateFeatures } from "./update-features.js";
import { updateRaftVoter } from "./update-raft-voter.js";
import { vote } from "./vote.js";

const NOBODY: readonly Handler[] = [];

/**
 * Who serves each API: one handler, or one for each kind of listener. What nobody serves is not advertised either. The compiler holds the
 * list to be complete.
 */
const BY_API: Readonly<Record<ApiName, readonly Handler[]>> = {
  Produce: [produce],
  Fetch: [fetch, quorumFetch],
  ListOffsets: [listOffsets],
  Metadata: [metadata],
  OffsetCommit: [offsetCommit],
  OffsetFetch: [offsetFetch],
  FindCoordinator: [findCoordinator],
  JoinGroup: [joinGroup],
  Heartbeat: [heartbeat],
  LeaveGroup: [leaveGroup],
  SyncGroup: [syncGroup],
  DescribeGroups: [describeGroups],
  ListGroups: [listGroups],
  SaslHandshake: [saslHandshake],
  ApiVersions: [apiVersions],
  CreateTopics: [createTopics],
  DeleteTopics: [deleteTopics],
  DeleteRecords: [deleteRecords],
  InitProducerId: [initProducerId],
  OffsetForLeaderEpoch: [offsetForLeaderEpoch],
  AddPartitionsToTxn: NOBODY,
  AddOffsetsToTxn: NOBODY,
  EndTxn: NOBODY,
  WriteTxnMarkers: NOBODY,
  TxnOffsetCommit: NOBODY,
  DescribeAcls: [describeAcls],
  CreateAcls: [createAcls],
  DeleteAcls: [deleteAcls],
  DescribeConfigs: [describeConfigs],
  AlterConfigs: [alterConfigs],
  AlterReplicaLogDirs: [alterReplicaLogDirs],
  DescribeLogDirs: [describeLogDirs],
  SaslAuthenticate: [saslAuthenticate],
  CreatePartitions: [createPartitions],
  CreateDelegationToken: NOBODY,
  RenewDelegationToken: NOBODY,
  ExpireDelegationToken: NOBODY,
  DescribeDelegationToken: NOBODY,
  DeleteGroups: [deleteGroups],
  ElectLeaders: [electLeaders],
  IncrementalAlterConfigs: [incrementalAlterConfigs],
  AlterPartitionReassignments: [alterPartitionReassignments],
  ListPartitionReassignments: [listPartitionReassignments],
  OffsetDelete: [offsetDelete],
  DescribeClientQuotas: [describeClientQuotas],
  AlterClientQuotas: NOBODY,
  DescribeUserScramCredentials: [describeUserScramCredentials],
  AlterUserScramCredentials: NOBODY,
  Vote: [vote],
  BeginQuorumEpoch: [beginQuorumEpoch],
  EndQuorumEpoch: [endQuorumEpoch],
  DescribeQuorum: [describeQuorum],
  AlterPartition: [alterPartition],
  UpdateFeatures: [updateFeatures],
  Envelope: [envelope],
  FetchSnapshot: [fetchSnapshot],
  DescribeCluster: [describeCluster],
  DescribeProducers: [describeProducers],
  BrokerRegistration: [brokerRegistration],
  BrokerHeartbeat: [brokerHeartbeat],
  UnregisterBroker: [unregisterBroker],
  DescribeTransactions: NOBODY,
  ListTransactions: NOBODY,
  AllocateProducerIds: [allocateProducerIds],
  ConsumerGroupHeartbeat: NOBODY,
  ConsumerGroupDescribe: NOBODY,
  ControllerRegistration: [controllerRegistration],
  GetTelemetrySubscriptions: NOBODY,
  PushTelemetry: NOBODY,
  AssignReplicasToDirs: [assignReplicasToDirs],
  ListConfigResources: [listConfigResources],
  DescribeTopicPartitions: [describeTopicPartitions],
  ShareGroupHeartbeat: NOBODY,
  ShareGroupDescribe: NOBODY,
  ShareFetch: NOBODY,
  ShareAcknowledge: NOBODY,
  AddRaftVoter: [addRaftVoter],
  RemoveRaftVoter: [removeRaftVoter],
  UpdateRaftVoter: [updateRaftVoter],
  InitializeShareGroupState: NOBODY,
  ReadShareGroupState: NOBODY,
  WriteShareGroupState: NOBODY,
  DeleteShareGroupState: NOBODY,
  ReadShareGroupStateSummary: NOBODY,
  StreamsGroupHeartbeat: NOBODY,
  StreamsGroupDescribe: NOBODY,
  DescribeShareGroupOffsets: NOBODY,
  AlterShareGroupOffsets: NOBODY,
  DeleteShareGroupOffsets: NOBODY,
};

export const HANDLERS: readonly Handler[] = Object.values(BY_API).flat();
