import type { ReplicaKey } from "../voter-set.js";
import { type EpochState, mayVote } from "./epoch-state.js";

/**
 * Knows an epoch, but no leader to follow (its endpoints may be unknown). "Voted" is this state with `voted` set.
 *
 * | event                                      | next        |
 * |--------------------------------------------|-------------|
 * | vote granted                               | unattached, voted |
 * | higher epoch without a leader              | unattached  |
 * | leader of this or a higher epoch found     | follower    |
 * | voter, election timeout or a sign of death | prospective |
 */
export class Unattached implements EpochState {
  readonly name = "unattached";
  readonly epoch: number;
  readonly leaderId: number | null;
  readonly voted: ReplicaKey | null;
  /** When a voter starts a pre-vote. */
  electionAtMs: number;

  constructor(epoch: number, leaderId: number | null, voted: ReplicaKey | null, electionAtMs: number) {
    this.epoch = epoch;
    this.leaderId = leaderId;
    this.voted = voted;
    this.electionAtMs = electionAtMs;
  }

  canGrantVote(candidate: ReplicaKey, isUpToDate: boolean, isPreVote: boolean): boolean {
    return mayVote(this, candidate, isUpToDate, isPreVote);
  }
}
