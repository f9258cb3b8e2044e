import type { BrokerEvent } from "../../base/events.js";
import type { Backend } from "./backend.js";

interface EventOf<K extends string> {
  readonly kind: K;
  /** Counts the events of one cluster as this process saw them, from 1. */
  readonly seq: number;
  /** Nanoseconds of this process's monotonic clock at which the event was seen. */
  readonly tNs: number;
  /** On which broker it happened. */
  readonly broker: number;
  /** The other broker concerned: the follower that fetched, the broker that was fenced. */
  readonly peer?: number;
  /** Why it happened, as a short phrase. */
  readonly cause?: string;
  readonly detail?: Readonly<Record<string, string | number | boolean | null>>;
}

interface OfPartition<K extends string> extends EventOf<K> {
  readonly topic: string;
  readonly partition: number;
  /** Leader epoch. */
  readonly epoch?: number;
}

interface AtOffset<K extends string> extends OfPartition<K> {
  readonly offset: number;
}

export type RecordEvent =
  | AtOffset<"validated">
  | AtOffset<"appended">
  | AtOffset<"replica-appended">
  | AtOffset<"replica-fetched">
  | AtOffset<"fetched">
  | OfPartition<"produce-received">
  | (OfPartition<"acknowledged"> & { readonly offset?: number });

export type HighWatermarkEvent = AtOffset<"high-watermark"> & { readonly hw: number; readonly leader?: number };
export type LeaderEvent = OfPartition<"leader"> & { readonly leader: number; readonly isr: readonly number[] };
export type IsrEvent = OfPartition<"isr"> & { readonly leader: number; readonly isr: readonly number[] };
export type ReplicaEvent = OfPartition<"elr"> | AtOffset<"truncated"> | AtOffset<"caught-up">;
export type BrokerStateEvent =
  | (EventOf<"fenced"> & { readonly peer: number })
  | (EventOf<"unfenced"> & { readonly peer: number });
/**
 * `detail`: `group`, `state`, the number of `members`, and `generation` where a broker told of it, with the `cause`: a member joined, left,
 * was not heard of in time, or the broker took the group over.
 */
export type GroupEvent = EventOf<"group">;
export type AdminEvent =
  | (EventOf<"topic"> & { readonly topic: string })
  | (EventOf<"config"> & { readonly topic?: string });
export type OffsetCommittedEvent = EventOf<"offset-committed"> & {
  readonly topic?: string;
  readonly partition?: number;
  readonly offset?: number;
};

/** What happened on a broker, told apart by `kind`. */
export type HoldfastEvent =
  | RecordEvent
  | HighWatermarkEvent
  | LeaderEvent
  | IsrEvent
  | ReplicaEvent
  | BrokerStateEvent
  | GroupEvent
  | AdminEvent
  | OffsetCommittedEvent;

export type HoldfastEventKind = HoldfastEvent["kind"];

const KEPT_MAX = 10_000;

/** The events of all brokers of a cluster in one row. They are gathered from the first time that somebody asks. */
export class EventLog {
  private readonly source: Backend;
  private kept: HoldfastEvent[];
  private lastSeq: number;
  private subscription: Promise<() => void> | null;
  private readonly listeners: Set<(event: HoldfastEvent | null) => void>;
  private isClosed: boolean;

  constructor(source: Backend) {
    this.source = source;
    this.kept = [];
    this.lastSeq = 0;
    this.subscription = null;
    this.listeners = new Set();
    this.isClosed = false;
  }

  /** The number of the newest event. */
  get newest(): number {
    return this.lastSeq;
  }

  get closed(): boolean {
    return this.isClosed;
  }

  /** Resolves when events are gathered: true, or false where the engine has none. */
  async begin(): Promise<boolean> {
    this.subscription ??= this.source.subscribe((broker, event) => this.add(broker, event));
    if (this.subscription === null) return false;
    const end = await this.subscription;
    if (this.isClosed) end();
    return true;
  }

  /** Calls `listener` for each new event, and with null at the end. Returns what stops that. */
  listen(listener: (event: HoldfastEvent | null) => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The oldest that is kept (of the newest ten thousand) with a number above `seq`. */
  after(seq: number): HoldfastEvent | null {
    if (this.kept.length === 0) return null;
    return this.kept[Math.max(0, seq + 1 - this.kept[0].seq)] ?? null;
  }

  async close(): Promise<void> {
    this.isClosed = true;
    for (const listener of [...this.listeners]) listener(null);
    this.listeners.clear();
    if (this.subscription !== null) (await this.subscription)();
    this.kept = [];
  }

  private add(broker: number, event: BrokerEvent): void {
    if (this.isClosed) return;
    const numbered = { ...event, seq: ++this.lastSeq, tNs: Math.round(performance.now() * 1e6), broker };
    // Each place that emits an event gives the fields of its kind.
    this.kept.push(numbered as HoldfastEvent);
    if (this.kept.length > KEPT_MAX * 2) this.kept = this.kept.slice(-KEPT_MAX);
    for (const listener of [...this.listeners]) listener(numbered as HoldfastEvent);
  }
}

/** Events above `since`, until `signal` is aborted or the cluster stops. What was emitted since the call is not missed. */
export class EventIterable implements AsyncIterable<HoldfastEvent> {
  private readonly log: EventLog;
  private readonly since: number;
  private readonly signal: AbortSignal | null;
  private readonly begun: Promise<unknown>;

  constructor(log: EventLog, since: number, signal: AbortSignal | null) {
    this.log = log;
    this.since = since;
    this.signal = signal;
    this.begun = log.begin();
    // It is told to whoever iterates.
    this.begun.catch(() => undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<HoldfastEvent, void, void> {
    const { log, signal } = this;
    let seen = this.since;
    await this.begun;
    while (signal?.aborted !== true) {
      const next = log.after(seen);
      if (next !== null) {
        seen = next.seq;
        yield next;
      } else if (log.closed) return;
      else await nextEvent(log, signal);
    }
  }
}

async function nextEvent(log: EventLog, signal: AbortSignal | null): Promise<void> {
  await new Promise<void>((resolve) => {
    const done = (): void => {
      stop();
      signal?.removeEventListener("abort", done);
      resolve();
    };
    const stop = log.listen(done);
    signal?.addEventListener("abort", done);
  });
}
