import { ErrorCode } from "../../protocol/errors.js";
import type { ElectLeadersRequest, ElectLeadersResponse } from "../../protocol/messages/43-elect-leaders.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import { ConfigResource, NO_LEADER, type PartitionImage } from "../image.js";
import { directoryOf, hasPreferredLeader } from "../partition.js";
import { hasOnlineDirectory } from "../registration.js";
import type { HandlerScope } from "./handlers.js";
import type { Input } from "./input.js";
import type { ApiError } from "./options.js";
import { changePartition, type Election } from "./partition-change.js";
import type { PartitionKey } from "./partition-index.js";
import { errorResponse, NO_ERROR } from "./responses.js";
import type { TopicState } from "./state.js";

type Response = Input<ElectLeadersResponse>;

/** Elections of one run of the rebalance and of the unclean election task. */
const ELECTIONS_MAX = 1000;
const PREFERRED = 0;
const UNCLEAN = 1;

/** The overrides count in this order: topic, this node, the whole cluster, this node's file. */
export function effectiveTopicValue(scope: HandlerScope, topic: string, key: string): string {
  const { state, options } = scope;
  return (
    state.configsOf(ConfigResource.topic, topic).get(key) ??
    state.configsOf(ConfigResource.broker, String(options.nodeId)).get(key) ??
    state.configsOf(ConfigResource.broker, "").get(key) ??
    options.configs.staticTopicValue(key)
  );
}

export function effectiveMinIsr(scope: HandlerScope, topic: TopicState): number {
  const minIsr = Number(effectiveTopicValue(scope, topic.name, "min.insync.replicas"));
  return Math.min(minIsr, topic.partitions[0].replicas.length);
}

export function isUncleanElectionEnabled(scope: HandlerScope, topic: string): boolean {
  return effectiveTopicValue(scope, topic, "unclean.leader.election.enable") === "true";
}

/** A broker that is active, and whose replica of the partition lies in an online directory. */
export function leaderTest(
  scope: HandlerScope,
  partition: PartitionImage,
  isAcceptable: (brokerId: number) => boolean = (id) => scope.state.isActive(id),
): (brokerId: number) => boolean {
  return (id) => {
    if (!isAcceptable(id)) return false;
    const broker = scope.state.brokers.get(id);
    return broker !== undefined && hasOnlineDirectory(broker, directoryOf(partition, id));
  };
}

/** Who comes, who goes, and who may have lost data. */
export interface BrokerChange {
  readonly remove?: readonly number[];
  readonly add?: number;
  readonly uncleanShutdown?: number;
}

const NOBODY: readonly number[] = [];

/**
 * New leaders and ISRs for the partitions that a change of brokers touches (Kafka: generateLeaderAndIsrUpdates). Brokers
 * that go together are one change of each partition: all that was in its ISR stays eligible when too few are left.
 */
export function updateLeadersAndIsrs(
  scope: HandlerScope,
  change: BrokerChange,
  partitions: readonly PartitionKey[],
  records: MetadataRecord[],
): void {
  const { state } = scope;
  const uncleanShutdown = change.uncleanShutdown === undefined ? NOBODY : [change.uncleanShutdown];
  const leaving = change.remove === undefined ? uncleanShutdown : [...change.remove, ...uncleanShutdown];
  const isAcceptable = (id: number) => !leaving.includes(id) && (id === change.add || state.isActive(id));
  // Partitions come topic by topic: what depends on the topic is looked up once for each.
  let topic: TopicState | null = null;
  let minIsr = 0;
  let election: Election = "online";
  for (const key of partitions) {
    if (topic?.id !== key.topicId) {
      topic = state.topics.get(key.topicId) as TopicState;
      minIsr = effectiveMinIsr(scope, topic);
      election = isUncleanElectionEnabled(scope, topic.name) ? "unclean" : "online";
    }
    const partition = topic.partitions[key.partition];
    const record = changePartition(state, topic.id, partition, minIsr, leaderTest(scope, partition, isAcceptable), {
      election,
      isr: without(partition.isr, leaving),
      uncleanShutdown,
    });
    if (record !== null) records.push(record);
  }
}

function without(ids: readonly number[], leaving: readonly number[]): readonly number[] {
  return ids.some((id) => leaving.includes(id)) ? ids.filter((id) => !leaving.includes(id)) : ids;
}

export function electLeaders(
  scope: HandlerScope,
  version: number,
  request: ElectLeadersRequest,
): { records: MetadataRecord[]; response: Response } {
  const records: MetadataRecord[] = [];
  if (request.electionType !== PREFERRED && request.electionType !== UNCLEAN) {
    const message = `Unknown election type ${request.electionType}`;
    return { records, response: errorResponse(43, version, request, ErrorCode.INVALID_REQUEST, message) as Response };
  }
  const results: NonNullable<Response["replicaElectionResults"]>[number][] = [];
  const isAll = request.topicPartitions === null;
  const wanted =
    request.topicPartitions ??
    [...scope.state.topicsByName.values()].map((topic) => ({
      topic: topic.name,
      partitions: topic.partitions.map((partition) => partition.index),
    }));
  for (const { topic, partitions } of wanted) {
    const partitionResult: { partitionId: number; errorCode: number; errorMessage: string | null }[] = [];
    for (const partitionId of partitions) {
      const error = electLeader(scope, topic, partitionId, request.electionType, records);
      if (isAll && error.code === ErrorCode.ELECTION_NOT_NEEDED) continue;
      partitionResult.push({ partitionId, errorCode: error.code, errorMessage: error.message });
    }
    results.push({ topic, partitionResult });
  }
  return { records, response: { errorCode: ErrorCode.NONE, replicaElectionResults: results } };
}

function electLeader(
  scope: HandlerScope,
  topicName: string,
  partitionId: number,
  electionType: number,
  records: MetadataRecord[],
): ApiError {
  const topic = scope.state.topicsByName.get(topicName);
  if (topic === undefined) {
    return { code: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message: `No such topic as ${topicName}` };
  }
  const partition = topic.partitions[partitionId];
  if (partition === undefined) {
    return { code: ErrorCode.UNKNOWN_TOPIC_OR_PARTITION, message: `No such partition as ${topicName}-${partitionId}` };
  }
  const isNeeded = electionType === PREFERRED ? !hasPreferredLeader(partition) : partition.leader === NO_LEADER;
  if (!isNeeded) return { code: ErrorCode.ELECTION_NOT_NEEDED, message: null };
  const record = changePartition(
    scope.state,
    topic.id,
    partition,
    effectiveMinIsr(scope, topic),
    leaderTest(scope, partition),
    { election: electionType === UNCLEAN ? "unclean" : "preferred" },
  );
  if (record === null) {
    const code =
      electionType === PREFERRED ? ErrorCode.PREFERRED_LEADER_NOT_AVAILABLE : ErrorCode.ELIGIBLE_LEADERS_NOT_AVAILABLE;
    return { code, message: null };
  }
  records.push(record);
  return NO_ERROR;
}

/** Gives partitions back to their preferred leader where it can lead (auto.leader.rebalance.enable). */
export function rebalanceLeaders(scope: HandlerScope): { records: MetadataRecord[]; more: boolean } {
  const records: MetadataRecord[] = [];
  for (const key of scope.state.imbalanced.toArray()) {
    if (records.length >= ELECTIONS_MAX) return { records, more: true };
    const topic = scope.state.topics.get(key.topicId) as TopicState;
    const partition = topic.partitions[key.partition];
    const record = changePartition(
      scope.state,
      topic.id,
      partition,
      effectiveMinIsr(scope, topic),
      leaderTest(scope, partition),
      { election: "preferred" },
    );
    if (record !== null) records.push(record);
  }
  return { records, more: false };
}

/** Elects for leaderless partitions of topics that allow an unclean election. */
export function electUncleanLeaders(scope: HandlerScope): { records: MetadataRecord[]; more: boolean } {
  const records: MetadataRecord[] = [];
  for (const key of scope.state.leaderless.toArray()) {
    if (records.length >= ELECTIONS_MAX) return { records, more: true };
    const topic = scope.state.topics.get(key.topicId) as TopicState;
    if (!isUncleanElectionEnabled(scope, topic.name)) continue;
    electLeader(scope, topic.name, key.partition, UNCLEAN, records);
  }
  return { records, more: false };
}
