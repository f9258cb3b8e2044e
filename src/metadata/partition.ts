import { DIRECTORY_LOST, DIRECTORY_MIGRATING, DIRECTORY_UNASSIGNED, type Uuid } from "../base/uuid.js";
import type { LeaderRecoveryState, PartitionImage } from "./image.js";
import type { PartitionChangeRecord, PartitionRecord } from "./records.js";

/** `PartitionChangeRecord.leader`: the leader stays, and so does the leader epoch. */
export const NO_LEADER_CHANGE = -2;
/** `PartitionChangeRecord.leaderRecoveryState`: stays as it is. */
export const NO_RECOVERY_CHANGE = -1;

const NONE: readonly never[] = [];

export function partitionOf(record: PartitionRecord): PartitionImage {
  return {
    index: record.partitionId,
    replicas: record.replicas,
    directories: directoriesOf(record.directories, record.replicas.length),
    isr: record.isr,
    elr: record.eligibleLeaderReplicas ?? NONE,
    lastKnownElr: record.lastKnownElr ?? NONE,
    removingReplicas: record.removingReplicas,
    addingReplicas: record.addingReplicas,
    leader: record.leader,
    leaderRecoveryState: record.leaderRecoveryState as LeaderRecoveryState,
    leaderEpoch: record.leaderEpoch,
    partitionEpoch: record.partitionEpoch,
  };
}

/** Every change raises the partition epoch; one that names a leader, even the same one, raises the leader epoch too. */
export function mergePartitionChange(before: PartitionImage, record: PartitionChangeRecord): PartitionImage {
  const replicas = record.replicas ?? before.replicas;
  const leads = record.leader !== NO_LEADER_CHANGE;
  return {
    index: before.index,
    replicas,
    directories: mergedDirectories(before, replicas, record.directories),
    isr: record.isr ?? before.isr,
    elr: record.eligibleLeaderReplicas ?? before.elr,
    lastKnownElr: record.lastKnownElr ?? before.lastKnownElr,
    removingReplicas: record.removingReplicas ?? before.removingReplicas,
    addingReplicas: record.addingReplicas ?? before.addingReplicas,
    leader: leads ? record.leader : before.leader,
    leaderRecoveryState:
      record.leaderRecoveryState === NO_RECOVERY_CHANGE
        ? before.leaderRecoveryState
        : (record.leaderRecoveryState as LeaderRecoveryState),
    leaderEpoch: leads ? before.leaderEpoch + 1 : before.leaderEpoch,
    partitionEpoch: before.partitionEpoch + 1,
  };
}

/** What a ClearElrRecord leaves; as a change of the partition it raises the partition epoch. */
export function withoutElr(before: PartitionImage): PartitionImage {
  return { ...before, elr: NONE, lastKnownElr: NONE, partitionEpoch: before.partitionEpoch + 1 };
}

export function directoryOf(partition: PartitionImage, brokerId: number): Uuid {
  const at = partition.replicas.indexOf(brokerId);
  return at < 0 ? DIRECTORY_UNASSIGNED : partition.directories[at];
}

export function hasPreferredLeader(partition: PartitionImage): boolean {
  return partition.leader === partition.replicas[0];
}

export function isReassigning(partition: PartitionImage): boolean {
  return partition.addingReplicas.length > 0 || partition.removingReplicas.length > 0;
}

/** Ids with a meaning of their own instead of a directory's. */
export function isReservedDirectory(id: Uuid): boolean {
  return id === DIRECTORY_MIGRATING || id === DIRECTORY_UNASSIGNED || id === DIRECTORY_LOST;
}

function directoriesOf(directories: readonly Uuid[], count: number): readonly Uuid[] {
  if (directories.length === count) return directories;
  return new Array<Uuid>(count).fill(DIRECTORY_MIGRATING);
}

function mergedDirectories(
  before: PartitionImage,
  replicas: readonly number[],
  directories: readonly Uuid[] | null,
): readonly Uuid[] {
  if (directories !== null && directories.length > 0) return directories;
  if (replicas === before.replicas || before.directories.some((id) => id !== DIRECTORY_MIGRATING)) {
    return before.directories;
  }
  return directoriesOf(NONE, replicas.length);
}
