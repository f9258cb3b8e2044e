import type { Uuid } from "../../base/uuid.js";
import { DIRECTORY_MIGRATING } from "../../base/uuid.js";
import { ErrorCode } from "../../protocol/errors.js";
import type {
  CreatePartitionsRequest,
  CreatePartitionsResponse,
} from "../../protocol/messages/37-create-partitions.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import { hasDirectories, partitionRecordVersion } from "../feature-levels.js";
import { RECOVERED } from "../image.js";
import { defaultDirectory, hasUncordonedDirectory } from "../registration.js";
import type { HandlerScope } from "./handlers.js";
import type { Input } from "./input.js";
import type { ApiError, Decision } from "./options.js";
import { placeReplicas, type UsableBroker } from "./placement.js";
import { isError, NO_ERROR } from "./responses.js";

/** Where a new partition goes. `isr` is not empty; its first leads. */
export interface Assignment {
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
}

export function partitionRecord(
  scope: HandlerScope,
  topicId: Uuid,
  partitionId: number,
  assignment: Assignment,
): MetadataRecord {
  const { state } = scope;
  const withDirectories = hasDirectories(state.metadataVersion);
  return {
    kind: "PartitionRecord",
    version: partitionRecordVersion(state.metadataVersion),
    value: {
      partitionId,
      topicId,
      replicas: assignment.replicas.slice(),
      isr: assignment.isr.slice(),
      removingReplicas: [],
      addingReplicas: [],
      leader: assignment.isr[0],
      leaderRecoveryState: RECOVERED,
      leaderEpoch: 0,
      partitionEpoch: 0,
      directories: withDirectories
        ? assignment.replicas.map((id) => defaultDirectory(state.brokers.get(id)) ?? DIRECTORY_MIGRATING)
        : [],
      eligibleLeaderReplicas: null,
      lastKnownElr: null,
    },
  };
}

/** Brokers that may get replicas: not leaving, with a directory that takes some. */
function usableBrokers(scope: HandlerScope): UsableBroker[] {
  const usable: UsableBroker[] = [];
  for (const broker of scope.state.brokers.values()) {
    if (scope.sessions.isShuttingDown(broker.id) || broker.inControlledShutdown) continue;
    if (hasUncordonedDirectory(broker)) usable.push({ id: broker.id, rack: broker.rack, fenced: broker.fenced });
  }
  return usable.sort((a, b) => a.id - b.id);
}

export function assignReplicas(
  scope: HandlerScope,
  partitions: number,
  replicationFactor: number,
): Assignment[] | ApiError {
  const placed = placeReplicas(scope.ports.random, usableBrokers(scope), partitions, replicationFactor);
  if (typeof placed === "string") return { code: ErrorCode.INVALID_REPLICATION_FACTOR, message: placed };
  const assignments: Assignment[] = [];
  for (const replicas of placed) {
    const isr = replicas.filter((id) => scope.state.isActive(id));
    if (isr.length === 0) {
      const message = "All brokers are currently fenced or in controlled shutdown.";
      return { code: ErrorCode.INVALID_REPLICATION_FACTOR, message };
    }
    assignments.push({ replicas, isr });
  }
  return assignments;
}

/** Why a partition cannot have these replicas, as a sentence; null when it can. */
export function replicasError(scope: HandlerScope, replicas: readonly number[]): string | null {
  const includes = "The manual partition assignment includes";
  if (replicas.length === 0) return `${includes} an empty replica list.`;
  const sorted = replicas.slice().sort((a, b) => a - b);
  for (let i = 0; i < sorted.length; i++) {
    if (!scope.state.brokers.has(sorted[i])) {
      return `${includes} broker ${sorted[i]}, but no such broker is registered.`;
    }
    if (i > 0 && sorted[i] === sorted[i - 1]) return `${includes} the broker ${sorted[i]} more than once.`;
  }
  return null;
}

/** The assignment that a client asked for, if it may; `replicationFactor` is that of the topic's other partitions. */
export function manualAssignment(
  scope: HandlerScope,
  partitionId: number,
  replicas: readonly number[],
  replicationFactor: number | null,
): Assignment | ApiError {
  const code = ErrorCode.INVALID_REPLICA_ASSIGNMENT;
  const invalid = replicasError(scope, replicas);
  if (invalid !== null) return { code, message: invalid };
  if (replicationFactor !== null && replicas.length !== replicationFactor) {
    const message =
      `The manual partition assignment includes a partition with ${replicas.length} replica(s), but this is not ` +
      `consistent with previous partitions, which have ${replicationFactor} replica(s).`;
    return { code, message };
  }
  const isr = replicas.filter((id) => scope.state.isActive(id));
  if (isr.length === 0) {
    const message =
      `All brokers specified in the manual partition assignment for partition ${partitionId} are fenced or in ` +
      "controlled shutdown.";
    return { code, message };
  }
  return { replicas, isr };
}

type CreatePartitionsTopic = CreatePartitionsRequest["topics"][number];
type CreatePartitionsResult = NonNullable<Input<CreatePartitionsResponse>["results"]>[number];

export function createPartitions(scope: HandlerScope, _version: number, request: CreatePartitionsRequest): Decision {
  const counts = new Map<string, number>();
  for (const topic of request.topics) counts.set(topic.name, (counts.get(topic.name) ?? 0) + 1);
  const records: MetadataRecord[] = [];
  const results: CreatePartitionsResult[] = [];
  for (const [name, count] of counts) {
    if (count === 1) continue;
    results.push({ name, errorCode: ErrorCode.INVALID_REQUEST, errorMessage: "Duplicate topic name." });
  }
  for (const topic of request.topics) {
    if ((counts.get(topic.name) as number) > 1) continue;
    const error = addPartitions(scope, topic, records);
    results.push({ name: topic.name, errorCode: error.code, errorMessage: error.message });
  }
  return { records: request.validateOnly ? [] : records, response: { results } };
}

function addPartitions(scope: HandlerScope, request: CreatePartitionsTopic, records: MetadataRecord[]): ApiError {
  const topic = scope.state.topicsByName.get(request.name);
  if (topic === undefined) return { code: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message: null };
  const existing = topic.partitions.length;
  if (request.count === existing) {
    return { code: ErrorCode.INVALID_PARTITIONS, message: `Topic already has ${existing} partition(s).` };
  }
  if (request.count < existing) {
    const message = `The topic ${topic.name} currently has ${existing} partition(s); ${request.count} would not be an increase.`;
    return { code: ErrorCode.INVALID_PARTITIONS, message };
  }
  const additional = request.count - existing;
  if (additional > ADDITIONAL_MAX) {
    const message = "Excessively large number of partitions per request.";
    return { code: ErrorCode.POLICY_VIOLATION, message };
  }
  const replicationFactor = topic.partitions[0].replicas.length;
  let assignments: Assignment[] | ApiError;
  if (request.assignments === null) {
    assignments = assignReplicas(scope, additional, replicationFactor);
  } else {
    if (request.assignments.length !== additional) {
      const message =
        `Attempted to add ${additional} additional partition(s), but only ${request.assignments.length} ` +
        "assignment(s) were specified.";
      return { code: ErrorCode.INVALID_REPLICA_ASSIGNMENT, message };
    }
    assignments = [];
    for (let i = 0; i < additional; i++) {
      const { brokerIds } = request.assignments[i];
      const assignment = manualAssignment(scope, existing + i, brokerIds, replicationFactor);
      if (isError(assignment)) return assignment;
      assignments.push(assignment);
    }
  }
  if (isError(assignments)) return assignments;
  for (let i = 0; i < additional; i++) {
    records.push(partitionRecord(scope, topic.id, existing + i, assignments[i]));
  }
  return NO_ERROR;
}

/** Most partitions that one topic may gain by one request. */
const ADDITIONAL_MAX = 10_000;
