import { ZERO_UUID } from "../base/uuid.js";
import type { Apis } from "../protocol/apis.js";
import { ErrorCode, errorMessage } from "../protocol/errors.js";
import { METADATA_TOPIC } from "../storage/file-names.js";
import { onlyPartition } from "./election-requests.js";
import type { RaftNode } from "./raft-node.js";
import type { RaftRequest } from "./raft-request.js";
import type { Leader, ReplicaProgress } from "./states/leader.js";

type DescribeRequest = RaftRequest<typeof Apis.DescribeQuorum>;

/** What the leader knows of voters and observers (Kafka: handleDescribeQuorumRequest). */
export function describeQuorum(node: RaftNode, request: DescribeRequest): void {
  const { body, version } = request;
  if (onlyPartition(body.topics) === null) {
    const errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    const topics = body.topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })),
    }));
    node.reply(request, { topics });
    return;
  }
  const { state } = node.quorum;
  if (state.name !== "leader") {
    const errorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    const partition = { partitionIndex: 0, errorCode, errorMessage: errorMessage(errorCode) };
    node.reply(request, { topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }] });
    return;
  }
  const wallMs = node.ports.clock.wallMs();
  const partition = {
    partitionIndex: 0,
    leaderId: state.leaderId,
    leaderEpoch: state.epoch,
    highWatermark: state.highWatermark,
    currentVoters: state.voters.voters.map((voter) =>
      voter.id === node.nodeId ? localState(node, version, wallMs) : replicaState(progressOf(state, voter.id), version),
    ),
    observers: state.liveObservers(node.clock.nowMs()).map((observer) => replicaState(observer, version)),
  };
  const nodes = node.history.voters.voters.map((voter) => ({
    nodeId: voter.id,
    listeners: voter.endpoints.map(({ name, host, port }) => ({ name, host, port })),
  }));
  const topics = [{ topicName: METADATA_TOPIC, partitions: [partition] }];
  node.reply(request, version >= 2 ? { topics, nodes } : { topics });
}

function progressOf(leader: Leader, id: number): ReplicaProgress | { readonly id: number } {
  return leader.followers.get(id) ?? { id };
}

function localState(node: RaftNode, version: number, wallMs: number) {
  const state = {
    replicaId: node.nodeId,
    logEndOffset: node.log.appendEndOffset,
    lastFetchTimestamp: wallMs,
    lastCaughtUpTimestamp: wallMs,
  };
  return version >= 2 ? { ...state, replicaDirectoryId: node.localVoter.directoryId } : state;
}

function replicaState(progress: ReplicaProgress | { readonly id: number }, version: number) {
  if (!("endOffset" in progress)) return { replicaId: progress.id, logEndOffset: -1 };
  const { id, directoryId, endOffset, lastFetchTimestamp, lastCaughtUpTimestamp } = progress;
  const state = { replicaId: id, logEndOffset: endOffset, lastFetchTimestamp, lastCaughtUpTimestamp };
  return version >= 2 ? { ...state, replicaDirectoryId: directoryId ?? ZERO_UUID } : state;
}
