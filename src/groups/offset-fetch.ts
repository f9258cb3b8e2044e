import { type Uuid, ZERO_UUID } from "../base/uuid.js";
import { ErrorCode } from "../protocol/errors.js";
import type { GroupOffsets } from "./group-offsets.js";
import type { FetchedOffset, FetchedTopic, FetchRequest } from "./group-request.js";
import type { CommittedOffset } from "./offset-table.js";

/**
 * The group's positions, of the partitions asked for or of all that it has. With `requireStable` a position that an open transaction may
 * change is UNSTABLE_OFFSET_COMMIT (KIP-447).
 */
export function fetchOffsets(request: FetchRequest, offsets: GroupOffsets, requireStable: boolean): FetchedTopic[] {
  const { groupId, topics } = request;
  const byTopic = offsets.committed.topicsOf(groupId);
  const fetched: FetchedTopic[] = [];
  if (topics === null) {
    for (const [name, partitions] of byTopic ?? []) {
      const topic: FetchedTopic = { name, topicId: ZERO_UUID, partitions: [] };
      fetched.push(topic);
      for (const [index, offset] of partitions) {
        const isUnstable = requireStable && offsets.isUnstable(groupId, name, index);
        topic.partitions.push(isUnstable ? unstable(index) : known(index, offset));
      }
    }
    return fetched;
  }
  for (const { name, topicId, partitionIndexes } of topics) {
    const partitions = byTopic?.get(name);
    const topic: FetchedTopic = { name, topicId, partitions: [] };
    fetched.push(topic);
    for (const index of partitionIndexes) {
      const offset = partitions?.get(index);
      if (requireStable && offsets.isUnstable(groupId, name, index)) topic.partitions.push(unstable(index));
      else if (offset === undefined || isOfOther(offset.topicId, topicId)) topic.partitions.push(noOffset(index));
      else topic.partitions.push(known(index, offset));
    }
  }
  return fetched;
}

export function noOffset(partitionIndex: number, errorCode: number = ErrorCode.NONE): FetchedOffset {
  return { partitionIndex, committedOffset: -1, committedLeaderEpoch: -1, metadata: "", errorCode };
}

function unstable(partitionIndex: number): FetchedOffset {
  return noOffset(partitionIndex, ErrorCode.UNSTABLE_OFFSET_COMMIT);
}

function known(partitionIndex: number, committed: CommittedOffset): FetchedOffset {
  const { offset, leaderEpoch, metadata } = committed;
  return {
    partitionIndex,
    committedOffset: offset,
    committedLeaderEpoch: leaderEpoch,
    metadata,
    errorCode: ErrorCode.NONE,
  };
}

/** Of a topic of the same name that was deleted. */
function isOfOther(topicId: Uuid, wanted: Uuid): boolean {
  return topicId !== ZERO_UUID && wanted !== ZERO_UUID && topicId !== wanted;
}
