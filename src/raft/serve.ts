import { unreachable } from "../base/assert.js";
import { Apis } from "../protocol/apis.js";
import { describeQuorum } from "./describe-quorum.js";
import { serveBeginQuorumEpoch, serveEndQuorumEpoch, serveVote } from "./election-requests.js";
import type { RaftNode } from "./raft-node.js";
import type { RaftRequest } from "./raft-request.js";
import { serveFetchSnapshot } from "./snapshot-service.js";

/** Hands a request to who answers it. */
export function serveRaft(node: RaftNode, request: RaftRequest): void {
  switch (request.api.key) {
    case Apis.Vote.key:
      serveVote(node, request as unknown as RaftRequest<typeof Apis.Vote>);
      break;
    case Apis.BeginQuorumEpoch.key:
      serveBeginQuorumEpoch(node, request as unknown as RaftRequest<typeof Apis.BeginQuorumEpoch>);
      break;
    case Apis.EndQuorumEpoch.key:
      serveEndQuorumEpoch(node, request as unknown as RaftRequest<typeof Apis.EndQuorumEpoch>);
      break;
    case Apis.Fetch.key:
      node.fetches.serve(request as unknown as RaftRequest<typeof Apis.Fetch>);
      break;
    case Apis.FetchSnapshot.key:
      serveFetchSnapshot(node, request as unknown as RaftRequest<typeof Apis.FetchSnapshot>);
      break;
    case Apis.DescribeQuorum.key:
      describeQuorum(node, request as unknown as RaftRequest<typeof Apis.DescribeQuorum>);
      break;
    case Apis.AddRaftVoter.key:
      node.voterChanges.add(request as unknown as RaftRequest<typeof Apis.AddRaftVoter>);
      break;
    case Apis.RemoveRaftVoter.key:
      node.voterChanges.remove(request as unknown as RaftRequest<typeof Apis.RemoveRaftVoter>);
      break;
    case Apis.UpdateRaftVoter.key:
      node.voterChanges.update(request as unknown as RaftRequest<typeof Apis.UpdateRaftVoter>);
      break;
    default:
      unreachable(request.api.key as never);
  }
}
