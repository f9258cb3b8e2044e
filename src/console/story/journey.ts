import { type Bounds, intersection, UNBOUNDED } from "../../base/clock-bounds.js";
import { type BrokerTime, Clocks } from "./clocks.js";
import type { ConsoleEvent } from "./event.js";
import { ms, type Run } from "./parts.js";

/** One thing on the way of a record, by its broker's own clock. */
interface JourneyMark extends BrokerTime {
  readonly key: string;
  readonly label: string;
  readonly seq: number;
}

/**
 * A mark, and how long after the first it was, ns: `low` equals `high` where both were read from one clock; else it was somewhere between
 * them, and `high` may be infinite.
 */
export interface JourneyStop extends Bounds {
  readonly key: string;
  readonly label: string;
  readonly broker: number;
}

const EARLY_MAX = 200;

/** The way of one record through the cluster, by the brokers' own times. */
export class Journey {
  readonly clocks = new Clocks();
  private readonly found = new Map<string, JourneyMark>();

  /** Heard before the leader told the record's offset: brokers are heard one by one. */
  private early: ConsoleEvent[] = [];

  clear(): void {
    this.found.clear();
    this.early = [];
  }

  has(key: string): boolean {
    return this.found.has(key);
  }

  /** In the order of their times, as far as these are known. */
  get stops(): JourneyStop[] {
    const marks = [...this.found.values()].map((mark) => ({
      ...mark,
      clock: mark.clock || this.clocks.of(mark.broker),
    }));
    marks.sort((a, b) => stageOf(a.key) - stageOf(b.key) || a.tNs - b.tNs || a.seq - b.seq);
    if (marks.length === 0) return [];
    const begin = marks[0];
    const all = this.bounded(begin, marks);
    // One that was read from the clock of the first may have been told before it, when the socket's turn was not heard.
    const first = Math.min(
      ...marks
        .map(({ key }) => all.get(key) as Bounds)
        .filter(isExact)
        .map(({ low }) => low),
    );
    return marks
      .map(({ key, label, broker }) => {
        const { low, high } = all.get(key) as Bounds;
        return { key, label, broker, low: low - first, high: high - first };
      })
      .sort((a, b) => middle(a) - middle(b));
  }
  /** `isBroken`: a broker failed since; copies that are made later belong to another part of the story. */
  add(event: ConsoleEvent, run: Run | null, leader: number, isBroken: boolean): void {
    if (run === null || event.detail?.via === "protocol") return;
    const { kind, detail = {}, peer } = event;
    const offset = event.offset ?? -1;
    const record = run.offset;
    if (kind === "produce-received" && detail.client === run.client) this.mark(event, "received", "Request parsed");
    if (record === null) {
      if (this.early.length < EARLY_MAX) this.early.push(event);
      return;
    }
    if (this.early.length > 0) {
      const { early } = this;
      this.early = [];
      for (const each of early) this.add(each, run, leader, isBroken);
    }
    if (isBroken && kind !== "fetched" && kind !== "offset-committed") return;
    const holds = offset <= record && offset + Number(detail.records ?? 1) > record;
    if (kind === "validated" && holds) this.mark(event, "validated", "Batch validated");
    if (kind === "appended" && holds) this.mark(event, "appended", "Appended by the leader");
    if (kind === "fetched" && peer !== undefined && !isBroken && offset <= record && Number(detail.to) > record)
      this.mark(event, `sent-${peer}`, `Sent to follower ${peer}`);
    if (kind === "replica-appended" && offset > record && Number(detail.from ?? 0) <= record)
      this.mark(event, `copied-${event.broker}`, `Appended by follower ${event.broker}`);
    if (kind === "replica-fetched" && offset > record && peer !== undefined)
      this.mark(event, `told-${peer}`, `Follower ${peer}'s next fetch tells the leader`);
    if (kind === "high-watermark" && event.broker === (event.leader ?? leader) && (event.hw ?? -1) > record)
      this.mark(event, "committed", "High watermark passes it");
    if (kind === "acknowledged" && detail.client === run.client)
      this.mark(event, "acknowledged", "Acknowledgement leaves");
    if (kind === "fetched" && peer === undefined && detail.client === `holdfast-reader-${run.id}`)
      this.mark(event, "read", "Sent to the consumer");
    if (kind === "offset-committed" && detail.group === "breakdown-reader" && offset > record)
      this.mark(event, "position", "Consumer's position committed");
  }

  /** By key: when each was, after `begin`. `marks` are in the order of their stages. */
  private bounded(begin: JourneyMark, marks: readonly JourneyMark[]): Map<string, Bounds> {
    const exact = new Map<string, Bounds>();
    for (const mark of marks)
      if (this.clocks.areOne(begin, mark)) exact.set(mark.key, this.clocks.between(begin, mark));
    const caused = confined(marks, (mark) => exact.get(mark.key) ?? UNBOUNDED, exact);
    return confined(
      marks,
      (mark) => {
        const byCause = caused.get(mark.key) as Bounds;
        // What was measured and contradicts what must be is worth nothing.
        return exact.get(mark.key) ?? intersection(byCause, this.clocks.between(begin, mark)) ?? byCause;
      },
      exact,
    );
  }

  private mark(event: ConsoleEvent, key: string, label: string): void {
    if (this.found.has(key)) return;
    const { broker, tNs, seq } = event;
    this.found.set(key, { key, label, broker, tNs, seq, clock: this.clocks.of(broker) });
  }
}

/** What each stop comes after, whatever the clocks say; "-" stands for the follower's id. */
const AFTER: Readonly<Record<string, readonly string[]>> = {
  received: [],
  validated: ["received"],
  appended: ["validated", "received"],
  "sent-": ["appended", "received"],
  "copied-": ["sent-", "appended", "received"],
  "told-": ["copied-", "sent-", "appended", "received"],
  committed: ["appended", "received"],
  acknowledged: ["appended", "received"],
  read: ["committed", "appended", "received"],
  position: ["read", "committed", "appended", "received"],
};
const STAGES = Object.keys(AFTER);

function kindOf(key: string): string {
  return key.replace(/\d+$/, "");
}

function stageOf(key: string): number {
  return STAGES.indexOf(kindOf(key));
}

/** Narrows what is known of each stop by those that must come before and after it; those in `exact` stay as they are. */
function confined(
  marks: readonly JourneyMark[],
  known: (mark: JourneyMark) => Bounds,
  exact: ReadonlyMap<string, Bounds>,
): Map<string, Bounds> {
  const found = new Map(marks.map((mark) => [mark.key, known(mark)]));
  const narrow = (key: string, low: number, high: number): void => {
    const before = found.get(key) as Bounds;
    if (!exact.has(key)) found.set(key, { low: Math.max(before.low, low), high: Math.min(before.high, high) });
  };
  const before = ({ key }: JourneyMark): string[] => {
    const follower = key.slice(kindOf(key).length);
    return AFTER[kindOf(key)]
      .map((each) => (each.endsWith("-") ? each + follower : each))
      .filter((each) => found.has(each));
  };
  for (const mark of marks)
    for (const each of before(mark)) narrow(mark.key, (found.get(each) as Bounds).low, Number.POSITIVE_INFINITY);
  for (const mark of marks.toReversed())
    for (const each of before(mark)) narrow(each, Number.NEGATIVE_INFINITY, (found.get(mark.key) as Bounds).high);
  return found;
}

export function isExact({ low, high }: Bounds): boolean {
  return low === high;
}

function middle({ low, high }: Bounds): number {
  return high === Number.POSITIVE_INFINITY ? low : (low + high) / 2;
}

/** A duration in words, ms: "0.84", or within which bounds it lies. */
export function within({ low, high }: Bounds): string {
  if (low === high) return ms(low);
  return high === Number.POSITIVE_INFINITY ? `${ms(low)} or more` : `${ms(low)} to ${ms(high)}`;
}

/** Why some times are bounds; "": none is. */
export function whyBounded(stops: readonly JourneyStop[]): string {
  const brokers = [...new Set(stops.filter((stop) => !isExact(stop)).map(({ broker }) => broker))].sort(
    (a, b) => a - b,
  );
  if (brokers.length === 0) return "";
  const who = brokers.length === 1 ? `Broker ${brokers[0]} does` : `Brokers ${brokers.join(" and ")} do`;
  const whose = brokers.length === 1 ? "Its" : "Their";
  return `${who} not read the leader's clock. ${whose} times are round-trip bounds: from how long each clock took to answer, and from what must have come before and after.`;
}

export interface Verdict {
  readonly light: "lit" | "amber" | "red";
  readonly text: string;
}

/** What the copies of a committed record can survive. */
export function verdict(holders: readonly number[], isCommitted: boolean, fsync: boolean): Verdict {
  if (holders.length === 0) return { light: "red", text: "No copy is known." };
  if (!isCommitted) return { light: "amber", text: "Not committed yet: a change of leader may still drop it." };
  if (holders.length === 1) {
    const text = `One copy, on broker ${holders[0]}: it does not survive the loss of that broker's disk.`;
    return { light: "amber", text };
  }
  const power = fsync
    ? "power loss on all at once (each copy was on stable storage before the acknowledgement)"
    : "not certainly power loss on all at once (copies may be in the operating systems' memory)";
  if (holders.length === 2)
    return { light: "lit", text: `Survives the loss of either of brokers ${holders.join(" and ")}; ${power}.` };
  const pairs = holders.flatMap((a, i) => holders.slice(i + 1).map((b) => `${a} and ${b}`));
  const text = `Survives the loss of any one broker, and of the disks of any two (${pairs.join("; ")}); ${power}.`;
  return { light: "lit", text };
}
