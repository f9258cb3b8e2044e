import type { Uuid } from "../base/uuid.js";
import { ZERO_UUID } from "../base/uuid.js";
import type { CoordinatorRecord } from "../coordinator/decision.js";
import type { ClassicGroup } from "./classic-group.js";
import type { GroupOffsets } from "./group-offsets.js";
import { offsetTombstone } from "./group-records.js";
import type { CommittedOffset } from "./offset-table.js";

/**
 * Since when a position of the group ages, ms since 1970 (KIP-211): since its commit, where the group has no members or does not consume the
 * topic any more; since the group is empty, where it had members. Null: positions do not age now.
 */
function agesSince(group: ClassicGroup, committed: CommittedOffset): number | null {
  if (group.protocolType === null) return committed.commitTimestampMs;
  if (group.state === "Empty") {
    return group.stateTimestampMs < 0 ? committed.commitTimestampMs : group.stateTimestampMs;
  }
  const knowsTopics = group.isConsumerGroup && group.subscribedTopics !== null && group.state === "Stable";
  return knowsTopics ? committed.commitTimestampMs : null;
}

function isExpired(group: ClassicGroup, committed: CommittedOffset, nowMs: number, retentionMs: number): boolean {
  const since = agesSince(group, committed);
  if (since === null) return false;
  if (committed.expireTimestampMs >= 0) return nowMs >= committed.expireTimestampMs;
  return nowMs - since >= retentionMs;
}

/** Tombstones for what is too old. Answers whether the group has nothing left, and so may go itself once it is empty. */
export function expireOffsets(
  group: ClassicGroup,
  offsets: GroupOffsets,
  nowMs: number,
  retentionMs: number,
  records: CoordinatorRecord[],
): boolean {
  const { groupId } = group;
  let areAllGone = !offsets.hasOpenTransactions(groupId);
  for (const [topic, partitions] of offsets.committed.topicsOf(groupId) ?? []) {
    if (group.isSubscribedTo(topic)) {
      areAllGone = false;
      continue;
    }
    for (const [partition, committed] of partitions) {
      const goes = isExpired(group, committed, nowMs, retentionMs) && !offsets.isUnstable(groupId, topic, partition);
      if (goes) records.push(offsetTombstone(groupId, topic, partition));
      else areAllGone = false;
    }
  }
  return areAllGone;
}

/** Tombstones for the positions of deleted topics: id by name. */
export function forgetTopics(deleted: ReadonlyMap<string, Uuid>, offsets: GroupOffsets): CoordinatorRecord[] {
  const records: CoordinatorRecord[] = [];
  const visit = (group: string, topic: string, partition: number, committed: CommittedOffset) => {
    const id = deleted.get(topic);
    if (id === undefined || (committed.topicId !== ZERO_UUID && committed.topicId !== id)) return;
    records.push(offsetTombstone(group, topic, partition));
  };
  offsets.committed.forEach(visit);
  offsets.forEachPending(visit);
  return records;
}
