import type { ConsoleEvent, StoryBase } from "./event.js";
import { Story } from "./story.js";

/** A run as one file: all that the page was told, so that anybody sees the same. */
export interface SavedRun {
  readonly format: "holdfast-run";
  readonly version: 1;
  readonly topic: string;
  readonly partition: number;
  readonly base: StoryBase;
  readonly events: readonly ConsoleEvent[];
}

type Check = (value: unknown) => boolean;

const text: Check = (value) => typeof value === "string";
const flag: Check = (value) => typeof value === "boolean";
const number: Check = (value) => typeof value === "number" && Number.isFinite(value);
const scalar: Check = (value) => value === null || text(value) || number(value) || flag(value);
const numbers: Check = (value) => Array.isArray(value) && value.every(number);
const texts: Check = (value) => Array.isArray(value) && value.every(text);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const recordOf =
  (check: Check): Check =>
  (value) =>
    isObject(value) && Object.values(value).every(check);
const shaped =
  (fields: Readonly<Record<string, Check>>): Check =>
  (value) =>
    isObject(value) && Object.entries(fields).every(([name, check]) => check(value[name]));

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const isView = shaped({
  topic: text,
  partition: number,
  leader: orNull(number),
  epoch: number,
  replicas: numbers,
  isr: numbers,
  elr: numbers,
  start: number,
  highWatermark: number,
  ends: recordOf(number),
  minInsync: number,
});

const isBase = shaped({
  view: orNull(isView),
  processes: listOf(shaped({ broker: number, pid: orNull(number), state: text })),
  brokers: numbers,
  clusterId: text,
  source: text,
  noFaults: orNull(text),
  inProcess: flag,
  scratch: orNull(text),
  ephemeral: flag,
  readOnly: flag,
  verbs: texts,
  fsync: flag,
  seq: number,
});

const areEvents = listOf(
  shaped({
    seq: number,
    tNs: number,
    broker: number,
    kind: text,
    topic: optional(text),
    partition: optional(number),
    offset: optional(number),
    epoch: optional(number),
    leader: optional(number),
    isr: optional(numbers),
    hw: optional(number),
    peer: optional(number),
    cause: optional(text),
    detail: optional(recordOf(scalar)),
  }),
);

/** Reads a saved run. Throws an Error that says what is wrong with it. */
export function parseRun(file: string): SavedRun {
  let parsed: unknown;
  try {
    parsed = JSON.parse(file);
  } catch {
    throw new Error("This file is no saved run: it is no JSON.");
  }
  if (!isObject(parsed) || parsed.format !== "holdfast-run") throw new Error("This file is no saved run of Holdfast.");
  if (parsed.version !== 1)
    throw new Error(`This run was saved by another version of Holdfast (format ${String(parsed.version)}).`);
  const { base, events, topic, partition } = parsed;
  if (!text(topic) || !number(partition) || !isBase(base))
    throw new Error("This saved run is damaged: the description of its cluster is not whole.");
  if (!areEvents(events)) throw new Error("This saved run is damaged: some of its events are not whole.");
  const run = parsed as unknown as SavedRun;
  const story = new Story(run.base, run.topic, run.partition);
  for (const event of run.events) story.apply(event);
  return run;
}
