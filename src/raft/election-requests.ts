import { type Uuid, ZERO_UUID } from "../base/uuid.js";
import type { Apis } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import { METADATA_TOPIC } from "../storage/file-names.js";
import { EPOCH_MAX } from "./quorum.js";
import type { RaftNode } from "./raft-node.js";
import type { RaftRequest } from "./raft-request.js";
import type { RaftEndpoint } from "./voter-set.js";

interface PartitionLike {
  readonly partitionIndex: number;
}

/** The one partition that raft is about, or null where the request is not about just that. */
export function onlyPartition<P extends PartitionLike>(
  topics: readonly { readonly topicName: string; readonly partitions: readonly P[] }[],
): P | null {
  if (topics.length !== 1 || topics[0].topicName !== METADATA_TOPIC) return null;
  const { partitions } = topics[0];
  return partitions.length === 1 && partitions[0].partitionIndex === 0 ? partitions[0] : null;
}

/** The partition that a request is about; null where it is not about just that or meant for another cluster, and was answered so. */
function soundPartition<P extends PartitionLike>(
  node: RaftNode,
  request: RaftRequest<typeof Apis.Vote | typeof Apis.BeginQuorumEpoch | typeof Apis.EndQuorumEpoch>,
  topics: readonly { readonly topicName: string; readonly partitions: readonly P[] }[],
): P | null {
  if (isForeignCluster(node, request.body.clusterId)) {
    node.reply(request, { errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID });
    return null;
  }
  const partition = onlyPartition(topics);
  if (partition === null) node.reply(request, { errorCode: ErrorCode.INVALID_REQUEST });
  return partition;
}

export function isForeignCluster(node: RaftNode, clusterId: string | null): boolean {
  return clusterId !== null && clusterId !== node.options.clusterId;
}

/** Whether a request was meant for another node, or for this one with another directory. */
function isMisdirected(node: RaftNode, voterId: number, directoryId: Uuid): boolean {
  if (voterId < 0) return false;
  if (voterId !== node.nodeId) return true;
  return directoryId !== ZERO_UUID && directoryId !== node.localVoter.directoryId;
}

/** Vote, and pre-vote (Kafka: handleVoteRequest). */
export function serveVote(node: RaftNode, request: RaftRequest<typeof Apis.Vote>): void {
  const { body } = request;
  const partition = soundPartition(node, request, body.topics);
  if (partition === null) return;
  const [errorCode, voteGranted] = judgeVote(node, body.voterId, partition);
  node.noteElection();
  const { leaderId, epoch } = node.quorum.state;
  const answer = { partitionIndex: 0, errorCode, leaderId: leaderId ?? -1, leaderEpoch: epoch, voteGranted };
  node.reply(request, {
    topics: [{ topicName: METADATA_TOPIC, partitions: [answer] }],
    nodeEndpoints: request.version >= 1 ? node.nodeEndpoints(request) : [],
  });
}

type VotePartition = RaftRequest<typeof Apis.Vote>["body"]["topics"][number]["partitions"][number];

function judgeVote(node: RaftNode, voterId: number, partition: VotePartition): [ErrorCode, boolean] {
  const { quorum } = node;
  const { replicaId, replicaEpoch, lastOffset, lastOffsetEpoch, preVote } = partition;
  // A candidate has raised the epoch, so that its log cannot have it; who asks for a pre-vote has not.
  const isIllegal = preVote ? lastOffsetEpoch > replicaEpoch : lastOffsetEpoch >= replicaEpoch;
  if (lastOffset < 0 || lastOffsetEpoch < 0 || isIllegal || replicaEpoch > EPOCH_MAX)
    return [ErrorCode.INVALID_REQUEST, false];
  if (replicaEpoch < quorum.epoch) return [ErrorCode.FENCED_LEADER_EPOCH, false];
  if (replicaId < 0 || replicaId === node.nodeId) return [ErrorCode.INVALID_REQUEST, false];
  const now = node.clock.nowMs();
  if (replicaEpoch > quorum.epoch) quorum.becomeUnattached(replicaEpoch, null, now);
  if (isMisdirected(node, voterId, partition.voterDirectoryId)) return [ErrorCode.INVALID_VOTER_KEY, false];
  const ownEpoch = node.lastFetchedEpoch;
  const ownEnd = node.log.appendEndOffset;
  const isLonger = lastOffsetEpoch > ownEpoch || (lastOffsetEpoch === ownEpoch && lastOffset > ownEnd);
  const isUpToDate = isLonger || (lastOffsetEpoch === ownEpoch && lastOffset === ownEnd);
  const candidate = { id: replicaId, directoryId: partition.replicaDirectoryId };
  return [ErrorCode.NONE, quorum.vote(candidate, isUpToDate, isLonger, preVote, now)];
}

/** A leader announces itself (Kafka: handleBeginQuorumEpochRequest). */
export function serveBeginQuorumEpoch(node: RaftNode, request: RaftRequest<typeof Apis.BeginQuorumEpoch>): void {
  const { body } = request;
  const partition = soundPartition(node, request, body.topics);
  if (partition === null) return;
  const { leaderId, leaderEpoch } = partition;
  let errorCode = epochError(node, leaderId, leaderEpoch);
  if (errorCode === ErrorCode.NONE) {
    node.observe(leaderId, leaderEpoch, endpointsOf(node, leaderId, body.leaderEndpoints));
    if (isMisdirected(node, body.voterId, partition.voterDirectoryId)) errorCode = ErrorCode.INVALID_VOTER_KEY;
  }
  replyEpoch(node, request, errorCode);
}

/** A leader resigns, and says who should follow it (Kafka: handleEndQuorumEpochRequest). */
export function serveEndQuorumEpoch(node: RaftNode, request: RaftRequest<typeof Apis.EndQuorumEpoch>): void {
  const { body } = request;
  const partition = soundPartition(node, request, body.topics);
  if (partition === null) return;
  const { leaderId, leaderEpoch } = partition;
  const errorCode = epochError(node, leaderId, leaderEpoch);
  if (errorCode === ErrorCode.NONE) {
    node.observe(leaderId, leaderEpoch, endpointsOf(node, leaderId, body.leaderEndpoints));
    const { state } = node.quorum;
    if (state.name === "follower" && state.leaderId === leaderId) {
      const preferred =
        request.version >= 1
          ? partition.preferredCandidates.map((each) => ({
              id: each.candidateId,
              directoryId: each.candidateDirectoryId,
            }))
          : partition.preferredSuccessors.map((id) => ({ id, directoryId: ZERO_UUID }));
      node.quorum.onLeaderEnds(preferred, node.clock.nowMs());
    }
  }
  replyEpoch(node, request, errorCode);
}

function epochError(node: RaftNode, leaderId: number, epoch: number): ErrorCode {
  if (epoch < node.quorum.epoch) return ErrorCode.FENCED_LEADER_EPOCH;
  return leaderId < 0 || leaderId === node.nodeId || epoch > EPOCH_MAX ? ErrorCode.INVALID_REQUEST : ErrorCode.NONE;
}

function replyEpoch(
  node: RaftNode,
  request: RaftRequest<typeof Apis.BeginQuorumEpoch | typeof Apis.EndQuorumEpoch>,
  errorCode: ErrorCode,
): void {
  const { leaderId, epoch } = node.quorum.state;
  const answer = { partitionIndex: 0, errorCode, leaderId: leaderId ?? -1, leaderEpoch: epoch };
  node.reply(request, {
    topics: [{ topicName: METADATA_TOPIC, partitions: [answer] }],
    nodeEndpoints: request.version >= 1 ? node.nodeEndpoints(request) : [],
  });
}

function endpointsOf(
  node: RaftNode,
  leaderId: number,
  told: readonly { readonly name: string; readonly host: string; readonly port: number }[],
): readonly RaftEndpoint[] {
  if (told.length === 0) return node.history.voters.endpointsOf(leaderId);
  return told.map(({ name, host, port }) => ({ name, host, port }));
}
