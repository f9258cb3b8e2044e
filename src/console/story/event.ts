import type { BrokerEvent, BrokerEventKind } from "../../base/events.js";

/** One thing that happened, as the console tells it to its pages and writes it into a saved run. */
export interface ConsoleEvent extends Omit<BrokerEvent, "kind"> {
  /** Counts what this console told, from 1. */
  readonly seq: number;
  /** By the monotonic clock of the machine on which it happened, ns: comparable among brokers that read one clock only. */
  readonly tNs: number;
  /** Where it happened; −1: not at a broker. */
  readonly broker: number;
  readonly kind: ConsoleEventKind;
}

/**
 * Those of the brokers (src/base/events.ts), and those of the console: `process` (a broker's process began, ended, was paused),
 * `feed` (a broker's event stream was connected or lost), `run`, `answer`, `read` (what the page's own producer and reader did),
 * `gap` (events were missed), `action` (what was done here by a person), `fault` (that it holds now), `clock` (which clock a broker
 * reads, and what the console's own showed when that one showed `detail.tNs`: told only where brokers read several).
 */
export type ConsoleEventKind =
  | BrokerEventKind
  | "process"
  | "feed"
  | "gap"
  | "run"
  | "answer"
  | "read"
  | "action"
  | "fault"
  | "clock";

/** Kinds that come with every record: told only to whoever watches the topic. */
export const RECORD_KINDS: ReadonlySet<string> = new Set([
  "produce-received",
  "validated",
  "appended",
  "replica-appended",
  "replica-fetched",
  "high-watermark",
  "acknowledged",
  "fetched",
  "offset-committed",
]);

/** A partition as the protocol describes it. */
export interface PartitionView {
  readonly topic: string;
  readonly partition: number;
  readonly leader: number | null;
  readonly epoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly elr: readonly number[];
  readonly start: number;
  readonly highWatermark: number;
  /** End offset of each replica that answered, by broker; those of followers from their lag. */
  readonly ends: Readonly<Record<string, number>>;
  readonly minInsync: number;
}

export interface ProcessView {
  readonly broker: number;
  readonly pid: number | null;
  readonly state: string;
}

/** What a page starts from: the truth of the protocol and of the supervisor, before events. */
export interface StoryBase {
  readonly view: PartitionView | null;
  readonly processes: readonly ProcessView[];
  /** Brokers of the cluster, up or not. */
  readonly brokers: readonly number[];
  readonly clusterId: string;
  /** "events": brokers tell by themselves; "protocol": this console asks again and again. */
  readonly source: "events" | "protocol";
  /** Why faults cannot be injected here; null: they can. */
  readonly noFaults: string | null;
  /** Brokers are parts of one program, and no processes that a signal could kill. */
  readonly inProcess: boolean;
  /** A cluster beside this one that experiments may destroy; "here": this is it; null: there can be none. */
  readonly scratch: "none" | "starting" | "running" | "here" | null;
  /** Data is thrown away at the end: it may be wiped. */
  readonly ephemeral: boolean;
  readonly readOnly: boolean;
  readonly verbs: readonly string[];
  /** An acknowledgement waits for stable storage. */
  readonly fsync: boolean;
  /** The newest event when this was taken. */
  readonly seq: number;
}
