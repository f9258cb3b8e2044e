import type { ConsoleEvent } from "./event.js";
import { type Evidence, ms } from "./parts.js";

/** One broker's way back, from the start of its process on. */
interface Return {
  readonly startedNs: number;
  /** What began then. */
  readonly began: string;
  /** Its log's end when it went; −1 unknown. */
  readonly endBefore: number;
  /** Offset from which it fetches on: what it had above that was cut. null: it asked for nothing yet. */
  from: number | null;
  bytes: number;
  records: number;
  /** When it had all that its leader has; null: not yet. */
  caughtUpNs: number | null;
  end: number;
}

/**
 * How brokers that failed come back. Mostly told by the leader, which is heard all the time: the broker itself is heard again only
 * when it may have caught up already.
 */
export class Returns {
  private readonly ends = new Map<number, number>();
  private readonly found = new Map<number, Return>();

  clear(): void {
    this.ends.clear();
    this.found.clear();
  }

  onGone(broker: number, end: number): void {
    this.ends.set(broker, end);
    this.found.delete(broker);
  }

  /** A process that is back is fenced until it has registered: it did not go again. */
  onFenced(broker: number, end: number): void {
    const known = this.found.get(broker);
    if (known === undefined ? !this.ends.has(broker) : known.caughtUpNs !== null) this.onGone(broker, end);
  }

  onUnfenced(broker: number, tNs: number): void {
    if (this.ends.has(broker) && !this.found.has(broker)) this.onBack(broker, tNs, "it was unfenced");
  }

  /** `began`: what did, in the words of a sentence that ends with it. */
  onBack(broker: number, tNs: number, began: string): void {
    const endBefore = this.ends.get(broker) ?? -1;
    const fresh = { startedNs: tNs, began, endBefore, from: null, bytes: 0, records: 0, caughtUpNs: null };
    this.found.set(broker, { ...fresh, end: endBefore });
  }

  /** Where the log of a broker that came back was cut; null: it was not, or nobody told. */
  cutOf(broker: number): number | null {
    const known = this.found.get(broker);
    return known === undefined || known.from === null || known.from >= known.endBefore ? null : known.from;
  }

  /** A leader's answer to a follower that comes back, or what such a follower says of itself. */
  add(event: ConsoleEvent): void {
    const { kind, offset = -1, detail = {} } = event;
    const known = this.found.get(kind.endsWith("fetched") ? (event.peer ?? -1) : event.broker);
    if (known === undefined) return;
    if (kind === "truncated") known.from = offset;
    else if (kind === "replica-fetched") known.from ??= offset;
    else if (kind === "caught-up") this.done(known, event.tNs, offset);
    else if (known.caughtUpNs !== null && event.tNs > known.caughtUpNs) return;
    else if (kind === "fetched") {
      known.from ??= offset;
      known.bytes += Number(detail.bytes ?? 0);
      known.records += Number(detail.to ?? offset) - offset;
      known.end = Math.max(known.end, Number(detail.to ?? -1));
    } else if (kind === "replica-appended" && detail.via === "protocol") {
      known.from ??= Number(detail.from);
      known.records += offset - Number(detail.from);
      known.end = Math.max(known.end, offset);
    }
  }

  /** It is in sync again, which it may not have told by itself. */
  onInSync(broker: number, tNs: number): void {
    const known = this.found.get(broker);
    if (known !== undefined) this.done(known, tNs, known.end);
  }

  private done(known: Return, tNs: number, end: number): void {
    known.caughtUpNs ??= tNs;
    known.end = Math.max(known.end, end);
  }

  get evidence(): Evidence[] {
    return [...this.found].flatMap(([broker, known]) => [
      { label: `Broker ${broker}'s log`, value: kept(known) },
      { label: `Broker ${broker} caught up`, value: caughtUp(known) },
    ]);
  }
}

function kept({ from, endBefore }: Return): string {
  if (from === null) return endBefore < 0 ? "missed nothing" : `ended at ${endBefore}: nothing was cut, nothing missed`;
  if (endBefore > from) return `ended at ${endBefore}, cut to ${from}`;
  return endBefore < 0 ? `goes on at ${from}` : `ended at ${endBefore}: nothing was cut`;
}

function caughtUp({ startedNs, began, caughtUpNs, bytes, records, end }: Return): string {
  if (caughtUpNs === null) return "not yet";
  const what = records === 1 ? "1 record" : `${records} records`;
  const size = bytes > 0 ? `${bytes} bytes, ` : "";
  const at = end < 0 ? "" : ` to ${end}`;
  return `${records === 0 ? "0 bytes" : size + what}${at}, ${ms(caughtUpNs - startedNs)} ms after ${began}`;
}
