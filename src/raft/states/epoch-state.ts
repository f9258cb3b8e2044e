import { type ReplicaKey, sameReplica } from "../voter-set.js";

/** What all six states of a replica have (Kafka: EpochState). Times are milliseconds of the awake clock (see `AwakeClock`). */
export interface EpochState {
  readonly epoch: number;
  readonly leaderId: number | null;
  /** For whom this replica voted in this epoch. */
  readonly voted: ReplicaKey | null;
  /** Whether a vote, or a pre-vote, may be given; it changes nothing. `isUpToDate`: the candidate's log is at least as long as ours. */
  canGrantVote(candidate: ReplicaKey, isUpToDate: boolean, isPreVote: boolean): boolean;
}

/** Of unattached and prospective replicas: a pre-vote binds nobody, a vote is given once in an epoch that has no leader. */
export function mayVote(state: EpochState, candidate: ReplicaKey, isUpToDate: boolean, isPreVote: boolean): boolean {
  if (isPreVote) return isUpToDate;
  if (state.voted !== null) return sameReplica(state.voted, candidate);
  return state.leaderId === null && isUpToDate;
}
