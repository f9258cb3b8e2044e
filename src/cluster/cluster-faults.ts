import { type FaultState, NO_FAULTS } from "../node/fault-state.js";
import type { RequestFault } from "../server/request-faults.js";

/** What can be made to go wrong between and in the brokers of a cluster, next to what is done to their processes. */
export type ClusterFault =
  | {
      readonly kind: "partition";
      readonly a: readonly number[];
      readonly b: readonly number[];
      /** Only what `a` sends to `b` is lost. */
      readonly oneWay: boolean;
    }
  | { readonly kind: "slow-disk"; readonly broker: number; readonly msPerWrite: number }
  | {
      readonly kind: "requests";
      /** null: at every broker. */
      readonly broker: number | null;
      readonly fault: Omit<RequestFault, "id">;
    };

export interface FaultTarget {
  readonly id: number;
  /** On which it listens for others. */
  readonly ports: readonly number[];
}

/** The faults of a cluster, and what of them each broker is to do. */
export class ClusterFaults {
  private readonly targets: readonly FaultTarget[];
  private readonly apply: (broker: number, state: FaultState) => Promise<void>;
  private readonly active: Map<number, ClusterFault>;
  private lastId: number;

  /** `apply` hands a broker the whole of its faults; one that is down takes them when it starts. */
  constructor(targets: readonly FaultTarget[], apply: (broker: number, state: FaultState) => Promise<void>) {
    this.targets = targets;
    this.apply = apply;
    this.active = new Map();
    this.lastId = 0;
  }

  /** Resolves when the fault holds, with what ends it. */
  async add(fault: ClusterFault): Promise<() => Promise<void>> {
    const id = ++this.lastId;
    this.active.set(id, fault);
    try {
      await this.applyAll(concerned(fault));
    } catch (error) {
      this.active.delete(id);
      throw error;
    }
    return async () => {
      if (this.active.delete(id)) await this.applyAll(concerned(fault));
    };
  }

  /** Ends all that concern one broker; null: all. */
  async heal(broker: number | null): Promise<void> {
    for (const [id, fault] of [...this.active]) {
      const brokers = concerned(fault);
      if (broker === null || brokers === null || brokers.includes(broker)) this.active.delete(id);
    }
    await this.applyAll(null);
  }

  stateOf(broker: number): FaultState {
    if (this.active.size === 0) return NO_FAULTS;
    const cuts: { ports: readonly number[]; out: boolean; in: boolean }[] = [];
    const requests: RequestFault[] = [];
    let msPerWrite = 0;
    for (const [id, fault] of this.active) {
      if (fault.kind === "slow-disk") msPerWrite += fault.broker === broker ? fault.msPerWrite : 0;
      else if (fault.kind === "requests") {
        if (fault.broker === null || fault.broker === broker) requests.push({ ...fault.fault, id });
      } else {
        const isA = fault.a.includes(broker);
        if (!isA && !fault.b.includes(broker)) continue;
        const others = isA ? fault.b : fault.a;
        const ports = this.targets.filter((each) => others.includes(each.id)).flatMap((each) => each.ports);
        cuts.push({ ports, out: isA || !fault.oneWay, in: !isA || !fault.oneWay });
      }
    }
    return { cuts, msPerWrite, requests };
  }

  private async applyAll(brokers: readonly number[] | null): Promise<void> {
    const targets = this.targets.filter(({ id }) => brokers === null || brokers.includes(id));
    await Promise.all(targets.map(({ id }) => this.apply(id, this.stateOf(id))));
  }
}

/** null: every broker. */
function concerned(fault: ClusterFault): readonly number[] | null {
  if (fault.kind === "partition") return [...fault.a, ...fault.b];
  return fault.broker === null ? null : [fault.broker];
}
