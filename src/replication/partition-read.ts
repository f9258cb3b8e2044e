import { ErrorCode } from "../protocol/errors.js";
import type { Log } from "../storage/log.js";
import type { FetchOperation, FetchPart } from "./fetch-operation.js";
import type { Partition } from "./partition.js";
import type { ReplicaManager } from "./replica-manager.js";
import { preferredReplica } from "./replica-selector.js";

/** From where on a consumer's client tells enough of itself to be served by followers (KIP-392). */
const FOLLOWER_READS_FROM = 11;

/**
 * Finds the partition, checks that this broker may serve this reader at this position, and sets up the read: answers the log to read from,
 * or null when there is nothing to read and the part's result stands already.
 */
export function preparePart(manager: ReplicaManager, operation: FetchOperation, part: FetchPart): Log | null {
  part.resetResult();
  const partition = findPartition(manager, part);
  part.partition = partition;
  if (partition === null) return null;
  const { log } = partition;
  if (log === null || log.failure !== null) {
    part.fail(ErrorCode.KAFKA_STORAGE_ERROR);
    return null;
  }
  const error = checkEpoch(partition, part.currentLeaderEpoch);
  if (error !== ErrorCode.NONE) {
    part.fail(error);
    if (error === ErrorCode.FENCED_LEADER_EPOCH) nameLeader(partition, part);
    return null;
  }
  part.readEpoch = partition.leaderEpoch;
  return operation.isFromFollower
    ? prepareFollower(operation, part, partition, log)
    : prepareConsumer(manager, operation, part, partition, log);
}

function findPartition(manager: ReplicaManager, part: FetchPart): Partition | null {
  const known = part.partition;
  if (known !== null && !known.isRemoved) return known;
  const byId = part.topicId !== "";
  const found = byId ? manager.partitionById(part.topicId, part.index) : manager.partition(part.topic, part.index);
  if (found !== null) return found;
  part.fail(manager.absentError(part.topic, part.topicId, part.index));
  if (part.errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER) {
    const { topics } = manager.image;
    const topic = byId ? topics.byId.get(part.topicId) : topics.byName.get(part.topic);
    const image = topic?.partitions[part.index];
    if (image !== undefined) {
      part.leaderId = image.leader;
      part.leaderEpoch = image.leaderEpoch;
    }
  }
  return null;
}

/** What the reader knows of the leader's epoch against what this broker knows; −1: it does not tell. */
export function checkEpoch(partition: Partition, epoch: number): number {
  if (epoch < 0 || epoch === partition.leaderEpoch) return ErrorCode.NONE;
  return epoch < partition.leaderEpoch ? ErrorCode.FENCED_LEADER_EPOCH : ErrorCode.UNKNOWN_LEADER_EPOCH;
}

export function nameLeader(partition: Partition, part: { leaderId: number; leaderEpoch: number }): void {
  part.leaderId = partition.leaderId;
  part.leaderEpoch = partition.leaderEpoch;
}

function notLeader(partition: Partition, part: FetchPart): null {
  part.fail(ErrorCode.NOT_LEADER_OR_FOLLOWER);
  nameLeader(partition, part);
  return null;
}

function prepareFollower(operation: FetchOperation, part: FetchPart, partition: Partition, log: Log): Log | null {
  if (!partition.isLeader) return notLeader(partition, part);
  const replica = partition.replica(operation.replicaId);
  if (replica === null) {
    // It may be a replica that this broker has not heard of yet.
    part.fail(part.currentLeaderEpoch >= 0 ? ErrorCode.UNKNOWN_LEADER_EPOCH : ErrorCode.NOT_LEADER_OR_FOLLOWER);
    return null;
  }
  const offset = part.fetchOffset;
  if (offset < log.logStartOffset) {
    part.fail(ErrorCode.OFFSET_OUT_OF_RANGE);
    return null;
  }
  // Before the end: a follower that has more learns from its epoch where to cut.
  if (part.lastFetchedEpoch >= 0) {
    const end = log.epochs.endOffsetFor(part.lastFetchedEpoch, log.appendEndOffset);
    if (end.epoch < 0 || end.endOffset < 0) {
      part.fail(ErrorCode.OFFSET_OUT_OF_RANGE);
      return null;
    }
    if (end.epoch < part.lastFetchedEpoch || end.endOffset < offset) {
      part.divergingEpoch = end.epoch;
      part.divergingEndOffset = end.endOffset;
      describe(part, log);
      return null;
    }
  }
  if (offset > log.appendEndOffset) {
    part.fail(ErrorCode.OFFSET_OUT_OF_RANGE);
    return null;
  }
  partition.onFollowerFetch(replica, offset, part.followerLogStart, operation.replicaEpoch);
  describe(part, log);
  part.startOffset = offset;
  part.maxOffset = log.appendEndOffset;
  return log;
}

function prepareConsumer(
  manager: ReplicaManager,
  operation: FetchOperation,
  part: FetchPart,
  partition: Partition,
  log: Log,
): Log | null {
  const offset = part.fetchOffset;
  const isStandIn = !partition.isLeader && manager.standsIn(partition);
  if (!partition.isLeader && !isStandIn) {
    const isFollowing = partition.followed !== null && log.damage === null;
    if (operation.version < FOLLOWER_READS_FROM || !isFollowing) return notLeader(partition, part);
  }
  if (offset < log.logStartOffset || offset > log.appendEndOffset) {
    if (!isStandIn || offset < log.logStartOffset) {
      part.fail(ErrorCode.OFFSET_OUT_OF_RANGE);
      return null;
    }
  }
  if (partition.isLeader && part.lastFetchedEpoch >= 0) {
    const end = log.epochs.endOffsetFor(part.lastFetchedEpoch, log.appendEndOffset);
    if (end.epoch >= 0 && (end.epoch < part.lastFetchedEpoch || end.endOffset < offset)) {
      part.divergingEpoch = end.epoch;
      part.divergingEndOffset = end.endOffset;
      describe(part, log);
      return null;
    }
  }
  describe(part, log);
  if (partition.isLeader && operation.rackId !== "" && operation.version >= FOLLOWER_READS_FROM) {
    part.preferredReadReplica = preferredReplica(manager, partition, operation.rackId, offset);
    if (part.preferredReadReplica >= 0) return null;
  }
  part.startOffset = offset;
  part.maxOffset = operation.readCommitted ? log.lastStableOffset : log.highWatermark;
  return offset >= part.maxOffset ? null : log;
}

function describe(part: FetchPart, log: Log): void {
  part.highWatermark = log.highWatermark;
  part.lastStableOffset = log.lastStableOffset;
  part.logStart = log.logStartOffset;
}
