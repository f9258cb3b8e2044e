import { type CoordinatorRecord, type Decision, decided } from "../coordinator/decision.js";
import { ErrorCode } from "../protocol/errors.js";
import type { ClassicGroup } from "./classic-group.js";
import type { GroupOffsets } from "./group-offsets.js";
import { offsetRecord, offsetTombstone } from "./group-records.js";
import type { CommitRequest, CommitTopicResult } from "./group-request.js";

/**
 * 0, or why the group does not take positions from this member: only the current generation commits, and not while it waits for its
 * assignment (Kafka: ClassicGroup.validateOffsetCommit). An empty group takes them from whoever names no generation: an administrator, or a
 * consumer that has its partitions by itself.
 */
export function commitError(
  group: ClassicGroup,
  memberId: string,
  instanceId: string | null,
  generationId: number,
  isTransactional: boolean,
): number {
  if (group.state === "Dead") return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  if (generationId < 0 && group.state === "Empty") return 0;
  if (generationId >= 0 || memberId !== "" || instanceId !== null) {
    const error = group.memberError(memberId, instanceId);
    if (error !== 0) return error;
    if (generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
  } else if (!isTransactional && group.state !== "Empty") {
    return ErrorCode.UNKNOWN_MEMBER_ID;
  }
  if (!isTransactional && group.state === "CompletingRebalance") return ErrorCode.REBALANCE_IN_PROGRESS;
  return 0;
}

/** The records of a commit that the group takes; each partition's result goes into `results`. */
export function commitOffsets(
  request: CommitRequest,
  metadataMax: number,
  nowMs: number,
  results: CommitTopicResult[],
): Decision {
  const records: CoordinatorRecord[] = [];
  const expireTimestampMs = request.retentionTimeMs < 0 ? -1 : nowMs + request.retentionTimeMs;
  for (const { name, topicId, partitions } of request.topics) {
    const result: CommitTopicResult = { name, topicId, partitions: [] };
    results.push(result);
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } of partitions) {
      if ((committedMetadata?.length ?? 0) > metadataMax) {
        result.partitions.push({ partitionIndex, errorCode: ErrorCode.OFFSET_METADATA_TOO_LARGE });
        continue;
      }
      result.partitions.push({ partitionIndex, errorCode: ErrorCode.NONE });
      const committed = {
        recordOffset: -1,
        offset: committedOffset,
        leaderEpoch: committedLeaderEpoch,
        metadata: committedMetadata ?? "",
        commitTimestampMs: nowMs,
        expireTimestampMs,
        topicId,
      };
      records.push(offsetRecord(request.groupId, name, partitionIndex, committed));
    }
  }
  return decided(records);
}

/** Whatever the group has, committed or within open transactions, is to go. */
export function forgetAllOffsets(groupId: string, offsets: GroupOffsets, records: CoordinatorRecord[]): void {
  for (const [topic, partitions] of offsets.committed.topicsOf(groupId) ?? []) {
    for (const partition of partitions.keys()) records.push(offsetTombstone(groupId, topic, partition));
  }
  for (const [topic, partitions] of offsets.openTopicsOf(groupId) ?? []) {
    for (const partition of partitions.keys()) {
      if (offsets.committed.get(groupId, topic, partition) !== undefined) continue;
      records.push(offsetTombstone(groupId, topic, partition));
    }
  }
}
