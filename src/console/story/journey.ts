import type { ConsoleEvent } from "./event.js";
import type { Run } from "./parts.js";

/** One thing on the way of a record; its span reaches from the mark before it. */
export interface JourneyMark {
  readonly key: string;
  readonly label: string;
  readonly where: string;
  readonly broker: number;
  readonly tNs: number;
  readonly seq: number;
}

const EARLY_MAX = 200;

/** The way of one record through the cluster, by the brokers' own times. */
export class Journey {
  private readonly found = new Map<string, JourneyMark>();

  /** Heard before the leader told the record's offset: brokers are heard one by one. */
  private early: ConsoleEvent[] = [];

  clear(): void {
    this.found.clear();
    this.early = [];
  }

  /** In the order of their times. */
  get marks(): JourneyMark[] {
    return [...this.found.values()].sort((a, b) => a.tNs - b.tNs || a.seq - b.seq);
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

  private mark(event: ConsoleEvent, key: string, label: string): void {
    if (this.found.has(key)) return;
    const { broker, tNs, seq } = event;
    this.found.set(key, { key, label, where: `broker ${broker}`, broker, tNs, seq });
  }
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
