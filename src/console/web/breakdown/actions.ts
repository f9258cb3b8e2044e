import type { StoryBase } from "../../story/event";
import { command } from "../ui/api";
import type { StoryStore } from "./store";

export interface RunAnswer {
  readonly offset: number;
  readonly leader: number;
  readonly attempts: number;
  readonly ms: number;
  readonly crc: number;
}

export interface ReadAnswer {
  readonly broker: number;
  readonly crc: number;
  readonly equal: boolean | null;
  readonly hw: number;
  readonly value: string | null;
  readonly commit: string | null;
}

export interface CopyAnswer {
  readonly broker: number;
  readonly error: string | null;
  readonly crc: number | null;
  readonly equal: boolean | null;
  readonly hw: number | null;
}

/** The topic of the page; another number of replicas has another one. */
export function topicFor(replicas: number): string {
  return replicas === 1 ? "breakdown-single" : "breakdown";
}

/** Sends through a real producer on the server's side; the page learns what became of it from events only. */
export async function send(store: StoryStore, value: string, acks: -1 | 1): Promise<RunAnswer> {
  const { topic } = store;
  if (store.base?.view === null || store.base === null) {
    await command("/api/story/topic", { topic, replicas: topic === "breakdown-single" ? 1 : 3 });
    await store.open(topic);
    await store.untilLive();
  }
  if (store.cursor !== null) store.scrub(null);
  const run = Math.random().toString(36).slice(2, 10);
  return command<RunAnswer>("/api/run", { run, topic, partition: 0, value, key: null, acks });
}

export function read(store: StoryStore): Promise<ReadAnswer> {
  return command<ReadAnswer>("/api/read", readRequest(store));
}

export function readFromEach(store: StoryStore): Promise<{ copies: readonly CopyAnswer[] }> {
  return command("/api/read-each", readRequest(store));
}

export function fault(verb: string, broker: number | null): Promise<{ processes: StoryBase["processes"] }> {
  return command("/api/fault", { verb, broker });
}

function readRequest(store: StoryStore): object {
  const run = store.story?.run;
  if (run === null || run === undefined || run.offset === null) throw new Error("Send a message first.");
  return { run: run.id, topic: store.topic, partition: 0, offset: run.offset, sentCrc: run.crc };
}
