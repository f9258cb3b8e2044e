import { ZERO_UUID } from "../base/uuid.js";
import { type CallHandler, type NoResponse, PeerLink } from "../client/peer-link.js";
import { Apis, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode, errorName } from "../protocol/errors.js";
import { kraftVersionRecord, votersRecord } from "./control-records.js";
import { isForeignCluster } from "./election-requests.js";
import type { RaftNode } from "./raft-node.js";
import type { RaftRequest } from "./raft-request.js";
import type { Leader } from "./states/leader.js";
import { type RaftEndpoint, type ReplicaKey, type Voter, VoterSet } from "./voter-set.js";

type AddRequest = RaftRequest<typeof Apis.AddRaftVoter>;
type RemoveRequest = RaftRequest<typeof Apis.RemoveRaftVoter>;
type UpdateRequest = RaftRequest<typeof Apis.UpdateRaftVoter>;

/** A change that was begun; one at a time. */
interface PendingChange {
  readonly request: AddRequest | RemoveRequest;
  readonly leader: Leader;
  readonly deadlineMs: number;
  /** Of the record with the new voters; −1 while the joiner is being asked. */
  offset: number;
  isAnswered: boolean;
  readonly link: PeerLink | null;
}

const KRAFT_VERSION_FEATURE = "kraft.version";

/**
 * Changes of the set of voters by the leader (KIP-853; Kafka: AddVoterHandler, RemoveVoterHandler, UpdateVoterHandler): one at a time, and
 * none before the leader has committed something of its epoch and the last change is committed. That way the majorities of successive sets
 * overlap.
 */
export class VoterChanges {
  private readonly node: RaftNode;
  private pending: PendingChange | null;

  constructor(node: RaftNode) {
    this.node = node;
    this.pending = null;
  }

  add(request: AddRequest): void {
    const { node } = this;
    const { body } = request;
    const clusterError = this.clusterError(body.clusterId);
    if (clusterError !== null) {
      node.reply(request, { errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID, errorMessage: clusterError });
      return;
    }
    const leader = this.leader();
    if (leader === null) {
      node.reply(request, { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER });
      return;
    }
    const voter: ReplicaKey = { id: body.voterId, directoryId: body.voterDirectoryId };
    const endpoints = endpointsOf(body.listeners);
    const endpoint = endpoints.find((each) => each.name === node.listenerName);
    let refusal: Refusal | null = null;
    if (voter.id < 0 || voter.directoryId === ZERO_UUID) {
      refusal = [ErrorCode.INVALID_REQUEST, "The request does not name a voter and its directory."];
    } else if (endpoint === undefined) {
      refusal = [ErrorCode.INVALID_REQUEST, `The voter has no endpoint of the listener ${node.listenerName}.`];
    }
    refusal ??= this.refusal(leader);
    if (refusal === null && leader.voters.find(voter.id) !== undefined) {
      refusal = [ErrorCode.DUPLICATE_VOTER, `The node ${voter.id} is a voter already.`];
    }
    if (refusal !== null || endpoint === undefined) {
      const [errorCode, errorMessage] = refusal ?? [ErrorCode.INVALID_REQUEST, null];
      node.reply(request, { errorCode, errorMessage });
      return;
    }
    // Asked on a connection of its own: the joiner need not be known to anybody else.
    const link = new PeerLink(node.ports, {
      host: endpoint.host,
      port: endpoint.port,
      clientId: `raft-client-${node.nodeId}`,
      requestTimeoutMs: node.requestTimeoutMs,
    });
    const change = this.begin(request, leader, link);
    link.call(
      Apis.ApiVersions,
      4,
      { clientSoftwareName: "holdfast", clientSoftwareVersion: "0" },
      new JoinerCall(this, change, voter, endpoints),
    );
  }

  /** The joiner told what it can do. */
  onJoinerVersions(
    change: PendingChange,
    voter: ReplicaKey,
    endpoints: readonly RaftEndpoint[],
    response: ResponseOf<typeof Apis.ApiVersions>,
  ): void {
    const { node } = this;
    change.link?.close();
    if (this.pending !== change || node.quorum.state !== change.leader) return;
    const { leader } = change;
    const range = response.supportedFeatures.find((feature) => feature.name === KRAFT_VERSION_FEATURE);
    const level = node.kraftVersion;
    if (response.errorCode !== ErrorCode.NONE) {
      this.finish(ErrorCode.REQUEST_TIMED_OUT, `The new voter answered with ${errorName(response.errorCode)}.`);
    } else if (range === undefined || range.minVersion > level || range.maxVersion < level) {
      this.finish(ErrorCode.INVALID_REQUEST, `The new voter does not support kraft.version ${level}.`);
    } else if (!leader.isCaughtUp(voter, node.clock.nowMs())) {
      this.finish(ErrorCode.REQUEST_TIMED_OUT, "The new voter has not caught up with the leader's log.");
    } else {
      const kraftVersions = { min: range.minVersion, max: range.maxVersion };
      change.offset = this.append(leader.voters.with({ ...voter, endpoints, kraftVersions }));
      const request = change.request as AddRequest;
      if (!request.body.ackWhenCommitted && !change.isAnswered) {
        change.isAnswered = true;
        node.reply(request, {});
      }
    }
    node.pollSoon();
  }

  onJoinerSilent(change: PendingChange, why: NoResponse): void {
    if (this.pending !== change) return;
    this.finish(ErrorCode.REQUEST_TIMED_OUT, `The new voter cannot be asked: ${why}.`);
    this.node.pollSoon();
  }

  remove(request: RemoveRequest): void {
    const { node } = this;
    const { body } = request;
    const clusterError = this.clusterError(body.clusterId);
    if (clusterError !== null) {
      node.reply(request, { errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID, errorMessage: clusterError });
      return;
    }
    const leader = this.leader();
    if (leader === null) {
      node.reply(request, { errorCode: ErrorCode.NOT_LEADER_OR_FOLLOWER });
      return;
    }
    let refusal: Refusal | null = null;
    if (body.voterId < 0 || body.voterDirectoryId === ZERO_UUID) {
      refusal = [ErrorCode.INVALID_REQUEST, "The request does not name a voter and its directory."];
    }
    refusal ??= this.refusal(leader);
    const known = leader.voters.find(body.voterId);
    if (refusal === null && (known?.directoryId !== body.voterDirectoryId || leader.voters.size === 1)) {
      refusal = [
        ErrorCode.VOTER_NOT_FOUND,
        `The node ${body.voterId} with this directory cannot be removed from the voters.`,
      ];
    }
    if (refusal !== null) {
      node.reply(request, { errorCode: refusal[0], errorMessage: refusal[1] });
      return;
    }
    const change = this.begin(request, leader, null);
    change.offset = this.append(leader.voters.without(body.voterId));
  }

  update(request: UpdateRequest): void {
    const { node } = this;
    const { body } = request;
    if (isForeignCluster(node, body.clusterId)) {
      this.replyToUpdate(request, ErrorCode.INCONSISTENT_CLUSTER_ID);
      return;
    }
    const refusal = node.leaderError(body.currentLeaderEpoch);
    const leader = this.leader();
    if (refusal !== ErrorCode.NONE || leader === null) {
      this.replyToUpdate(request, refusal);
      return;
    }
    const { minSupportedVersion: min, maxSupportedVersion: max } = body.kRaftVersionFeature;
    const endpoints = endpointsOf(body.listeners);
    const isMalformed =
      body.voterId < 0 ||
      body.voterDirectoryId === ZERO_UUID ||
      !endpoints.some((each) => each.name === node.listenerName) ||
      min < 0 ||
      max < min;
    if (isMalformed) {
      this.replyToUpdate(request, ErrorCode.INVALID_REQUEST);
      return;
    }
    const level = node.kraftVersion;
    const isLogged = level > 0;
    const votersOffset = node.history.votersOffset;
    const isCommitted = votersOffset !== null && votersOffset < leader.highWatermark;
    if (this.isBusy() || leader.highWatermark < 0 || (isLogged && !isCommitted)) {
      this.replyToUpdate(request, ErrorCode.REQUEST_TIMED_OUT);
      return;
    }
    if (min > level || max < level) {
      this.replyToUpdate(request, ErrorCode.INVALID_REQUEST);
      return;
    }
    const voter: Voter = {
      id: body.voterId,
      directoryId: body.voterDirectoryId,
      endpoints,
      kraftVersions: { min, max },
    };
    const known = leader.voters.find(voter.id);
    if (known === undefined || (isLogged && known.directoryId !== voter.directoryId)) {
      this.replyToUpdate(request, ErrorCode.VOTER_NOT_FOUND);
      return;
    }
    if (isLogged) this.append(leader.voters.with(voter));
    else leader.volatileVoters.set(voter.id, voter);
    leader.noteContact(voter, node.clock.nowMs());
    this.replyToUpdate(request, ErrorCode.NONE);
  }

  /**
   * Raises kraft.version, whereby a static quorum becomes a dynamic one: its voters are written down as they told of themselves (Kafka:
   * LeaderState.maybeAppendUpgradedKRaftVersion). Why that cannot be, as a sentence; null: it is appended, or was that level already.
   */
  upgrade(level: number, validateOnly: boolean): string | null {
    const { node } = this;
    const current = node.kraftVersion;
    if (level === current) return null;
    if (level < current) return "Can't downgrade the version of this feature.";
    const leader = this.leader();
    if (leader === null) return "This controller does not lead the quorum any more.";
    const voters: Voter[] = [];
    for (const { id } of leader.voters.voters) {
      const voter = id === node.nodeId ? node.localVoter : leader.volatileVoters.get(id);
      if (voter === undefined) return `Controller ${id} has not told the leader yet what its directory is.`;
      const { min, max } = voter.kraftVersions;
      if (level < min || level > max) return `Controller ${id} only supports versions ${min}-${max}`;
      voters.push(voter);
    }
    if (!validateOnly) {
      node.ports.logger.info("The quorum becomes a dynamic one.", { voters: leader.voters.ids.join(",") });
      node.appendControl([kraftVersionRecord(level), votersRecord(new VoterSet(voters))]);
    }
    return null;
  }

  /** Ends what took too long; when it is to be called again. */
  poll(now: number): number {
    const { pending } = this;
    if (pending === null) return Number.POSITIVE_INFINITY;
    if (now < pending.deadlineMs) return pending.deadlineMs;
    this.finish(ErrorCode.REQUEST_TIMED_OUT, null);
    return Number.POSITIVE_INFINITY;
  }

  onHighWatermark(highWatermark: number): void {
    const { pending } = this;
    if (pending !== null && pending.offset >= 0 && highWatermark > pending.offset) {
      this.finish(ErrorCode.NONE, null);
    }
    const { node } = this;
    const { state } = node.quorum;
    const votersOffset = node.history.votersOffset;
    // Removed, and that is committed: the others go on without this node.
    if (
      state.name === "leader" &&
      !state.voters.isVoter(node.quorum.local) &&
      votersOffset !== null &&
      votersOffset < highWatermark
    ) {
      node.ports.logger.info("This node is no voter any more, and resigns.", { epoch: state.epoch });
      node.quorum.becomeResigned(node.clock.nowMs());
      node.noteElection();
    }
  }

  /** This node leads no more. */
  abort(): void {
    if (this.pending !== null) this.finish(ErrorCode.NOT_LEADER_OR_FOLLOWER, null);
  }

  private begin(request: AddRequest | RemoveRequest, leader: Leader, link: PeerLink | null): PendingChange {
    const { node } = this;
    const deadlineMs = node.clock.nowMs() + node.requestTimeoutMs;
    const change: PendingChange = { request, leader, deadlineMs, offset: -1, isAnswered: false, link };
    this.pending = change;
    return change;
  }

  private finish(errorCode: ErrorCode, errorMessage: string | null): void {
    const change = this.pending;
    if (change === null) return;
    this.pending = null;
    change.link?.close();
    if (change.isAnswered) return;
    change.isAnswered = true;
    this.node.reply(change.request as AddRequest, { errorCode, errorMessage });
  }

  private isBusy(): boolean {
    this.poll(this.node.clock.nowMs());
    return this.pending !== null;
  }

  private append(voters: VoterSet): number {
    return this.node.appendControl([votersRecord(voters)]);
  }

  private leader(): Leader | null {
    const { state } = this.node.quorum;
    return state.name === "leader" ? state : null;
  }

  private clusterError(clusterId: string | null): string | null {
    return isForeignCluster(this.node, clusterId) ? `The cluster's id is not ${String(clusterId)}.` : null;
  }

  /** Why no change may begin now. */
  private refusal(leader: Leader): Refusal | null {
    const { history } = this.node;
    if (this.isBusy()) return [ErrorCode.REQUEST_TIMED_OUT, "Another change of the voters is under way."];
    if (leader.highWatermark < 0) {
      return [ErrorCode.REQUEST_TIMED_OUT, "The leader has not committed anything of its epoch yet."];
    }
    if (history.kraftVersion === 0) {
      return [ErrorCode.UNSUPPORTED_VERSION, "Voters can be changed only from kraft.version 1 on; it is 0."];
    }
    if (history.votersOffset === null || history.votersOffset >= leader.highWatermark) {
      return [ErrorCode.REQUEST_TIMED_OUT, "The last change of the voters is not committed yet."];
    }
    return null;
  }

  private replyToUpdate(request: UpdateRequest, errorCode: ErrorCode): void {
    const { node } = this;
    const { leaderId, epoch } = node.quorum.state;
    const endpoint = node.endpointOf(node.leaderEndpoints(), request.connection.listener.name);
    const currentLeader = {
      leaderId: leaderId ?? -1,
      leaderEpoch: epoch,
      host: endpoint?.host ?? "",
      port: endpoint?.port ?? 0,
    };
    node.reply(request, { errorCode, currentLeader });
  }
}

type Refusal = readonly [ErrorCode, string | null];

class JoinerCall implements CallHandler<typeof Apis.ApiVersions> {
  private readonly owner: VoterChanges;
  private readonly change: PendingChange;
  private readonly voter: ReplicaKey;
  private readonly endpoints: readonly RaftEndpoint[];

  constructor(owner: VoterChanges, change: PendingChange, voter: ReplicaKey, endpoints: readonly RaftEndpoint[]) {
    this.owner = owner;
    this.change = change;
    this.voter = voter;
    this.endpoints = endpoints;
  }

  onResponse(response: ResponseOf<typeof Apis.ApiVersions>): void {
    this.owner.onJoinerVersions(this.change, this.voter, this.endpoints, response);
  }

  onNoResponse(why: NoResponse): void {
    this.owner.onJoinerSilent(this.change, why);
  }
}

function endpointsOf(
  listeners: readonly { readonly name: string; readonly host: string; readonly port: number }[],
): RaftEndpoint[] {
  return listeners.map(({ name, host, port }) => ({ name, host, port }));
}
