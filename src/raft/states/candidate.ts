import type { ReplicaKey, VoterSet } from "../voter-set.js";
import { Ballot } from "./ballot.js";
import type { EpochState } from "./epoch-state.js";

/**
 * Voted for itself and asks the others.
 *
 * | event                       | next                             |
 * |-----------------------------|----------------------------------|
 * | majority of votes           | leader                           |
 * | round lost or timed out     | prospective of the same epoch    |
 * | higher epoch                | unattached or follower           |
 * | leader of this epoch found  | follower                         |
 *
 * Its own vote counts once it is durable.
 */
export class Candidate implements EpochState {
  readonly name = "candidate";
  readonly epoch: number;
  readonly leaderId = null;
  readonly voted: ReplicaKey;
  readonly ballot: Ballot;
  readonly timeoutAtMs: number;
  giveUpAtMs: number;

  constructor(epoch: number, local: ReplicaKey, voters: VoterSet, timeoutAtMs: number) {
    this.epoch = epoch;
    this.voted = local;
    this.ballot = new Ballot(voters);
    this.timeoutAtMs = timeoutAtMs;
    this.giveUpAtMs = Number.POSITIVE_INFINITY;
  }

  canGrantVote(_candidate: ReplicaKey, isUpToDate: boolean, isPreVote: boolean): boolean {
    return isPreVote && isUpToDate;
  }
}
