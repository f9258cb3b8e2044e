import type { VoterSet } from "../voter-set.js";

/** Votes of one round (Kafka: EpochElection). */
export class Ballot {
  readonly voters: VoterSet;
  private readonly granted: Set<number>;
  private readonly rejected: Set<number>;
  private readonly unreachable: Set<number>;

  constructor(voters: VoterSet) {
    this.voters = voters;
    this.granted = new Set();
    this.rejected = new Set();
    this.unreachable = new Set();
  }

  grant(id: number): void {
    if (!this.voters.ids.includes(id) || this.rejected.has(id)) return;
    this.granted.add(id);
    this.unreachable.delete(id);
  }

  reject(id: number): void {
    if (!this.voters.ids.includes(id) || this.granted.has(id)) return;
    this.rejected.add(id);
    this.unreachable.delete(id);
  }

  /** Nothing listens there, or the connection broke: it may still answer later. */
  miss(id: number): void {
    if (this.voters.ids.includes(id) && !this.granted.has(id) && !this.rejected.has(id)) this.unreachable.add(id);
  }

  /** Voters without an answer. */
  unanswered(): number[] {
    return this.voters.ids.filter((id) => !this.granted.has(id) && !this.rejected.has(id));
  }

  grantingIds(): number[] {
    return this.voters.ids.filter((id) => this.granted.has(id));
  }

  get isWon(): boolean {
    return this.granted.size >= this.voters.majority;
  }

  /** Whether those that can still answer cannot make a majority: the round is lost, though not for good. */
  get isHopeless(): boolean {
    return this.voters.size - this.rejected.size - this.unreachable.size < this.voters.majority;
  }
}
