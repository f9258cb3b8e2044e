import type { RaftEndpoint, ReplicaKey, VoterSet } from "../voter-set.js";
import { Ballot } from "./ballot.js";
import { type EpochState, mayVote } from "./epoch-state.js";

/**
 * Asks whether it would be elected, without raising the epoch (KIP-996).
 *
 * | event                                          | next                        |
 * |------------------------------------------------|-----------------------------|
 * | majority of pre-votes, or a voter without Vote 2 | candidate, epoch + 1      |
 * | round lost or timed out, leader known          | follower of the same epoch  |
 * | round lost or timed out, no leader             | unattached of the same epoch |
 * | higher epoch                                   | unattached or follower      |
 * | leader of this epoch found                     | follower                    |
 * | vote granted                                   | prospective, voted          |
 */
export class Prospective implements EpochState {
  readonly name = "prospective";
  readonly epoch: number;
  readonly leaderId: number | null;
  readonly leaderEndpoints: readonly RaftEndpoint[];
  voted: ReplicaKey | null;
  readonly ballot: Ballot;
  readonly timeoutAtMs: number;
  /** When a hopeless round is given up; infinite while it has hope. */
  giveUpAtMs: number;

  constructor(
    epoch: number,
    leaderId: number | null,
    leaderEndpoints: readonly RaftEndpoint[],
    voted: ReplicaKey | null,
    voters: VoterSet,
    localId: number,
    timeoutAtMs: number,
  ) {
    this.epoch = epoch;
    this.leaderId = leaderId;
    this.leaderEndpoints = leaderEndpoints;
    this.voted = voted;
    this.ballot = new Ballot(voters);
    this.ballot.grant(localId);
    this.timeoutAtMs = timeoutAtMs;
    this.giveUpAtMs = Number.POSITIVE_INFINITY;
  }

  canGrantVote(candidate: ReplicaKey, isUpToDate: boolean, isPreVote: boolean): boolean {
    return mayVote(this, candidate, isUpToDate, isPreVote);
  }
}
