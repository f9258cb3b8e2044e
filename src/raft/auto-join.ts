import type { CallHandler, NoResponse } from "../client/peer-link.js";
import { Apis, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode, errorName } from "../protocol/errors.js";
import type { Peer } from "./peers.js";
import type { RaftNode } from "./raft-node.js";
import type { Follower } from "./states/follower.js";

/**
 * A controller that is no voter asks to become one (`controller.quorum.auto.join.enable`): of a dynamic quorum, and as an observer that
 * follows. Where its id votes with another directory, which it must have lost, that voter is removed first.
 */
export class AutoJoin {
  private readonly node: RaftNode;
  private readonly isOn: boolean;
  private readonly periodMs: number;
  private nextMs: number;

  constructor(node: RaftNode, periodMs: number) {
    const { config } = node.options;
    this.node = node;
    this.isOn = config.isController && config.boolean("controller.quorum.auto.join.enable");
    this.periodMs = periodMs;
    this.nextMs = 0;
  }

  /** When it is to be called again. `peer`: of the leader. */
  poll(state: Follower, peer: Peer | null, now: number): number {
    const { node } = this;
    if (!this.isOn || node.kraftVersion === 0 || node.quorum.isVoter || !state.hasFetched) {
      this.nextMs = Math.max(this.nextMs, now + node.requestTimeoutMs / 4);
      return Number.POSITIVE_INFINITY;
    }
    if (now < this.nextMs) return this.nextMs;
    if (peer === null || !peer.mayDo("join", now)) return Number.POSITIVE_INFINITY;
    this.nextMs = now + this.periodMs;
    peer.begin("join");
    const { localVoter } = node;
    const { clusterId } = node.options;
    const former = node.history.voters.find(node.nodeId);
    if (former !== undefined) {
      const body = { clusterId, voterId: former.id, voterDirectoryId: former.directoryId };
      peer.link.callNewest(Apis.RemoveRaftVoter, body, new JoinCall(node, peer));
    } else {
      const body = {
        clusterId,
        timeoutMs: node.requestTimeoutMs,
        voterId: node.nodeId,
        voterDirectoryId: localVoter.directoryId,
        listeners: localVoter.endpoints.map((each) => ({ ...each })),
        // It waits for no commit, which may need this very node.
        ackWhenCommitted: false,
      };
      const { maxVersion } = Apis.AddRaftVoter;
      peer.link.callNewest(Apis.AddRaftVoter, body, new JoinCall(node, peer), maxVersion, node.requestTimeoutMs, 1);
    }
    return this.nextMs;
  }
}

/** Of both requests, whose responses are alike. */
class JoinCall implements CallHandler<typeof Apis.AddRaftVoter>, CallHandler<typeof Apis.RemoveRaftVoter> {
  private readonly node: RaftNode;
  private readonly peer: Peer;

  constructor(node: RaftNode, peer: Peer) {
    this.node = node;
    this.peer = peer;
  }

  onResponse(response: ResponseOf<typeof Apis.AddRaftVoter> | ResponseOf<typeof Apis.RemoveRaftVoter>): void {
    this.peer.end("join");
    if (response.errorCode !== ErrorCode.NONE) {
      this.node.ports.logger.info("This controller is not a voter yet; it will ask again.", {
        error: errorName(response.errorCode),
        detail: response.errorMessage,
      });
    }
    this.node.pollSoon();
  }

  onNoResponse(why: NoResponse): void {
    this.peer.fail("join", why);
    this.node.pollSoon();
  }
}
