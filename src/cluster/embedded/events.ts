import type { BrokerEvent, BrokerEventKind } from "../../base/events.js";

/** What happened on a broker. `seq` counts the events of one cluster as this process saw them, from 1. */
export interface HoldfastEvent extends BrokerEvent {
  readonly kind: BrokerEventKind;
  readonly seq: number;
  /** Nanoseconds of this process's monotonic clock at which the event was seen. */
  readonly tNs: number;
  /** Of which broker. */
  readonly broker: number;
}

/** What a broker tells now, before it is numbered. */
export interface EventSource {
  /** `listener` is called for each event until the function that is returned is called. */
  subscribe(listener: (broker: number, event: BrokerEvent) => void): () => void;
}

const KEPT_MAX = 10_000;

/** The events of all brokers of a cluster in one row. They are gathered from the first time that somebody asks. */
export class EventLog {
  private readonly source: EventSource;
  private kept: HoldfastEvent[];
  private lastSeq: number;
  private unsubscribe: (() => void) | null;
  private readonly listeners: Set<(event: HoldfastEvent) => void>;

  constructor(source: EventSource) {
    this.source = source;
    this.kept = [];
    this.lastSeq = 0;
    this.unsubscribe = null;
    this.listeners = new Set();
  }

  /** Those with a number above `since` that are kept (the newest ten thousand), then each new one. Returns what ends it. */
  listen(since: number, listener: (event: HoldfastEvent) => void): () => void {
    this.unsubscribe ??= this.source.subscribe((broker, event) => this.add(broker, event));
    for (const event of this.kept) if (event.seq > since) listener(event);
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /** The number of the newest event. */
  get newest(): number {
    return this.lastSeq;
  }

  close(): void {
    this.unsubscribe?.();
    this.unsubscribe = null;
    this.listeners.clear();
    this.kept = [];
  }

  private add(broker: number, event: BrokerEvent): void {
    const numbered = { ...event, seq: ++this.lastSeq, tNs: Math.round(performance.now() * 1e6), broker };
    this.kept.push(numbered);
    if (this.kept.length > KEPT_MAX * 2) this.kept = this.kept.slice(-KEPT_MAX);
    for (const listener of [...this.listeners]) listener(numbered);
  }
}

/** Whether all fields of `match` are those of the event; arrays are compared without regard to order. */
export function matches(event: HoldfastEvent, match: object): boolean {
  return Object.entries(match).every(([name, wanted]) => {
    const found = (event as unknown as Record<string, unknown>)[name];
    if (!Array.isArray(wanted)) return found === wanted;
    return (
      Array.isArray(found) &&
      found.length === wanted.length &&
      [...wanted].sort().every((each, at) => each === [...found].sort()[at])
    );
  });
}

/** Iterates over events until `signal` is aborted or the cluster stops. */
export async function* iterate(
  log: EventLog,
  since: number,
  signal: AbortSignal | null,
): AsyncGenerator<HoldfastEvent, void, void> {
  const waiting: HoldfastEvent[] = [];
  let wake: (() => void) | null = null;
  const onAbort = (): void => wake?.();
  const end = log.listen(since, (event) => {
    waiting.push(event);
    wake?.();
  });
  signal?.addEventListener("abort", onAbort);
  try {
    while (!signal?.aborted) {
      const next = waiting.shift();
      if (next !== undefined) {
        yield next;
        continue;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
        if (signal?.aborted) resolve();
      });
      wake = null;
    }
  } finally {
    end();
    signal?.removeEventListener("abort", onAbort);
  }
}
