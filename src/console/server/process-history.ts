import type { ObservedBroker, ObservedCluster } from "../../cluster/observed.js";
import type { ProcessChange } from "../shapes.js";

const KEPT_MAX = 50;

/** When each broker's process began, was paused and ended, since this console was started. */
export class ProcessHistory {
  private readonly changes = new Map<number, ProcessChange[]>();

  constructor(cluster: ObservedCluster | null) {
    for (const broker of cluster?.brokers ?? []) {
      this.add(broker, broker.pid);
      broker.onState.add((each, pid) => this.add(each, pid));
    }
  }

  /** The newest first. */
  of(broker: number): readonly ProcessChange[] {
    return [...(this.changes.get(broker) ?? [])].reverse();
  }

  private add({ plan, state, lastEnd }: ObservedBroker, pid: number | null): void {
    const known = this.changes.get(plan.id) ?? [];
    const hasEnded = state !== "running" && state !== "paused";
    known.push({ at: Date.now(), state, pid, cause: hasEnded ? lastEnd : "" });
    this.changes.set(plan.id, known.slice(-KEPT_MAX));
  }
}
