import { type Uuid, ZERO_UUID } from "../../base/uuid.js";
import { type ReplicaKey, sameReplica, type Voter, type VoterSet } from "../voter-set.js";
import type { EpochState } from "./epoch-state.js";

const OBSERVER_SESSION_MS = 300_000;
const CHECK_QUORUM_FACTOR = 1.5;
/** A fetch waits 500 ms at most; so long after a majority's last ones nobody is there. */
const RECENTLY_MS = 800;
const CAUGHT_UP_RECENTLY_MS = 3_600_000;

/** What the leader knows of another replica. */
export class ReplicaProgress {
  readonly id: number;
  directoryId: Uuid;
  /** Exclusive end of what it has on disk; −1 unknown. */
  endOffset: number;
  /** By the awake clock, for judging; −∞ never. */
  lastFetchMs: number;
  /** By the wall clock, for DescribeQuorum; −1 never. */
  lastFetchTimestamp: number;
  lastCaughtUpTimestamp: number;
  /** The leader's end when it last fetched. */
  leaderEndAtFetch: number;

  constructor(id: number, directoryId: Uuid) {
    this.id = id;
    this.directoryId = directoryId;
    this.endOffset = -1;
    this.lastFetchMs = Number.NEGATIVE_INFINITY;
    this.lastFetchTimestamp = -1;
    this.lastCaughtUpTimestamp = -1;
    this.leaderEndAtFetch = -1;
  }
}

/**
 * Leads its epoch.
 *
 * | event                                                | next                   |
 * |------------------------------------------------------|------------------------|
 * | 1.5 × fetch timeout without fetches of a majority    | resigned               |
 * | removed from the committed voters, or shut down      | resigned               |
 * | higher epoch                                         | unattached or follower |
 */
export class Leader implements EpochState {
  readonly name = "leader";
  readonly epoch: number;
  readonly leaderId: number;
  readonly voted: ReplicaKey | null;
  readonly local: ReplicaKey;
  /** Offset of the batch that opens the epoch. */
  readonly epochStartOffset: number;
  readonly granting: readonly number[];
  /** Exclusive; −1 until something of this epoch is committed. */
  highWatermark: number;
  voters: VoterSet;
  /** Voters other than this one, by id. */
  readonly followers: Map<number, ReplicaProgress>;
  readonly observers: Map<string, ReplicaProgress>;
  /** End of this replica's log on disk. */
  localEndOffset: number;
  /** Under kraft.version 0: what voters told of themselves, which the log cannot hold. */
  readonly volatileVoters: Map<number, Voter>;
  checkQuorumAtMs: number;
  beginEpochAtMs: number;
  private readonly fetchTimeoutMs: number;
  private readonly fetched: Set<number>;

  constructor(
    epoch: number,
    local: ReplicaKey,
    voted: ReplicaKey | null,
    voters: VoterSet,
    granting: readonly number[],
    epochStartOffset: number,
    fetchTimeoutMs: number,
    nowMs: number,
  ) {
    this.epoch = epoch;
    this.leaderId = local.id;
    this.voted = voted;
    this.local = local;
    this.epochStartOffset = epochStartOffset;
    this.granting = granting;
    this.highWatermark = -1;
    this.voters = voters;
    this.followers = new Map();
    this.observers = new Map();
    this.localEndOffset = -1;
    this.volatileVoters = new Map();
    this.fetchTimeoutMs = fetchTimeoutMs;
    this.checkQuorumAtMs = nowMs + fetchTimeoutMs * CHECK_QUORUM_FACTOR;
    this.beginEpochAtMs = nowMs;
    this.fetched = new Set();
    for (const voter of voters.voters) {
      if (voter.id !== local.id) this.followers.set(voter.id, new ReplicaProgress(voter.id, voter.directoryId));
    }
  }

  canGrantVote(): boolean {
    return false;
  }

  /** New voters keep what is known of them as observers, and the other way round. */
  setVoters(voters: VoterSet): void {
    this.voters = voters;
    for (const progress of [...this.followers.values()]) {
      const voter = voters.find(progress.id);
      // Of a static quorum that becomes a dynamic one: its directory was not told before.
      if (progress.directoryId === ZERO_UUID && voter !== undefined) progress.directoryId = voter.directoryId;
      const key = { id: progress.id, directoryId: progress.directoryId };
      if (voters.isVoter(key)) continue;
      this.followers.delete(progress.id);
      this.fetched.delete(progress.id);
      if (progress.endOffset >= 0) this.observers.set(observerKey(key), progress);
    }
    for (const voter of voters.voters) {
      if (voter.id === this.local.id || this.followers.has(voter.id)) continue;
      const observer = this.observers.get(observerKey(voter));
      this.observers.delete(observerKey(voter));
      this.followers.set(voter.id, observer ?? new ReplicaProgress(voter.id, voter.directoryId));
    }
  }

  /** A valid fetch from `offset`; `leaderEnd`: end of this log. Answers whether the high watermark may have moved. */
  onFetch(replica: ReplicaKey, offset: number, leaderEnd: number, nowMs: number, wallMs: number): boolean {
    if (replica.id < 0 || replica.id === this.local.id) return false;
    const progress = this.progressOf(replica);
    if (offset >= leaderEnd) progress.lastCaughtUpTimestamp = Math.max(progress.lastCaughtUpTimestamp, wallMs);
    else if (progress.leaderEndAtFetch > 0 && offset >= progress.leaderEndAtFetch) {
      progress.lastCaughtUpTimestamp = Math.max(progress.lastCaughtUpTimestamp, progress.lastFetchTimestamp);
    }
    progress.leaderEndAtFetch = leaderEnd;
    progress.endOffset = offset;
    progress.lastFetchMs = nowMs;
    progress.lastFetchTimestamp = Math.max(progress.lastFetchTimestamp, wallMs);
    this.noteContact(replica, nowMs);
    return this.isFollower(replica);
  }

  /** A fetch, of whatever, by a voter: the quorum is there once a majority did so. */
  noteContact(replica: ReplicaKey, nowMs: number): void {
    if (!this.isFollower(replica)) return;
    this.fetched.add(replica.id);
    // A leader that is no voter itself (it is being removed) needs a majority of the others.
    const others = this.voters.majority - (this.voters.isVoter(this.local) ? 1 : 0);
    if (this.fetched.size < others) return;
    this.fetched.clear();
    this.checkQuorumAtMs = nowMs + this.fetchTimeoutMs * CHECK_QUORUM_FACTOR;
  }

  /** Whether the quorum was not there for so long that another may lead by now. */
  hasLostQuorum(nowMs: number): boolean {
    return this.followers.size > 0 && nowMs >= this.checkQuorumAtMs;
  }

  /** Whether a majority fetched a moment ago: somebody is there who could lead next. */
  hasSuccessor(nowMs: number): boolean {
    const fetchedMs = this.checkQuorumAtMs - this.fetchTimeoutMs * CHECK_QUORUM_FACTOR;
    return nowMs - fetchedMs <= RECENTLY_MS;
  }

  /** Moves the high watermark to what a majority of the voters has on disk, if that is of this epoch. */
  advance(): boolean {
    const ends: number[] = [];
    for (const voter of this.voters.voters) {
      ends.push(voter.id === this.local.id ? this.localEndOffset : (this.followers.get(voter.id)?.endOffset ?? -1));
    }
    ends.sort((a, b) => b - a);
    const candidate = ends.length === 0 ? -1 : ends[Math.floor(ends.length / 2)];
    if (candidate <= this.epochStartOffset || candidate <= this.highWatermark) return false;
    this.highWatermark = candidate;
    return true;
  }

  /** Voters that did not fetch lately. */
  silentVoters(nowMs: number): number[] {
    const since = nowMs - this.fetchTimeoutMs / 2;
    return [...this.followers.values()].filter((each) => each.lastFetchMs <= since).map((each) => each.id);
  }

  resetBeginEpoch(nowMs: number): void {
    this.beginEpochAtMs = nowMs + this.fetchTimeoutMs / 2;
  }

  /** Voters that may follow, those with the most first. */
  preferredSuccessors(): ReplicaKey[] {
    return [...this.followers.values()]
      .sort((a, b) => b.endOffset - a.endOffset || a.id - b.id)
      .map(({ id, directoryId }) => ({ id, directoryId }));
  }

  liveObservers(nowMs: number): ReplicaProgress[] {
    for (const [key, observer] of this.observers) {
      if (nowMs - observer.lastFetchMs >= OBSERVER_SESSION_MS) this.observers.delete(key);
    }
    return [...this.observers.values()];
  }

  /** Whether an observer may become a voter: it caught up, and fetched within the last hour. */
  isCaughtUp(replica: ReplicaKey, nowMs: number): boolean {
    const observer = this.observers.get(observerKey(replica));
    if (observer === undefined) return false;
    return observer.lastCaughtUpTimestamp > 0 && nowMs - observer.lastFetchMs < CAUGHT_UP_RECENTLY_MS;
  }

  isFollower(replica: ReplicaKey): boolean {
    const progress = this.followers.get(replica.id);
    if (progress === undefined) return false;
    return progress.directoryId === ZERO_UUID || sameReplica(progress, replica);
  }

  private progressOf(replica: ReplicaKey): ReplicaProgress {
    if (this.isFollower(replica)) return this.followers.get(replica.id) as ReplicaProgress;
    const key = observerKey(replica);
    let progress = this.observers.get(key);
    if (progress === undefined) {
      progress = new ReplicaProgress(replica.id, replica.directoryId);
      // Ids of observers come from the wire: a flood of them must not fill the memory.
      if (this.observers.size >= OBSERVERS_MAX) {
        const oldest = this.observers.keys().next().value;
        if (oldest !== undefined) this.observers.delete(oldest);
      }
      this.observers.set(key, progress);
    }
    return progress;
  }
}

const OBSERVERS_MAX = 10_000;

function observerKey(replica: ReplicaKey): string {
  return `${replica.id}/${replica.directoryId}`;
}
