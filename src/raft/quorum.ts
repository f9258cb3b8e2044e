import { assert, unreachable } from "../base/assert.js";
import type { Random } from "../ports/index.js";
import type { ElectionState } from "./election-state.js";
import { Candidate } from "./states/candidate.js";
import { Follower } from "./states/follower.js";
import { Leader } from "./states/leader.js";
import { Prospective } from "./states/prospective.js";
import { Resigned } from "./states/resigned.js";
import { Unattached } from "./states/unattached.js";
import type { RaftEndpoint, ReplicaKey, VoterSet } from "./voter-set.js";

export type QuorumMember = Unattached | Prospective | Candidate | Leader | Resigned | Follower;

/** Milliseconds. */
export interface QuorumTimes {
  /** `controller.quorum.election.timeout.ms`; a random time up to the same again is added. */
  readonly electionTimeoutMs: number;
  /** `controller.quorum.fetch.timeout.ms` */
  readonly fetchTimeoutMs: number;
  /** `controller.quorum.election.backoff.max.ms` */
  readonly electionBackoffMaxMs: number;
}

/** A later epoch is believed of nobody: there must be room for those that follow it. */
export const EPOCH_MAX = 2_147_000_000;

/** What became of somebody's word on who leads. */
export type Observation = "older" | "known" | "changed" | "conflict";

/** Between the starts of voters that see the same sign of death, and before a lost round is tried again. */
const STAGGER_MS = 50;
const RETRY_MIN_MS = 50;
const RETRY_SPREAD_MS = 101;
/** The spread doubles with each round that is lost, so often at most: where syncs are slow, rounds take longer than the spread. */
const RETRY_DOUBLINGS_MAX = 3;
/** Who has granted a pre-vote, or a vote, leaves the one that got it the time to be elected, and to make itself known. */
const HOLD_MS = 250;
const VOTE_HOLD_MS = 1000;
/** At start who led before leaves it to the others: it could stand only in an epoch further on, which all would have to write down first. */
const FORMER_LEADER_MS = 250;

/**
 * One replica's view of the election (Kafka: QuorumState): which of the six states it is in, and what leads from one to another. It does
 * no I/O: the driver makes `election()` durable before it lets anything out that depends on it. Times are of the awake clock.
 */
export class Quorum {
  readonly local: ReplicaKey;
  state: QuorumMember;
  private readonly times: QuorumTimes;
  private readonly random: Random;
  private readonly voterSet: () => VoterSet;
  private readonly endpointsOf: (id: number) => readonly RaftEndpoint[];
  /** Rounds lost since a leader was last there. */
  private lostRounds: number;
  /** Until when pre-votes are given to nobody but this replica. */
  private heldFor: number;
  private heldUntilMs: number;

  constructor(
    local: ReplicaKey,
    times: QuorumTimes,
    random: Random,
    voterSet: () => VoterSet,
    endpointsOf: (id: number) => readonly RaftEndpoint[],
  ) {
    this.local = local;
    this.times = times;
    this.random = random;
    this.voterSet = voterSet;
    this.endpointsOf = endpointsOf;
    this.lostRounds = 0;
    this.heldFor = -1;
    this.heldUntilMs = Number.NEGATIVE_INFINITY;
    this.state = new Unattached(0, null, null, Number.POSITIVE_INFINITY);
  }

  get epoch(): number {
    return this.state.epoch;
  }

  get voters(): VoterSet {
    return this.voterSet();
  }

  get isVoter(): boolean {
    return this.voterSet().isVoter(this.local);
  }

  get isLeader(): boolean {
    return this.state.name === "leader";
  }

  /** What must be durable before anybody hears of it. */
  election(): ElectionState {
    const { epoch, leaderId, voted } = this.state;
    return { epoch, leaderId, voted };
  }

  /**
   * Takes up what an earlier run left. A former leader starts resigned: what it appended in that epoch may be lost, and must not be
   * replaced by something else in the same epoch. For the same reason a former candidate does not go on with its candidacy, in which it
   * may have been elected: it keeps its vote and starts anew.
   */
  initialize(stored: ElectionState, logEpoch: number, nowMs: number): void {
    if (stored.epoch < logEpoch) {
      this.becomeUnattached(logEpoch, null, nowMs);
      return;
    }
    const { epoch, leaderId, voted } = stored;
    const electionAtMs = nowMs + this.electionTimeout();
    const endpoints = leaderId === null ? [] : this.endpointsOf(leaderId);
    if (leaderId === this.local.id) {
      this.state = new Resigned(epoch, this.local.id, voted, [], [], electionAtMs);
    } else if (leaderId !== null && endpoints.length > 0) {
      this.state = new Follower(epoch, leaderId, endpoints, voted, nowMs + this.times.fetchTimeoutMs);
    } else {
      this.state = new Unattached(epoch, leaderId, voted, electionAtMs);
    }
  }

  /** When `tick` has something to do next. */
  get deadlineMs(): number {
    const { state } = this;
    switch (state.name) {
      case "unattached":
        return this.isVoter ? state.electionAtMs : Number.POSITIVE_INFINITY;
      case "resigned":
        return state.electionAtMs;
      case "follower":
        return this.isVoter ? state.fetchTimeoutAtMs : Number.POSITIVE_INFINITY;
      case "prospective":
      case "candidate":
        return Math.min(state.timeoutAtMs, state.giveUpAtMs);
      case "leader":
        return state.followers.size > 0 ? state.checkQuorumAtMs : Number.POSITIVE_INFINITY;
      default:
        return unreachable(state);
    }
  }

  /** Does what time asks for; a candidate that has won stays one, since becoming the leader is the driver's. */
  tick(nowMs: number): void {
    const { state } = this;
    switch (state.name) {
      case "unattached":
        if (this.isVoter && nowMs >= state.electionAtMs) this.becomeProspective(nowMs);
        break;
      case "resigned":
        if (nowMs < state.electionAtMs) break;
        this.becomeUnattached(state.epoch + 1, null, nowMs);
        if (state.isAwaited) (this.state as Unattached).electionAtMs = nowMs;
        break;
      case "follower":
        if (this.isVoter && nowMs >= state.fetchTimeoutAtMs) this.becomeProspective(nowMs);
        break;
      case "prospective":
        if (!this.isVoter) this.loseProspective(nowMs);
        else if (state.ballot.isWon) this.becomeCandidate(nowMs);
        else if (nowMs >= state.timeoutAtMs || nowMs >= state.giveUpAtMs) this.loseProspective(nowMs);
        break;
      case "candidate":
        if (state.ballot.isWon) break;
        if (nowMs < state.timeoutAtMs && nowMs < state.giveUpAtMs) break;
        this.lostRounds++;
        if (this.isVoter) this.becomeProspective(nowMs);
        else this.becomeUnattached(state.epoch, null, nowMs);
        break;
      case "leader":
        if (state.hasLostQuorum(nowMs)) this.becomeResigned(nowMs);
        break;
    }
  }

  /** There is a sign that nobody leads: the connection to the leader broke, or at start a majority is there and none knows a leader. */
  onNobodyLeads(nowMs: number): void {
    const { state } = this;
    if (state.leaderId !== null) this.letGo(state.leaderId);
    if (!this.isVoter) {
      if (state.name === "follower") state.onLeaderGone(Number.POSITIVE_INFINITY);
      return;
    }
    switch (state.name) {
      case "follower":
        if (!state.leaderIsGone) state.onLeaderGone(nowMs + this.electionDelay(state.leaderId));
        break;
      case "unattached":
        state.electionAtMs = Math.min(state.electionAtMs, nowMs + this.electionDelay(state.leaderId));
        break;
      case "resigned":
        if (state.untold.size === 0) state.standBy(nowMs + FORMER_LEADER_MS);
        break;
      default:
        break;
    }
  }

  /** EndQuorumEpoch from the leader: voters start in the order in which it prefers them. */
  onLeaderEnds(preferred: readonly ReplicaKey[], nowMs: number): void {
    const { state } = this;
    if (state.name !== "follower") return;
    this.letGo(state.leaderId);
    const place = preferred.findIndex((key) => key.id === this.local.id);
    const max = this.times.electionBackoffMaxMs;
    let delay = max;
    if (place === 0 || preferred.length === 0) delay = 0;
    else if (place > 0) delay = Math.min(max, (max >> (preferred.length - 1)) << (place - 1));
    state.hasFetched = false;
    state.fetchTimeoutAtMs = nowMs + delay;
  }

  /** A fetch from the leader succeeded. */
  onFetched(nowMs: number): void {
    const { state } = this;
    if (state.name !== "follower") return;
    this.lostRounds = 0;
    state.onFetched(nowMs + this.times.fetchTimeoutMs);
  }

  /** Somebody says who leads `epoch`; null: it does not know. */
  observe(leaderId: number | null, epoch: number, endpoints: readonly RaftEndpoint[], nowMs: number): Observation {
    const { state } = this;
    if (epoch < state.epoch) return "older";
    if (epoch > EPOCH_MAX) return "conflict";
    if (leaderId === this.local.id) {
      if (epoch === state.epoch && state.leaderId === leaderId) return "known";
      // This replica led that epoch and forgot it, with all that it had promised then.
      this.becomeUnattached(epoch + 1, null, nowMs);
      return "changed";
    }
    if (epoch > state.epoch) {
      if (leaderId === null) this.becomeUnattached(epoch, null, nowMs);
      else this.becomeFollower(epoch, leaderId, endpoints, nowMs);
      return "changed";
    }
    if (leaderId === null) return "known";
    if (state.leaderId !== null && state.leaderId !== leaderId) return "conflict";
    // A leader refuses itself no epoch; nothing may make it, or one that led, a follower in the same.
    if (state.name === "leader" || state.name === "resigned") return "conflict";
    const found = endpoints.length > 0 ? endpoints : this.endpointsOf(leaderId);
    if (state.name === "follower" && found.length <= state.leaderEndpoints.length) return "known";
    if (state.name === "unattached" && state.leaderId === leaderId && found.length === 0) return "known";
    this.becomeFollower(epoch, leaderId, found, nowMs);
    return "changed";
  }

  /**
   * Whether the candidate gets the vote, or the pre-vote; a vote is noted. `isLonger`: its log is longer than ours; `isUpToDate`: it is not
   * shorter.
   */
  vote(candidate: ReplicaKey, isUpToDate: boolean, isLonger: boolean, isPreVote: boolean, nowMs: number): boolean {
    if (isPreVote) return this.preVote(candidate, isUpToDate, isLonger, nowMs);
    const { state } = this;
    if (!isUpToDate) this.standInstead(nowMs);
    if (!state.canGrantVote(candidate, isUpToDate, false)) return false;
    this.hold(candidate.id, nowMs + VOTE_HOLD_MS);
    if (state.name === "prospective") {
      state.voted = candidate;
    } else {
      assert(state.name === "unattached", "votes are given in two states");
      this.state = new Unattached(state.epoch, null, candidate, nowMs + this.electionTimeout());
    }
    return true;
  }

  /**
   * A pre-vote binds nobody, but two that get them at the same time would stand against each other, and each lost round costs several
   * syncs: so for a moment it is given to one only, and of two that ask each other the one with the lower id goes on.
   */
  private preVote(candidate: ReplicaKey, isUpToDate: boolean, isLonger: boolean, nowMs: number): boolean {
    const { state } = this;
    if (!isUpToDate) this.standInstead(nowMs);
    if (!state.canGrantVote(candidate, isUpToDate, true)) return false;
    if (nowMs < this.heldUntilMs && this.heldFor !== candidate.id) return false;
    if (state.name === "prospective") {
      if (!isLonger && this.local.id < candidate.id && !state.ballot.isHopeless) return false;
      this.leaveProspective(state, nowMs);
    }
    this.hold(candidate.id, nowMs + HOLD_MS);
    this.holdBack(nowMs + HOLD_MS);
    return true;
  }

  private hold(candidateId: number, untilMs: number): void {
    this.heldFor = candidateId;
    this.heldUntilMs = untilMs;
  }

  /** The one that got a vote does not go on with it. */
  private letGo(candidateId: number): void {
    if (this.heldFor === candidateId) this.heldUntilMs = Number.NEGATIVE_INFINITY;
  }

  /** The one that asks cannot be elected by this voter, but this voter perhaps by it. */
  private standInstead(nowMs: number): void {
    const { state } = this;
    if (!this.isVoter) return;
    const isFree = state.name === "unattached" && state.leaderId === null && state.voted === null;
    if (isFree) state.electionAtMs = Math.min(state.electionAtMs, nowMs + this.retryDelay());
    else if (state.name === "resigned" && state.untold.size === 0) state.standBy(nowMs + this.retryDelay());
  }

  private holdBack(untilMs: number): void {
    const { state } = this;
    if (state.name === "unattached" || state.name === "resigned") {
      state.electionAtMs = Math.max(state.electionAtMs, untilMs);
    } else if (state.name === "follower") {
      state.fetchTimeoutAtMs = Math.max(state.fetchTimeoutAtMs, untilMs);
    }
  }

  /** An answer to a vote or pre-vote of this replica in the running round. */
  onAnswer(voterId: number, isGranted: boolean, nowMs: number): void {
    const { state } = this;
    if (state.name !== "prospective" && state.name !== "candidate") return;
    if (isGranted) state.ballot.grant(voterId);
    else state.ballot.reject(voterId);
    this.judgeRound(state, nowMs);
  }

  /** A voter could not be asked: the connection was refused or broke. */
  onUnreachable(voterId: number, nowMs: number): void {
    const { state } = this;
    this.letGo(voterId);
    if (state.name !== "prospective" && state.name !== "candidate") return;
    state.ballot.miss(voterId);
    this.judgeRound(state, nowMs);
  }

  private judgeRound(state: Prospective | Candidate, nowMs: number): void {
    if (state.name === "prospective" && state.ballot.isWon) {
      this.becomeCandidate(nowMs);
    } else if (!state.ballot.isHopeless) {
      state.giveUpAtMs = Number.POSITIVE_INFINITY;
    } else if (state.giveUpAtMs === Number.POSITIVE_INFINITY) {
      state.giveUpAtMs = nowMs + this.retryDelay();
    }
  }

  becomeUnattached(epoch: number, leaderId: number | null, nowMs: number): void {
    const { state } = this;
    assert(epoch >= state.epoch, "epochs do not go back");
    const voted = epoch === state.epoch ? state.voted : null;
    const electionAtMs = nowMs + this.electionTimeout();
    this.state = new Unattached(epoch, leaderId, voted, electionAtMs);
  }

  becomeFollower(epoch: number, leaderId: number, endpoints: readonly RaftEndpoint[], nowMs: number): void {
    const { state } = this;
    assert(epoch >= state.epoch, "epochs do not go back");
    const voted = epoch === state.epoch ? state.voted : null;
    const found = endpoints.length > 0 ? endpoints : this.endpointsOf(leaderId);
    if (found.length === 0) {
      // Nobody to fetch from: others are asked where it is.
      this.becomeUnattached(epoch, leaderId, nowMs);
      return;
    }
    this.state = new Follower(epoch, leaderId, found, voted, nowMs + this.times.fetchTimeoutMs);
  }

  becomeProspective(nowMs: number): void {
    const { state } = this;
    const endpoints = state.name === "follower" || state.name === "prospective" ? state.leaderEndpoints : [];
    const timeoutAtMs = nowMs + this.electionTimeout();
    const { epoch, leaderId, voted } = state;
    const next = new Prospective(epoch, leaderId, endpoints, voted, this.voterSet(), this.local.id, timeoutAtMs);
    this.state = next;
    // Alone, it need not ask.
    if (next.ballot.isWon) this.becomeCandidate(nowMs);
  }

  becomeCandidate(nowMs: number): void {
    const timeoutAtMs = nowMs + this.electionTimeout();
    this.hold(this.local.id, nowMs + HOLD_MS);
    this.state = new Candidate(this.state.epoch + 1, this.local, this.voterSet(), timeoutAtMs);
  }

  /** The candidate's vote for itself is durable. */
  onOwnVoteDurable(): void {
    if (this.state.name === "candidate") this.state.ballot.grant(this.local.id);
  }

  /** `epochStartOffset`: where the batch that opens the epoch will lie. */
  becomeLeader(epochStartOffset: number, nowMs: number): Leader {
    const { state } = this;
    assert(state.name === "candidate" && state.ballot.isWon, "only a candidate with a majority leads");
    this.lostRounds = 0;
    const granting = state.ballot.grantingIds();
    const { epoch, voted } = state;
    const { fetchTimeoutMs } = this.times;
    const leader = new Leader(
      epoch,
      this.local,
      voted,
      this.voterSet(),
      granting,
      epochStartOffset,
      fetchTimeoutMs,
      nowMs,
    );
    this.state = leader;
    return leader;
  }

  becomeResigned(nowMs: number): Resigned {
    const { state } = this;
    assert(state.name === "leader", "only a leader resigns");
    const untold = [...state.followers.keys()];
    const resigned = new Resigned(
      state.epoch,
      this.local.id,
      state.voted,
      untold,
      state.preferredSuccessors(),
      nowMs + this.electionTimeout(),
    );
    this.state = resigned;
    return resigned;
  }

  private loseProspective(nowMs: number): void {
    const { state } = this;
    assert(state.name === "prospective", "a pre-vote is lost by who asked for it");
    this.lostRounds++;
    this.leaveProspective(state, nowMs);
  }

  private leaveProspective(state: Prospective, nowMs: number): void {
    if (state.leaderId !== null && state.leaderId !== this.local.id && state.leaderEndpoints.length > 0) {
      this.becomeFollower(state.epoch, state.leaderId, state.leaderEndpoints, nowMs);
    } else {
      this.becomeUnattached(state.epoch, state.leaderId, nowMs);
      (this.state as Unattached).electionAtMs = nowMs + this.retryDelay();
    }
  }

  /** Kafka's: between one and two election timeouts. */
  private electionTimeout(): number {
    const { electionTimeoutMs } = this.times;
    return electionTimeoutMs + this.random.below(Math.max(1, electionTimeoutMs));
  }

  /** Voters start one after another, so that the first wins; those that lost a round at random. */
  private electionDelay(deadLeaderId: number | null): number {
    if (this.lostRounds > 0) return this.retryDelay();
    const others = this.voterSet().ids.filter((id) => id !== deadLeaderId || id === this.local.id);
    return Math.max(0, others.indexOf(this.local.id)) * STAGGER_MS;
  }

  private retryDelay(): number {
    const doublings = Math.min(Math.max(0, this.lostRounds - 1), RETRY_DOUBLINGS_MAX);
    return RETRY_MIN_MS + this.random.below(RETRY_SPREAD_MS << doublings);
  }
}
