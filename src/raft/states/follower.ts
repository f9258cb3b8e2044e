import type { RaftEndpoint, ReplicaKey } from "../voter-set.js";
import type { EpochState } from "./epoch-state.js";

/**
 * Fetches from a leader; observers too.
 *
 * | event                                             | next                  |
 * |---------------------------------------------------|-----------------------|
 * | voter, fetch timeout, or the leader is gone       | prospective of the same epoch |
 * | observer, fetch timeout                           | stays; asks others for the leader |
 * | higher epoch                                      | unattached or follower |
 */
export class Follower implements EpochState {
  readonly name = "follower";
  readonly epoch: number;
  readonly leaderId: number;
  readonly leaderEndpoints: readonly RaftEndpoint[];
  readonly voted: ReplicaKey | null;
  /** Whether a fetch succeeded, since the connection to the leader was made: pre-votes are refused then. */
  hasFetched: boolean;
  /** When a voter starts a pre-vote. */
  fetchTimeoutAtMs: number;
  /** The connection to the leader broke, or the leader said that it leads no more. A fetch that succeeds takes it back. */
  leaderIsGone: boolean;
  /** Whether the leader was told the endpoints of this voter, and when to try again. */
  voterUpdated: boolean;
  updateVoterAtMs: number;

  constructor(
    epoch: number,
    leaderId: number,
    leaderEndpoints: readonly RaftEndpoint[],
    voted: ReplicaKey | null,
    fetchTimeoutAtMs: number,
  ) {
    this.epoch = epoch;
    this.leaderId = leaderId;
    this.leaderEndpoints = leaderEndpoints;
    this.voted = voted;
    this.hasFetched = false;
    this.fetchTimeoutAtMs = fetchTimeoutAtMs;
    this.leaderIsGone = false;
    this.voterUpdated = false;
    this.updateVoterAtMs = 0;
  }

  onFetched(fetchTimeoutAtMs: number): void {
    this.hasFetched = true;
    this.leaderIsGone = false;
    this.fetchTimeoutAtMs = fetchTimeoutAtMs;
  }

  /** `electionAtMs`: when a voter starts a pre-vote, unless a fetch succeeds before. */
  onLeaderGone(electionAtMs: number): void {
    this.hasFetched = false;
    if (this.leaderIsGone) return;
    this.leaderIsGone = true;
    this.fetchTimeoutAtMs = Math.min(this.fetchTimeoutAtMs, electionAtMs);
  }

  canGrantVote(_candidate: ReplicaKey, isUpToDate: boolean, isPreVote: boolean): boolean {
    return isPreVote && isUpToDate && !this.hasFetched;
  }
}
