import type { ReplicaKey } from "../voter-set.js";
import type { EpochState } from "./epoch-state.js";

/**
 * Led this epoch and does so no more: it resigned, or restarted. It never appends in this epoch again, and never votes in it.
 *
 * | event                             | next                  |
 * |-----------------------------------|-----------------------|
 * | timeout, soon where it is awaited | unattached, epoch + 1 |
 * | higher epoch                      | unattached or follower |
 */
export class Resigned implements EpochState {
  readonly name = "resigned";
  readonly epoch: number;
  readonly leaderId: number;
  readonly voted: ReplicaKey | null;
  /** Voters to whom EndQuorumEpoch is to be sent; each leaves once it answered. */
  readonly untold: Set<number>;
  /** Who should follow, the best first. */
  readonly preferred: readonly ReplicaKey[];
  electionAtMs: number;
  /** The others are there and nobody leads: should they not elect one of them, this one stands as soon as it may. */
  isAwaited: boolean;

  constructor(
    epoch: number,
    localId: number,
    voted: ReplicaKey | null,
    untold: Iterable<number>,
    preferred: readonly ReplicaKey[],
    electionAtMs: number,
  ) {
    this.epoch = epoch;
    this.leaderId = localId;
    this.voted = voted;
    this.untold = new Set(untold);
    this.preferred = preferred;
    this.electionAtMs = electionAtMs;
    this.isAwaited = false;
  }

  standBy(electionAtMs: number): void {
    this.isAwaited = true;
    this.electionAtMs = Math.min(this.electionAtMs, electionAtMs);
  }

  canGrantVote(_candidate: ReplicaKey, isUpToDate: boolean, isPreVote: boolean): boolean {
    return isPreVote && isUpToDate;
  }
}
