import { RECOVERED } from "../metadata/image.js";
import type { Partition } from "./partition.js";

/** A change of the ISR that a leader asks the controller for. Until it is known to be refused, it may have been accepted. */
export class IsrProposal {
  readonly partition: Partition;
  readonly leaderEpoch: number;
  /** On which it builds: the controller accepts it only if nothing changed since. */
  readonly partitionEpoch: number;
  readonly isr: readonly number[];
  /** All that are, or may be, in the ISR: the high watermark respects them. */
  readonly maximalIsr: readonly number[];
  readonly leaderRecoveryState: number;

  constructor(partition: Partition, isr: readonly number[], maximalIsr: readonly number[]) {
    this.partition = partition;
    this.leaderEpoch = partition.leaderEpoch;
    this.partitionEpoch = partition.partitionEpoch;
    this.isr = isr;
    this.maximalIsr = maximalIsr;
    this.leaderRecoveryState = RECOVERED;
  }

  get isCurrent(): boolean {
    return this.partition.proposal === this;
  }
}
