import type { CallHandler, NoResponse } from "../client/peer-link.js";
import { type Api, Apis, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode, errorName } from "../protocol/errors.js";
import type { Input } from "../protocol/schema.js";
import { METADATA_TOPIC } from "../storage/file-names.js";
import { onlyPartition } from "./election-requests.js";
import type { Errand, Peer } from "./peers.js";
import type { QuorumMember } from "./quorum.js";
import type { RaftNode } from "./raft-node.js";
import type { Candidate } from "./states/candidate.js";
import type { Leader } from "./states/leader.js";
import type { Prospective } from "./states/prospective.js";
import type { Resigned } from "./states/resigned.js";

/** Requests to the other voters that elections are made of: Vote, BeginQuorumEpoch and EndQuorumEpoch. */
export class Elections {
  private readonly node: RaftNode;
  /** Until this node has seen a leader, or a majority of the voters, since its start. */
  private isStarting: boolean;

  constructor(node: RaftNode) {
    this.node = node;
    this.isStarting = true;
  }

  /** Sends what is due; when it is to be called again. */
  poll(now: number): number {
    const { state } = this.node.quorum;
    switch (state.name) {
      case "prospective":
      case "candidate":
        return this.askForVotes(state, now);
      case "leader":
        this.isStarting = false;
        return this.announce(state, now);
      case "resigned":
        return Math.min(this.sayGoodbye(state, now), this.gather(now));
      case "follower":
        if (state.hasFetched) this.isStarting = false;
        return Number.POSITIVE_INFINITY;
      case "unattached":
        return this.gather(now);
    }
  }

  /** At start: connects to the voters; once a majority is there, and nobody said who leads, one is elected. */
  private gather(now: number): number {
    const { node } = this;
    const { quorum } = node;
    if (!this.isStarting || !quorum.isVoter) return Number.POSITIVE_INFINITY;
    let connected = 1;
    let next = Number.POSITIVE_INFINITY;
    for (const id of quorum.voters.ids) {
      const peer = node.peerOf(id);
      if (peer === null) continue;
      if (peer.link.isOpen) connected++;
      else if (now >= peer.notBeforeMs) peer.link.connect();
      else next = Math.min(next, peer.notBeforeMs);
    }
    if (connected >= quorum.voters.majority) {
      this.isStarting = false;
      quorum.onNobodyLeads(now);
      node.noteElection();
    }
    return next;
  }

  private askForVotes(state: Prospective | Candidate, now: number): number {
    const { node } = this;
    const { log, localVoter } = node;
    let next = Number.POSITIVE_INFINITY;
    for (const id of state.ballot.unanswered()) {
      const peer = node.peerOf(id);
      if (peer === null) continue;
      if (!peer.mayDo("vote", now)) {
        if (peer.notBeforeMs > now) next = Math.min(next, peer.notBeforeMs);
        continue;
      }
      const isPreVote = state.name === "prospective";
      const voter = state.ballot.voters.find(id);
      const partition = {
        partitionIndex: 0,
        replicaEpoch: state.epoch,
        replicaId: node.nodeId,
        replicaDirectoryId: localVoter.directoryId,
        voterDirectoryId: voter?.directoryId,
        lastOffsetEpoch: node.lastFetchedEpoch,
        lastOffset: log.appendEndOffset,
        preVote: isPreVote,
      };
      const topics = [{ topicName: METADATA_TOPIC, partitions: [partition] }];
      const body = { clusterId: node.options.clusterId, voterId: id, topics };
      const call = new VoteCall(node, peer, id, state);
      // A pre-vote to a voter that knows none would be a vote.
      this.send(peer, "vote", () => node.quorum.state === state, Apis.Vote, body, call, isPreVote ? 2 : 0);
    }
    return next;
  }

  private announce(state: Leader, now: number): number {
    const { node } = this;
    if (now >= state.beginEpochAtMs) {
      for (const id of state.silentVoters(now)) {
        const peer = node.peerOf(id);
        if (peer === null || !peer.mayDo("begin", now)) continue;
        const { epoch } = state;
        const directoryId = state.followers.get(id)?.directoryId;
        const partition = {
          partitionIndex: 0,
          voterDirectoryId: directoryId,
          leaderId: node.nodeId,
          leaderEpoch: epoch,
        };
        const body = {
          clusterId: node.options.clusterId,
          voterId: id,
          topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }],
          leaderEndpoints: node.localVoter.endpoints.map((each) => ({ ...each })),
        };
        const call = new EpochCall<typeof Apis.BeginQuorumEpoch>(node, peer, "begin", null);
        this.send(peer, "begin", () => node.quorum.state === state, Apis.BeginQuorumEpoch, body, call);
      }
      state.resetBeginEpoch(now);
    }
    return state.beginEpochAtMs;
  }

  private sayGoodbye(state: Resigned, now: number): number {
    const { node } = this;
    let next = Number.POSITIVE_INFINITY;
    for (const id of state.untold) {
      const peer = node.peerOf(id);
      if (peer === null) {
        state.untold.delete(id);
        continue;
      }
      if (!peer.mayDo("end", now)) {
        if (peer.notBeforeMs > now) next = Math.min(next, peer.notBeforeMs);
        continue;
      }
      const partition = {
        partitionIndex: 0,
        leaderId: node.nodeId,
        leaderEpoch: state.epoch,
        preferredSuccessors: state.preferred.map((key) => key.id),
        preferredCandidates: state.preferred.map((key) => ({
          candidateId: key.id,
          candidateDirectoryId: key.directoryId,
        })),
      };
      const body = {
        clusterId: node.options.clusterId,
        topics: [{ topicName: METADATA_TOPIC, partitions: [partition] }],
        leaderEndpoints: node.localVoter.endpoints.map((each) => ({ ...each })),
      };
      const call = new EpochCall<typeof Apis.EndQuorumEpoch>(node, peer, "end", () => state.untold.delete(id));
      this.send(peer, "end", () => node.quorum.state === state, Apis.EndQuorumEpoch, body, call);
    }
    return next;
  }

  /** Once the election state is durable, unless the reason is gone by then. */
  private send<A extends Api>(
    peer: Peer,
    errand: Errand,
    isWanted: () => boolean,
    api: A,
    body: Input<A["request"]>,
    call: CallHandler<A>,
    versionMin = api.minVersion,
  ): void {
    const { requestTimeoutMs } = this.node;
    peer.begin(errand);
    this.node.afterDurable(() => {
      if (isWanted()) peer.link.callNewest(api, body, call, api.maxVersion, requestTimeoutMs, versionMin);
      else peer.end(errand);
    });
  }
}

class VoteCall implements CallHandler<typeof Apis.Vote> {
  private readonly node: RaftNode;
  private readonly peer: Peer;
  private readonly voterId: number;
  private readonly round: QuorumMember;

  constructor(node: RaftNode, peer: Peer, voterId: number, round: QuorumMember) {
    this.node = node;
    this.peer = peer;
    this.voterId = voterId;
    this.round = round;
  }

  onResponse(response: ResponseOf<typeof Apis.Vote>): void {
    const { node, peer } = this;
    const { quorum } = node;
    peer.end("vote");
    const now = node.clock.nowMs();
    const partition = onlyPartition(response.topics);
    if (response.errorCode !== ErrorCode.NONE || partition === null) {
      this.refuse(response.errorCode, now);
      return;
    }
    const { leaderId, leaderEpoch, errorCode, voteGranted } = partition;
    const endpoints = node.endpointsFrom(leaderId, response.nodeEndpoints);
    if (node.observeResponse(errorCode, leaderId, leaderEpoch, endpoints)) {
      if (quorum.state === this.round) quorum.onAnswer(this.voterId, voteGranted, now);
    } else if (errorCode !== ErrorCode.NONE) {
      peer.backOff(now + node.retryBackoffMs);
      if (quorum.state === this.round) quorum.onAnswer(this.voterId, false, now);
    }
    node.noteElection();
    node.pollSoon();
  }

  onNoResponse(why: NoResponse): void {
    const { node, peer } = this;
    peer.fail("vote", why);
    const now = node.clock.nowMs();
    peer.backOff(now + node.retryBackoffMs);
    if (why === "unsupported") this.skipPreVote(now);
    if (why === "refused") node.quorum.onUnreachable(this.voterId, now);
    node.noteElection();
    node.pollSoon();
  }

  private skipPreVote(now: number): void {
    const { quorum } = this.node;
    if (quorum.state === this.round && this.round.name === "prospective") quorum.becomeCandidate(now);
    this.node.noteElection();
    this.node.pollSoon();
  }

  private refuse(error: number, now: number): void {
    const { node, peer } = this;
    peer.backOff(now + node.requestTimeoutMs / 2);
    node.ports.logger.warn("A vote request was answered with an error.", {
      voter: this.voterId,
      error: errorName(error),
    });
    if (node.quorum.state === this.round) node.quorum.onUnreachable(this.voterId, now);
    node.pollSoon();
  }
}

/** Of BeginQuorumEpoch and EndQuorumEpoch, whose responses are alike. */
class EpochCall<A extends typeof Apis.BeginQuorumEpoch | typeof Apis.EndQuorumEpoch> implements CallHandler<A> {
  private readonly node: RaftNode;
  private readonly peer: Peer;
  private readonly errand: Errand;
  private readonly onTold: (() => void) | null;

  constructor(node: RaftNode, peer: Peer, errand: Errand, onTold: (() => void) | null) {
    this.node = node;
    this.peer = peer;
    this.errand = errand;
    this.onTold = onTold;
  }

  onResponse(body: ResponseOf<A>): void {
    const { node, peer } = this;
    const response = body as ResponseOf<typeof Apis.BeginQuorumEpoch>;
    peer.end(this.errand);
    this.onTold?.();
    const partition = onlyPartition(response.topics);
    if (response.errorCode !== ErrorCode.NONE || partition === null) {
      node.ports.logger.warn("The end or beginning of an epoch was answered with an error.", {
        errand: this.errand,
        error: errorName(response.errorCode),
      });
    } else {
      const { leaderId, leaderEpoch, errorCode } = partition;
      const endpoints = node.endpointsFrom(leaderId, response.nodeEndpoints);
      node.observeResponse(errorCode, leaderId, leaderEpoch, endpoints);
    }
    node.noteElection();
    node.pollSoon();
  }

  onNoResponse(why: NoResponse): void {
    const { node, peer } = this;
    peer.fail(this.errand, why);
    peer.backOff(node.clock.nowMs() + node.retryBackoffMs);
    // A voter that is not there need not be told.
    if (why === "refused") this.onTold?.();
    node.pollSoon();
  }
}
