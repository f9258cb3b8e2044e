import { randomBytes } from "node:crypto";
import type { BrokerEvent } from "../../base/events.js";
import { type ClockReading, probeClock } from "../../cluster/clock-probe.js";
import type { ObservedBroker } from "../../cluster/observed.js";
import type { TopicPartition } from "../../cluster/partition-offsets.js";
import { type ConsoleEvent, RECORD_KINDS } from "../story/event.js";
import { BrokerStream, type HeardBroker } from "./broker-stream.js";
import { ProtocolWatch } from "./protocol-watch.js";
import type { Target } from "./target.js";

export type Told = Omit<ConsoleEvent, "seq" | "tNs"> & { readonly tNs?: number };

const KEPT_MAX = 8192;
const OF_METADATA: ReadonlySet<string> = new Set(["leader", "isr", "elr", "topic", "config", "unfenced"]);
/** What brokers tell of the same change within this time is the same, ns: one that was paused tells it late. */
const SAME_NS = 30e9;
/** What is in effect is told this soon after somebody asked for it, ns. */
const ASKED_NS = 10e9;
/** Groups of which the last rebalance is remembered. */
const GROUPS_MAX = 2000;
/** After the last watcher left, the brokers' feeds are let go after this time, ms: then they cost nothing again. */
const KEEP_MS = 30_000;

export interface Watcher {
  /** Whose records it wants to hear of; null: of none. */
  readonly topic: string | null;
  /** Which of its partitions is asked about where brokers tell nothing by themselves. */
  readonly partition: number;
  onEvent(event: ConsoleEvent): void;
}

/** Why and when a group last began to rebalance, as far as it was heard. */
export interface Rebalance {
  /** ms since 1970. */
  readonly at: number;
  readonly cause: string;
  readonly generation: number;
}

/** The events of all brokers, of their processes and of this console, in one row. */
export class ConsoleFeed {
  /** Of this run of the console, in which events are numbered. */
  readonly run = randomBytes(6).toString("hex");
  private readonly target: Target;
  private readonly streams: BrokerStream[] = [];
  private readonly watchers = new Set<Watcher>();
  private readonly topics = new Map<string, number>();
  private readonly metadata = new Map<string, { readonly broker: number; readonly at: number }>();
  /** Who asked for configs last, by type and name. */
  private readonly asked = new Map<string, { readonly who: string; readonly at: number }>();
  private readonly rebalances = new Map<string, Rebalance>();
  /** By clocks: what is added to their times, ns, so that they stand in one row with this process's. */
  private readonly shifts = new Map<string, number>();
  private readonly clockShifts = {
    shiftOf: (clock: string): number | undefined => this.shifts.get(clock),
    learn: ({ clock, tNs, fromNs, toNs }: ClockReading): void => {
      if (!this.shifts.has(clock)) this.shifts.set(clock, Math.round((fromNs + toNs) / 2 - tNs));
    },
  };
  private listensSince = 0;
  private kept: ConsoleEvent[] = [];
  private lastSeq = 0;
  private idle: NodeJS.Timeout | null = null;
  private protocol: ProtocolWatch | null = null;
  private isOpen = false;
  private unsubscribe: (() => void) | null = null;

  constructor(target: Target) {
    this.target = target;
    for (const broker of target.local?.brokers ?? []) broker.onState.add(this.onProcess);
  }

  /** Whether brokers tell by themselves. */
  get source(): "events" | "protocol" {
    const { local, http } = this.target;
    if (local === null) return http.length > 0 ? "events" : "protocol";
    return local.subscribe !== null || local.brokers.some(({ plan }) => plan.httpPort !== null) ? "events" : "protocol";
  }

  get newest(): number {
    return this.lastSeq;
  }

  /** Events above `since` that are kept, then each new one. Returns what ends it. */
  watch(since: number, watcher: Watcher): () => void {
    if (this.idle !== null) clearTimeout(this.idle);
    this.idle = null;
    if (watcher.topic !== null) this.topics.set(watcher.topic, (this.topics.get(watcher.topic) ?? 0) + 1);
    this.open();
    const oldest = this.kept[0]?.seq ?? this.lastSeq + 1;
    if (since > this.lastSeq || since + 1 < oldest) {
      const cause = "Events were missed: what is shown began later.";
      watcher.onEvent({ seq: Math.max(0, oldest - 1), tNs: now(), broker: -1, kind: "gap", cause });
    }
    for (const event of this.kept) if (event.seq > since && concerns(watcher, event)) watcher.onEvent(event);
    this.watchers.add(watcher);
    this.protocol?.watch(this.places());
    return () => this.leave(watcher);
  }

  /**
   * Hears the brokers for a while although nobody watches: for a page that asks again and again. Why the group last rebalanced, and
   * since when that would have been heard, ms since 1970.
   */
  rebalanceOf(group: string): { last: Rebalance | null; since: number } {
    this.open();
    if (this.watchers.size === 0) this.letGo();
    return { last: this.rebalances.get(group) ?? null, since: this.listensSince };
  }

  tell(event: Told): void {
    const isOfRecord = RECORD_KINDS.has(event.kind);
    if (isOfRecord && !this.topics.has(event.topic ?? "")) return;
    if (this.wasTold(event)) return;
    if (event.kind === "group") this.onGroup(event);
    const known = event.kind === "config" ? this.withWho(event) : event;
    const numbered: ConsoleEvent = { ...known, tNs: event.tNs ?? now(), seq: ++this.lastSeq };
    this.kept.push(numbered);
    if (this.kept.length > KEPT_MAX * 2) this.kept = this.kept.slice(-KEPT_MAX);
    for (const watcher of [...this.watchers]) if (concerns(watcher, numbered)) watcher.onEvent(numbered);
  }

  private onGroup({ cause = "", detail = {}, tNs = now() }: Told): void {
    if (detail.state !== "PreparingRebalance") return;
    const at = Math.round(Date.now() - (now() - tNs) / 1e6);
    const group = String(detail.group);
    this.rebalances.delete(group);
    this.rebalances.set(group, { at, cause, generation: Number(detail.generation) });
    dropOldest(this.rebalances, GROUPS_MAX);
  }

  /** The broker that was asked tells by whom; all tell what came of it. */
  private withWho(event: Told): Told {
    const { type, name, proposed, client, principal, host } = event.detail ?? {};
    const key = `${type}/${name}`;
    const at = event.tNs ?? now();
    if (proposed === true) {
      this.asked.set(key, { who: `client ${client || "without a name"}, ${principal} at ${host}`, at });
      dropOldest(this.asked, GROUPS_MAX);
      return event;
    }
    const asked = this.asked.get(key);
    if (asked === undefined || at - asked.at > ASKED_NS || at < asked.at) return event;
    return { ...event, cause: `${event.cause}, by ${asked.who}` };
  }

  /** Committed metadata is told by every broker: the first of them is enough. */
  private wasTold(event: Told): boolean {
    if (!OF_METADATA.has(event.kind) || event.detail?.proposed === true) return false;
    const { broker, tNs: _, ...what } = event;
    const key = JSON.stringify(what);
    const before = this.metadata.get(key);
    const at = event.tNs ?? now();
    if (before !== undefined && before.broker !== broker && Math.abs(at - before.at) < SAME_NS) return true;
    this.metadata.delete(key);
    this.metadata.set(key, { broker, at });
    dropOldest(this.metadata, KEPT_MAX);
    return false;
  }

  /** Resolves when every broker that runs is heard, or after `limitMs`. */
  async heard(limitMs: number): Promise<boolean> {
    const deadline = Date.now() + limitMs;
    while (Date.now() < deadline) {
      if (this.streams.every((stream) => stream.isConnected || !stream.broker.isUp())) return true;
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return false;
  }

  /**
   * Tells how the brokers' clocks stand to each other, where they may be several: before and after something whose times are shown.
   * Nothing is asked of a cluster of this machine whose brokers read one clock.
   */
  async compareClocks(): Promise<void> {
    const heard = this.streams.filter((stream) => stream.isConnected && stream.clock !== "");
    if (this.target.local !== null && new Set(heard.map(({ clock }) => clock)).size < 2) return;
    await Promise.all(
      heard.map(async ({ broker, clock }) => {
        const reading = await probeClock(broker.address);
        const shift = this.shifts.get(clock) ?? 0;
        const sample: Readonly<Record<string, number>> =
          reading?.clock === clock ? { tNs: reading.tNs + shift, fromNs: reading.fromNs, toNs: reading.toNs } : {};
        this.tell({ broker: broker.id, kind: "clock", detail: { clock, ...sample } });
      }),
    );
  }

  /** Before something happens to a partition whose brokers do not tell by themselves: what it is like now, so that the change is seen. */
  async lookAt(place: TopicPartition): Promise<void> {
    await this.protocol?.lookAt(place);
  }

  close(): void {
    for (const broker of this.target.local?.brokers ?? []) broker.onState.delete(this.onProcess);
    this.shut();
  }

  /** The partitions that somebody watches, each once. */
  private places(): TopicPartition[] {
    const places = new Map<string, TopicPartition>();
    for (const { topic, partition } of this.watchers)
      if (topic !== null) places.set(`${topic}-${partition}`, { topic, partition });
    return [...places.values()];
  }

  private open(): void {
    if (this.isOpen) return;
    this.isOpen = true;
    this.listensSince = Date.now();
    if (this.source === "protocol") this.protocol = new ProtocolWatch(this.target, (event) => this.tell(event));
    const listener = (broker: number, event: BrokerEvent): void => this.tell({ ...event, broker });
    this.unsubscribe = this.target.local?.subscribe?.(listener) ?? null;
    // Of processes of this machine the clock is this one's; of others it is measured.
    const shifts = this.target.local === null ? this.clockShifts : null;
    for (const broker of this.heardBrokers())
      this.streams.push(new BrokerStream(broker, shifts, (event) => this.tell(event)));
  }

  private heardBrokers(): HeardBroker[] {
    const { local, http } = this.target;
    if (local === null)
      return http.map(({ broker, ...address }) => ({ id: broker, address, isUp: () => true, pid: () => null }));
    return local.brokers.flatMap((each) => {
      const { id, httpPort } = each.plan;
      if (httpPort === null) return [];
      const address = { host: local.plan.host, port: httpPort };
      return [{ id, address, isUp: () => each.state === "running", pid: () => each.pid }];
    });
  }

  private shut(): void {
    this.isOpen = false;
    this.protocol?.close();
    this.protocol = null;
    this.unsubscribe?.();
    this.unsubscribe = null;
    for (const stream of this.streams) stream.close();
    this.streams.length = 0;
    this.topics.clear();
    // What happens from now on is not heard: what was last is not known any more.
    this.rebalances.clear();
  }

  private leave(watcher: Watcher): void {
    if (!this.watchers.delete(watcher)) return;
    this.protocol?.watch(this.places());
    if (this.watchers.size === 0) this.letGo();
  }

  /** The brokers' feeds, soon. */
  private letGo(): void {
    if (this.idle !== null) clearTimeout(this.idle);
    this.idle = setTimeout(() => this.shut(), KEEP_MS);
    this.idle.unref();
  }

  private readonly onProcess = (broker: ObservedBroker, pid: number | null): void => {
    const { state, lastEnd, plan } = broker;
    const ended = state !== "running" && state !== "paused";
    const cause = ended ? lastEnd : state === "paused" ? "SIGSTOP" : "";
    this.tell({ broker: plan.id, kind: "process", cause, detail: { pid, state } });
  };
}

function dropOldest(map: Map<string, unknown>, max: number): void {
  for (const oldest of map.keys()) {
    if (map.size <= max) return;
    map.delete(oldest);
  }
}

function concerns(watcher: Watcher, event: ConsoleEvent): boolean {
  return !RECORD_KINDS.has(event.kind) || watcher.topic === event.topic;
}

/** The clock that all processes of this machine share. */
function now(): number {
  return Number(process.hrtime.bigint());
}
