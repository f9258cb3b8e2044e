import { randomUuid, type Uuid, ZERO_UUID } from "../../base/uuid.js";
import { ErrorCode, errorMessage } from "../../protocol/errors.js";
import type { CreateTopicsRequest, CreateTopicsResponse } from "../../protocol/messages/19-create-topics.js";
import type { DeleteTopicsRequest, DeleteTopicsResponse } from "../../protocol/messages/20-delete-topics.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import { ConfigResource } from "../image.js";
import { invalidTopicName, METADATA_TOPIC } from "../topic-names.js";
import { type Assignment, assignReplicas, manualAssignment, partitionRecord } from "./assignments.js";
import { applyOverrides, type ConfigChange, SET } from "./configs.js";
import type { HandlerScope } from "./handlers.js";
import type { Input } from "./input.js";
import type { ApiError, Decision } from "./options.js";
import { errorResponse, isError } from "./responses.js";
import { collisionKey, hasCollisionCharacter } from "./state.js";

/** Most partitions that one request may create. */
const PARTITIONS_MAX = 10_000;

type CreatableTopic = CreateTopicsRequest["topics"][number];
type CreateResult = NonNullable<Input<CreateTopicsResponse>["topics"]>[number];

export function createTopics(scope: HandlerScope, version: number, request: CreateTopicsRequest): Decision {
  const names = new Map<string, number>();
  for (const topic of request.topics) names.set(topic.name, (names.get(topic.name) ?? 0) + 1);
  if (partitionCount(scope, request) > PARTITIONS_MAX) {
    const message = "Excessively large number of partitions per request.";
    const response = errorResponse(19, version, request, ErrorCode.POLICY_VIOLATION, message);
    return { records: [], response };
  }
  const records: MetadataRecord[] = [];
  const results: CreateResult[] = [];
  for (const topic of request.topics) {
    if ((names.get(topic.name) as number) > 1 || topic.name === METADATA_TOPIC) continue;
    const error = isNameTaken(scope, topic.name) ?? createTopic(scope, topic, records, results);
    if (error !== null) results.push(failure(topic.name, error));
  }
  for (const [name, count] of names) {
    if (count > 1) {
      results.push(failure(name, { code: ErrorCode.INVALID_REQUEST, message: "Duplicate topic name." }));
    } else if (name === METADATA_TOPIC) {
      const message = `Creation of internal topic ${METADATA_TOPIC} is prohibited.`;
      results.push(failure(name, { code: ErrorCode.INVALID_REQUEST, message }));
    }
  }
  return { records: request.validateOnly ? [] : records, response: { topics: results } };
}

function partitionCount(scope: HandlerScope, request: CreateTopicsRequest): number {
  let total = 0;
  for (const topic of request.topics) {
    if (topic.assignments.length > 0) total += topic.assignments.length;
    else if (topic.numPartitions === -1) total += scope.options.numPartitions;
    else total += Math.max(0, topic.numPartitions);
  }
  return total;
}

function failure(name: string, error: ApiError): CreateResult {
  return { name, errorCode: error.code, errorMessage: error.message };
}

function isNameTaken(scope: HandlerScope, name: string): ApiError | null {
  if (scope.state.topicsByName.has(name)) {
    return { code: ErrorCode.TOPIC_ALREADY_EXISTS, message: `Topic '${name}' already exists.` };
  }
  if (hasCollisionCharacter(name)) {
    const others = scope.state.namesByCollisionKey.get(collisionKey(name));
    if (others !== undefined) {
      const [other] = others;
      const message = `Topic '${name}' collides with existing topic: ${other}`;
      return { code: ErrorCode.INVALID_TOPIC_EXCEPTION, message };
    }
  }
  const reason = invalidTopicName(name);
  return reason === null ? null : { code: ErrorCode.INVALID_TOPIC_EXCEPTION, message: reason };
}

function createTopic(
  scope: HandlerScope,
  topic: CreatableTopic,
  records: MetadataRecord[],
  results: CreateResult[],
): ApiError | null {
  const withoutValue = topic.configs.filter((config) => config.value === null).map((config) => config.name);
  if (withoutValue.length > 0) {
    const message = `Null value not supported for topic configs: ${withoutValue.join(",")}`;
    return { code: ErrorCode.INVALID_CONFIG, message };
  }
  const overrides = new Map<string, string>();
  const changes: ConfigChange[] = [];
  for (const { name, value } of topic.configs) {
    overrides.set(name, value as string);
    changes.push({ name, operation: SET, value });
  }
  const configRecords: MetadataRecord[] = [];
  const configError = applyOverrides(scope, ConfigResource.topic, topic.name, changes, true, configRecords);
  if (configError !== null) return configError;
  const assignments = topic.assignments.length > 0 ? manualAssignments(scope, topic) : placed(scope, topic);
  if (isError(assignments)) return assignments;
  const topicId = randomUuid(scope.ports.random);
  records.push({ kind: "TopicRecord", version: 0, value: { name: topic.name, topicId } }, ...configRecords);
  for (let i = 0; i < assignments.length; i++) records.push(partitionRecord(scope, topicId, i, assignments[i]));
  const effective = scope.options.configs.effectiveTopicConfigs(
    overrides,
    scope.state.configsOf(ConfigResource.broker, ""),
  );
  results.push({
    name: topic.name,
    topicId,
    errorCode: ErrorCode.NONE,
    errorMessage: null,
    topicConfigErrorCode: ErrorCode.NONE,
    numPartitions: assignments.length,
    replicationFactor: assignments[0].replicas.length,
    configs: effective.map((config) => ({
      name: config.name,
      value: config.isSensitive ? null : config.value,
      readOnly: config.readOnly,
      configSource: config.source,
      isSensitive: config.isSensitive,
    })),
  });
  return null;
}

function manualAssignments(scope: HandlerScope, topic: CreatableTopic): Assignment[] | ApiError {
  const given = "A manual partition assignment was specified, but";
  if (topic.replicationFactor !== -1) {
    return { code: ErrorCode.INVALID_REQUEST, message: `${given} replication factor was not set to -1.` };
  }
  if (topic.numPartitions !== -1) {
    return { code: ErrorCode.INVALID_REQUEST, message: `${given} numPartitions was not set to -1.` };
  }
  const byIndex = new Map<number, Assignment>();
  let replicationFactor: number | null = null;
  for (const { partitionIndex, brokerIds } of topic.assignments) {
    if (byIndex.has(partitionIndex)) {
      const message = `Found multiple manual partition assignments for partition ${partitionIndex}`;
      return { code: ErrorCode.INVALID_REPLICA_ASSIGNMENT, message };
    }
    const assignment = manualAssignment(scope, partitionIndex, brokerIds, replicationFactor);
    if (isError(assignment)) return assignment;
    replicationFactor = brokerIds.length;
    byIndex.set(partitionIndex, assignment);
  }
  const assignments: Assignment[] = [];
  for (let i = 0; i < byIndex.size; i++) {
    const assignment = byIndex.get(i);
    if (assignment === undefined) {
      const message = "partitions should be a consecutive 0-based integer sequence";
      return { code: ErrorCode.INVALID_REPLICA_ASSIGNMENT, message };
    }
    assignments.push(assignment);
  }
  return assignments;
}

function placed(scope: HandlerScope, topic: CreatableTopic): Assignment[] | ApiError {
  if (topic.replicationFactor < -1 || topic.replicationFactor === 0) {
    const message = "Replication factor must be larger than 0, or -1 to use the default value.";
    return { code: ErrorCode.INVALID_REPLICATION_FACTOR, message };
  }
  if (topic.numPartitions < -1 || topic.numPartitions === 0) {
    const message = "Number of partitions was set to an invalid non-positive value.";
    return { code: ErrorCode.INVALID_PARTITIONS, message };
  }
  const partitions = topic.numPartitions === -1 ? scope.options.numPartitions : topic.numPartitions;
  const replicationFactor =
    topic.replicationFactor === -1 ? scope.options.defaultReplicationFactor() : topic.replicationFactor;
  const assignments = assignReplicas(scope, partitions, replicationFactor);
  if (!isError(assignments)) return assignments;
  const message = `Unable to replicate the partition ${replicationFactor} time(s): ${assignments.message}`;
  return { code: assignments.code, message };
}

type DeleteResult = NonNullable<Input<DeleteTopicsResponse>["responses"]>[number];

export function deleteTopics(scope: HandlerScope, _version: number, request: DeleteTopicsRequest): Decision {
  const responses: DeleteResult[] = [];
  const answer = (name: string | null, topicId: Uuid, errorCode: number, message: string | null) =>
    responses.push({ name, topicId, errorCode, errorMessage: message });
  const names = new Map<string, number>();
  const ids = new Map<Uuid, number>();
  for (const name of request.topicNames) names.set(name, (names.get(name) ?? 0) + 1);
  for (const { name, topicId } of request.topics) {
    if (name !== null && topicId !== ZERO_UUID) {
      answer(name, topicId, ErrorCode.INVALID_REQUEST, "You may not specify both topic name and topic id.");
    } else if (name !== null) {
      names.set(name, (names.get(name) ?? 0) + 1);
    } else if (topicId !== ZERO_UUID) {
      ids.set(topicId, (ids.get(topicId) ?? 0) + 1);
    } else {
      answer(null, ZERO_UUID, ErrorCode.INVALID_REQUEST, "Neither topic name nor id were specified.");
    }
  }
  const targets = new Map<Uuid, string>();
  const twice = new Set<Uuid>();
  for (const [id, count] of ids) {
    const topic = scope.state.topics.get(id);
    if (count > 1) answer(null, id, ErrorCode.INVALID_REQUEST, "Duplicate topic id.");
    else if (topic === undefined)
      answer(null, id, ErrorCode.UNKNOWN_TOPIC_ID, errorMessage(ErrorCode.UNKNOWN_TOPIC_ID));
    else targets.set(id, topic.name);
  }
  for (const [name, count] of names) {
    const topic = scope.state.topicsByName.get(name);
    if (count > 1) {
      answer(name, ZERO_UUID, ErrorCode.INVALID_REQUEST, "Duplicate topic name.");
    } else if (topic === undefined) {
      answer(name, ZERO_UUID, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, errorMessage(ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
    } else if (targets.has(topic.id)) {
      twice.add(topic.id);
      answer(
        name,
        topic.id,
        ErrorCode.INVALID_REQUEST,
        "The provided topic name maps to an ID that was already supplied.",
      );
    } else {
      targets.set(topic.id, name);
    }
  }
  const records: MetadataRecord[] = [];
  for (const [topicId, name] of targets) {
    if (twice.has(topicId)) continue;
    records.push({ kind: "RemoveTopicRecord", version: 0, value: { topicId } });
    answer(name, topicId, ErrorCode.NONE, null);
  }
  return { records, response: { responses } };
}
