import type { StoryBase } from "../../story/event";
import type { StoryStore } from "./store";

/** The page's own topics: one of three copies, and one of a single copy. */
export const REPLICATED = "breakdown";
export const SINGLE = "breakdown-single";

export type Acks = -1 | 0 | 1;

export interface RunAnswer {
  /** null: with acks=0 nobody tells it. */
  readonly offset: number | null;
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

/** Sends through a real producer on the server's side; the page learns what became of it from events only. */
export async function send(store: StoryStore, value: string, acks: Acks): Promise<RunAnswer> {
  const { topic, partition } = store;
  if (store.feed === "file") {
    await store.open(store.place);
    await store.untilLive();
  }
  if (store.base === null || store.base.view === null || store.story?.isForgotten === true) {
    await store.command("/api/story/topic", { topic, replicas: topic === SINGLE ? 1 : 3 });
    await store.open(store.place);
    await store.untilLive();
  }
  if (store.cursor !== null) store.scrub(null);
  const run = Math.random().toString(36).slice(2, 10);
  return store.command<RunAnswer>("/api/run", { run, topic, partition, value, key: null, acks });
}

export function read(store: StoryStore): Promise<ReadAnswer> {
  return store.command<ReadAnswer>("/api/read", readRequest(store));
}

export function readFromEach(store: StoryStore): Promise<{ copies: readonly CopyAnswer[] }> {
  return store.command("/api/read-each", readRequest(store));
}

export function fault(
  store: StoryStore,
  verb: string,
  broker: number | null,
): Promise<{ processes: StoryBase["processes"] }> {
  return store.command("/api/fault", { verb, broker });
}

function readRequest(store: StoryStore): object {
  const run = store.story?.run;
  if (run === null || run === undefined || run.offset === null) throw new Error("Send a message first.");
  return { run: run.id, topic: store.topic, partition: store.partition, offset: run.offset, sentCrc: run.crc };
}
