import { ErrorCode } from "../../protocol/errors.js";
import type {
  AlterPartitionReassignmentsRequest,
  AlterPartitionReassignmentsResponse,
} from "../../protocol/messages/45-alter-partition-reassignments.js";
import type {
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
} from "../../protocol/messages/46-list-partition-reassignments.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import type { PartitionImage } from "../image.js";
import { isReassigning } from "../partition.js";
import { replicasError } from "./assignments.js";
import { effectiveMinIsr, isUncleanElectionEnabled, leaderTest } from "./elections.js";
import type { HandlerScope } from "./handlers.js";
import type { Input } from "./input.js";
import type { ApiError, Decision } from "./options.js";
import { changePartition, type PartitionTargets, sameItems } from "./partition-change.js";
import { NO_ERROR } from "./responses.js";
import type { TopicState } from "./state.js";

type AlterResult = NonNullable<Input<AlterPartitionReassignmentsResponse>["responses"]>[number];

/**
 * Moves partitions to other brokers (KIP-455): the new replicas are added, and once all of them are in the ISR, which an
 * AlterPartition of the leader tells, the old ones go. Null replicas: what is under way is taken back.
 */
export function alterPartitionReassignments(
  scope: HandlerScope,
  _version: number,
  request: AlterPartitionReassignmentsRequest,
): Decision {
  const { allowReplicationFactorChange } = request;
  const records: MetadataRecord[] = [];
  const responses: AlterResult[] = [];
  for (const { name, partitions } of request.topics) {
    const topic = scope.state.topicsByName.get(name);
    const results = partitions.map(({ partitionIndex, replicas }) => {
      const partition = topic?.partitions[partitionIndex];
      let error: ApiError;
      if (topic === undefined) {
        error = { code: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message: `Unable to find a topic named ${name}.` };
      } else if (partition === undefined) {
        const message = `Unable to find partition ${name}:${partitionIndex}.`;
        error = { code: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message };
      } else if (replicas === null) {
        error = cancel(scope, topic, partition, records);
      } else {
        error = reassign(scope, topic, partition, replicas, allowReplicationFactorChange, records);
      }
      return { partitionIndex, errorCode: error.code, errorMessage: error.message };
    });
    responses.push({ name, partitions: results });
  }
  const response = { errorCode: ErrorCode.NONE, errorMessage: null, allowReplicationFactorChange, responses };
  return { records, response };
}

function reassign(
  scope: HandlerScope,
  topic: TopicState,
  partition: PartitionImage,
  wanted: readonly number[],
  allowReplicationFactorChange: boolean,
  records: MetadataRecord[],
): ApiError {
  const invalid = replicasError(scope, wanted);
  if (invalid !== null) return { code: ErrorCode.INVALID_REPLICA_ASSIGNMENT, message: invalid };
  if (!allowReplicationFactorChange) {
    const current = [...partition.replicas, ...partition.addingReplicas].filter(
      (id, i, all) => !partition.removingReplicas.includes(id) && all.indexOf(id) === i,
    );
    if (current.length !== wanted.length) {
      const message = `The replication factor is changed from ${current.length} to ${wanted.length}`;
      return { code: ErrorCode.INVALID_REPLICATION_FACTOR, message };
    }
  }
  const removing = partition.replicas.filter((id) => !wanted.includes(id)).sort((a, b) => a - b);
  const adding = wanted.filter((id) => !partition.replicas.includes(id)).sort((a, b) => a - b);
  const replicas = [...wanted, ...removing];
  propose(scope, topic, partition, records, {
    replicas: sameItems(replicas, partition.replicas) ? undefined : replicas,
    removing: removing.length > 0 ? removing : undefined,
    adding: adding.length > 0 ? adding : undefined,
  });
  return NO_ERROR;
}

/** Back to the replicas from before; what was being removed stays. */
function cancel(
  scope: HandlerScope,
  topic: TopicState,
  partition: PartitionImage,
  records: MetadataRecord[],
): ApiError {
  if (!isReassigning(partition)) return { code: ErrorCode.NO_REASSIGNMENT_IN_PROGRESS, message: null };
  const stays = (id: number) => !partition.addingReplicas.includes(id);
  const replicas = partition.replicas.filter(stays);
  let isr = partition.isr.filter(stays);
  const mayBeUnclean = isUncleanElectionEnabled(scope, topic.name);
  if (isr.length === 0) {
    // Only new replicas are in sync: going back would elect one that may lack records.
    if (!mayBeUnclean || replicas.length === 0) {
      const message =
        `Unable to revert partition assignment for ${topic.name}:${partition.index} because it would require an ` +
        "unclean leader election.";
      return { code: ErrorCode.INVALID_REPLICA_ASSIGNMENT, message };
    }
    isr = [replicas[0]];
  }
  const election = mayBeUnclean ? "unclean" : "online";
  propose(scope, topic, partition, records, { election, isr, replicas, removing: [], adding: [] });
  return NO_ERROR;
}

function propose(
  scope: HandlerScope,
  topic: TopicState,
  partition: PartitionImage,
  records: MetadataRecord[],
  targets: PartitionTargets,
): void {
  const minIsr = effectiveMinIsr(scope, topic);
  const canLead = leaderTest(scope, partition);
  const record = changePartition(scope.state, topic.id, partition, minIsr, canLead, targets);
  if (record !== null) records.push(record);
}

type TopicResult = NonNullable<Input<ListPartitionReassignmentsResponse>["topics"]>[number];
type PartitionResult = NonNullable<TopicResult["partitions"]>[number];

export function listPartitionReassignments(
  scope: HandlerScope,
  _version: number,
  request: ListPartitionReassignmentsRequest,
): Decision {
  const { state } = scope;
  const byTopic = new Map<string, PartitionResult[]>();
  const add = (topic: TopicState, index: number) => {
    const partition = topic.partitions[index];
    if (partition === undefined || !isReassigning(partition)) return;
    const results = byTopic.get(topic.name) ?? [];
    byTopic.set(topic.name, results);
    results.push({
      partitionIndex: index,
      replicas: partition.replicas,
      addingReplicas: partition.addingReplicas,
      removingReplicas: partition.removingReplicas,
    });
  };
  if (request.topics === null) {
    for (const { topicId, partition } of state.reassigning.toArray()) {
      add(state.topics.get(topicId) as TopicState, partition);
    }
  } else {
    for (const { name, partitionIndexes } of request.topics) {
      const topic = state.topicsByName.get(name);
      if (topic !== undefined) for (const index of partitionIndexes) add(topic, index);
    }
  }
  const topics: TopicResult[] = [...byTopic].map(([name, partitions]) => ({ name, partitions }));
  return { records: [], response: { errorCode: ErrorCode.NONE, errorMessage: null, topics } };
}
