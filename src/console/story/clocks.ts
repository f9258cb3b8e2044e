import { type Bounds, type ClockSample, intersection, observedAt, UNBOUNDED } from "../../base/clock-bounds.js";
import type { ConsoleEvent } from "./event.js";

const KEPT_MAX = 16;

/** A time as a broker told it. */
export interface BrokerTime {
  readonly broker: number;
  readonly tNs: number;
  /** Names the broker's clock; "": nobody told of clocks, so that all are one. */
  readonly clock: string;
}

/** Which clocks the brokers read, and how they stand to each other, as far as `clock` events tell. */
export class Clocks {
  private readonly current = new Map<number, string>();
  private readonly samples = new Map<string, ClockSample[]>();

  add({ broker, detail = {} }: ConsoleEvent): void {
    const clock = String(detail.clock);
    const sample = { tNs: Number(detail.tNs), fromNs: Number(detail.fromNs), toNs: Number(detail.toNs) };
    this.current.set(broker, clock);
    // Who could not be asked for the time has told only which clock it reads.
    if (!Object.values(sample).every(Number.isFinite)) return;
    const key = `${broker} ${clock}`;
    const known = this.samples.get(key) ?? [];
    this.samples.set(key, [...known.slice(-KEPT_MAX), sample]);
  }

  /** "": it has not told. */
  of(broker: number): string {
    return this.current.get(broker) ?? "";
  }

  /** Whether the times of two brokers can be compared as they are. */
  areOne(a: BrokerTime, b: BrokerTime): boolean {
    if (a.broker === b.broker && a.clock === b.clock) return true;
    if (a.clock !== b.clock) return false;
    if (a.clock === "") return this.current.size === 0;
    // Copies of a virtual machine have one id and clocks of their own: what was measured then contradicts it.
    return intersection(this.observed(a, a.tNs), this.observed(b, a.tNs)) !== null;
  }

  /** How long after `a` it was when `b`. */
  between(a: BrokerTime, b: BrokerTime): Bounds {
    if (this.areOne(a, b)) return { low: b.tNs - a.tNs, high: b.tNs - a.tNs };
    const from = this.observed(a, a.tNs);
    const to = this.observed(b, b.tNs);
    return { low: to.low - from.high, high: to.high - from.low };
  }

  /** By the observer's clock. */
  private observed({ broker, clock }: BrokerTime, tNs: number): Bounds {
    const samples = this.samples.get(`${broker} ${clock}`);
    return samples === undefined ? UNBOUNDED : observedAt(samples, tNs);
  }
}
