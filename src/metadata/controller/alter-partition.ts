import { ErrorCode } from "../../protocol/errors.js";
import type { AlterPartitionRequest, AlterPartitionResponse } from "../../protocol/messages/56-alter-partition.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import { type LeaderRecoveryState, type PartitionImage, RECOVERED, RECOVERING } from "../image.js";
import { mergePartitionChange, NO_LEADER_CHANGE } from "../partition.js";
import { brokerEpochError } from "./brokers.js";
import { effectiveMinIsr, isUncleanElectionEnabled, leaderTest } from "./elections.js";
import type { HandlerScope } from "./handlers.js";
import type { Input } from "./input.js";
import type { Decision } from "./options.js";
import { changePartition } from "./partition-change.js";
import type { TopicState } from "./state.js";

type PartitionData = AlterPartitionRequest["topics"][number]["partitions"][number];
type TopicResult = NonNullable<Input<AlterPartitionResponse>["topics"]>[number];
type PartitionResult = NonNullable<TopicResult["partitions"]>[number];

interface IsrMember {
  readonly brokerId: number;
  /** −1: the sender does not know broker epochs (v2). */
  readonly brokerEpoch: number;
}

/** A leader proposes another ISR, or that it has recovered (KIP-497, KIP-704, KIP-903). v3 names the broker epochs. */
export function alterPartition(scope: HandlerScope, version: number, request: AlterPartitionRequest): Decision {
  const stale = brokerEpochError(scope, request.brokerId, request.brokerEpoch);
  if (stale !== null) return { records: [], response: { errorCode: stale } };
  const records: MetadataRecord[] = [];
  const topics: TopicResult[] = [];
  for (const { topicId, partitions } of request.topics) {
    const topic = scope.state.topics.get(topicId);
    const results: PartitionResult[] = [];
    for (const data of partitions) {
      const { partitionIndex } = data;
      if (topic === undefined) results.push({ partitionIndex, errorCode: ErrorCode.UNKNOWN_TOPIC_ID });
      else results.push(alterOne(scope, version, request.brokerId, topic, data, records));
    }
    topics.push({ topicId, partitions: results });
  }
  return { records, response: { errorCode: ErrorCode.NONE, topics } };
}

function alterOne(
  scope: HandlerScope,
  version: number,
  brokerId: number,
  topic: TopicState,
  data: PartitionData,
  records: MetadataRecord[],
): PartitionResult {
  const { partitionIndex } = data;
  const partition = topic.partitions[partitionIndex];
  const members: readonly IsrMember[] =
    version >= 3 ? data.newIsrWithEpochs : data.newIsr.map((id) => ({ brokerId: id, brokerEpoch: -1 }));
  const error = validate(scope, brokerId, partition, data, members);
  if (error !== ErrorCode.NONE) return { partitionIndex, errorCode: error };
  const record = changePartition(
    scope.state,
    topic.id,
    partition,
    effectiveMinIsr(scope, topic),
    leaderTest(scope, partition),
    {
      election: isUncleanElectionEnabled(scope, topic.name) ? "unclean" : "online",
      isr: members.map((member) => member.brokerId),
      leaderRecoveryState: data.leaderRecoveryState as LeaderRecoveryState,
    },
  );
  let after = partition;
  if (record !== null && record.kind === "PartitionChangeRecord") {
    records.push(record);
    after = mergePartitionChange(partition, record.value);
    // The change made another broker leader (the end of a reassignment): it must hear of it from the log.
    if (record.value.leader !== brokerId && record.value.leader !== NO_LEADER_CHANGE) {
      return { partitionIndex, errorCode: ErrorCode.NEW_LEADER_ELECTED };
    }
  }
  return {
    partitionIndex,
    errorCode: ErrorCode.NONE,
    leaderId: after.leader,
    leaderEpoch: after.leaderEpoch,
    isr: after.isr,
    leaderRecoveryState: after.leaderRecoveryState,
    partitionEpoch: after.partitionEpoch,
  };
}

function validate(
  scope: HandlerScope,
  brokerId: number,
  partition: PartitionImage | undefined,
  data: PartitionData,
  members: readonly IsrMember[],
): ErrorCode {
  if (partition === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  // The sender knows more than this controller: it must ask the one that told it.
  if (data.leaderEpoch > partition.leaderEpoch) return ErrorCode.NOT_CONTROLLER;
  if (data.partitionEpoch > partition.partitionEpoch) return ErrorCode.NOT_CONTROLLER;
  if (data.leaderEpoch < partition.leaderEpoch) return ErrorCode.FENCED_LEADER_EPOCH;
  if (brokerId !== partition.leader) return ErrorCode.INVALID_REQUEST;
  if (data.partitionEpoch < partition.partitionEpoch) return ErrorCode.INVALID_UPDATE_VERSION;
  const isr = members.map((member) => member.brokerId);
  if (isr.length === 0 || new Set(isr).size !== isr.length) return ErrorCode.INVALID_REQUEST;
  if (isr.some((id) => !partition.replicas.includes(id))) return ErrorCode.INVALID_REQUEST;
  if (!isr.includes(partition.leader)) return ErrorCode.INVALID_REQUEST;
  const recovery = data.leaderRecoveryState;
  if (recovery !== RECOVERED && recovery !== RECOVERING) return ErrorCode.INVALID_REQUEST;
  if (recovery === RECOVERING && (isr.length > 1 || partition.leaderRecoveryState === RECOVERED)) {
    return ErrorCode.INVALID_REQUEST;
  }
  for (const member of members) {
    if (!scope.state.isActive(member.brokerId)) return ErrorCode.INELIGIBLE_REPLICA;
    const epoch = scope.state.brokers.get(member.brokerId)?.epoch;
    if (member.brokerEpoch !== -1 && member.brokerEpoch !== epoch) return ErrorCode.INELIGIBLE_REPLICA;
  }
  return ErrorCode.NONE;
}
