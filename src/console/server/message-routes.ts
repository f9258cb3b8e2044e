import type { Hono } from "hono";
import type { Admin } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import { nameOf, offsetsAt } from "../../cluster/partition-offsets.js";
import { RecordSender } from "../../cluster/record-sender.js";
import { describeTopics } from "../../cluster/topics.js";
import type { RecordInput } from "../../protocol/records/builder.js";
import type { MergedFrom, MergedQuestion } from "../shapes.js";
import { mergedSlice, searchRange } from "./merged-slice.js";
import { offsetsOf, offsetsOfAll } from "./partition-view.js";
import { decodedText, fetchRecord, fetchSlice, SHOWN_BYTES } from "./records.js";
import type { SchemaRegistry } from "./registry/schema-registry.js";
import { FieldFailure, wholeNumber } from "./request-fields.js";
import type { Target } from "./target.js";

const SLICE_BYTES = 32 * 1024 * 1024;
/** With `whole=1`, for filters and searches, which see this much of each field; in smaller slices. */
const WHOLE_SLICE_BYTES = 4 * 1024 * 1024;
const WHOLE_SHOWN_BYTES = 1024 * 1024;
const SLICE_RECORDS_MAX = 500;

/** What the page of messages asks, and how fast topics grow. */
export function addMessageRoutes(
  app: Hono,
  { target, registry }: { target: Target; registry: SchemaRegistry | null },
  audit: (what: string) => void,
): void {
  app.get("/api/messages", async (context) => {
    const { topic = "", from = "newest", limit = "50", whole = "" } = context.req.query();
    const partition = wholeNumber(context, "partition", 0);
    const slice = await target.ask(async (admin) => {
      const leader = await leaderOf(admin, topic, partition);
      const offsets = await offsetsOf(admin, leader, topic, partition);
      if (offsets === null)
        throw new Failure(`The leader of ${topic}-${partition}, broker ${leader}, does not answer.`);
      const { start, end } = offsets;
      const records = Math.max(1, Math.min(SLICE_RECORDS_MAX, Number(limit) || 50));
      let offset = from === "newest" ? Math.max(start, end - records) : start;
      if (from.startsWith("time:")) offset = await offsetAt(admin, topic, partition, Number(from.slice(5)));
      else if (/^\d+$/.test(from)) offset = Number(from);
      if (offset < start || offset > end) throw outside(`${topic}-${partition}`, start, end, offset);
      if (offset === end) return { records: [], highWatermark: end, start, next: offset, batchError: null };
      const limits =
        whole === "1"
          ? { bytes: WHOLE_SLICE_BYTES, waitMs: 100, records, shownBytes: WHOLE_SHOWN_BYTES }
          : { bytes: SLICE_BYTES, waitMs: 100, records };
      return fetchSlice(admin, leader, { topic, partition, offset }, limits, await target.recordPorts(), registry);
    });
    return context.json(slice);
  });
  app.post("/api/messages/merged", async (context) => {
    const question = mergedQuestion(await context.req.json());
    const ports = await target.recordPorts();
    const shownBytes = question.whole ? WHOLE_SHOWN_BYTES : SHOWN_BYTES;
    return context.json(await target.ask((admin) => mergedSlice(admin, question, { ports, registry, shownBytes })));
  });
  app.post("/api/messages/range", async (context) => {
    const question = mergedQuestion(await context.req.json());
    return context.json(await target.ask((admin) => searchRange(admin, question)));
  });
  app.get("/api/messages/value", async (context) => {
    const { topic = "" } = context.req.query();
    const place = { topic, partition: wholeNumber(context, "partition", 0), offset: wholeNumber(context, "offset", 0) };
    const { value } = await target.ask((admin) => recordAt(target, admin, place));
    const name = `${topic}-${place.partition}@${place.offset}`.replace(/[^\w.@-]/g, "_");
    return new Response(value === null ? "" : new Uint8Array(value), {
      headers: {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": `attachment; filename="${name}"`,
      },
    });
  });
  app.get("/api/messages/decoded", async (context) => {
    const { topic = "" } = context.req.query();
    const place = { topic, partition: wholeNumber(context, "partition", 0), offset: wholeNumber(context, "offset", 0) };
    const record = await target.ask((admin) => recordAt(target, admin, place));
    return context.text(await decodedText(record, registry));
  });
  app.post("/api/messages/send", async (context) => {
    const { topic, partition, key, value } = await context.req.json<{
      topic: string;
      /** null: the key's, or any. */
      partition: number | null;
      key: string | null;
      value: string;
    }>();
    if (typeof topic !== "string" || typeof value !== "string") throw new Failure("A message is a text.");
    const encoder = new TextEncoder();
    const record = { key: key === null ? null : encoder.encode(String(key)), value: encoder.encode(value) };
    const sent = await send(target, topic, partition === null ? null : Number(partition), record);
    audit(`sent ${record.value.length} bytes to ${topic}-${sent.partition}@${sent.offset}`);
    return context.json(sent);
  });
  app.post("/api/messages/again", async (context) => {
    const { from, to } = await context.req.json<{
      from: { topic: string; partition: number; offset: number };
      to: { topic: string; partition: number };
    }>();
    const record = await target.ask((admin) => recordAt(target, admin, from));
    const sent = await send(target, String(to.topic), Number(to.partition), record);
    audit(`sent ${from.topic}-${from.partition}@${from.offset} again, to ${to.topic}-${to.partition}@${sent.offset}`);
    return context.json(sent);
  });
  app.get("/api/ends", async (context) => context.json(await target.ask(endsOfTopics)));
}

const MERGED_FROM: readonly MergedFrom[] = ["newest", "oldest", "time", "before", "after"];

/** What a page asked, checked. Throws a `Failure` that names what is wrong. */
function mergedQuestion(asked: Partial<MergedQuestion>): MergedQuestion {
  const { topic, from, time = 0, positions = [], follow = false, limit = 50, whole = false } = asked;
  if (typeof topic !== "string" || topic === "") throw new FieldFailure("topic", "A topic is to be named.");
  if (from === undefined || !MERGED_FROM.includes(from))
    throw new FieldFailure("from", `from is one of ${MERGED_FROM.join(", ")}.`);
  if (!Number.isSafeInteger(time) || time < 0) throw new FieldFailure("time", "A time is in milliseconds.");
  const isPosition = (each: unknown): boolean =>
    Array.isArray(each) && each.length === 2 && each.every((part) => Number.isSafeInteger(part) && part >= 0);
  if (!Array.isArray(positions) || !positions.every(isPosition))
    throw new FieldFailure("positions", "positions are pairs of a partition and an offset.");
  const records = Math.max(1, Math.min(SLICE_RECORDS_MAX, Math.floor(Number(limit)) || 50));
  return { topic, from, time, positions, follow: follow === true, limit: records, whole: whole === true };
}

async function send(
  target: Target,
  topic: string,
  /** null: as Kafka's own producer chooses it. */
  partition: number | null,
  record: RecordInput,
): Promise<{ topic: string; partition: number; offset: number }> {
  const ports = await target.recordPorts();
  return target.as("holdfast-console", async (admin) => {
    const sender = new RecordSender(admin, topic, ports, 0);
    await sender.open();
    if (partition !== null && !(partition >= 0 && partition < sender.partitionCount))
      throw new Failure(`${topic} has ${sender.partitionCount} partitions, none is ${partition}.`);
    if (partition === null && record.key === null) partition = Math.floor(Math.random() * sender.partitionCount);
    const [sent] = await (partition === null ? sender.send([record]) : sender.sendTo(partition, [record]));
    return { topic, partition: sent.partition, offset: sent.baseOffset };
  });
}

async function recordAt(
  target: Target,
  admin: Admin,
  place: { topic: string; partition: number; offset: number },
): Promise<RecordInput> {
  const { topic, partition, offset } = place;
  const leader = await leaderOf(admin, topic, partition);
  const known = await offsetsOf(admin, leader, topic, partition);
  if (known !== null && (offset < known.start || offset >= known.end))
    throw outside(`${topic}-${partition}`, known.start, known.end, offset);
  return fetchRecord(admin, leader, place, await target.recordPorts());
}

async function leaderOf(admin: Admin, topic: string, partition: number): Promise<number> {
  const [found] = await describeTopics(admin, [topic]);
  const each = found.partitions.find((candidate) => candidate.partition === partition);
  if (each === undefined)
    throw new Failure(`Topic ${topic} has ${found.partitions.length} partitions, none is ${partition}.`);
  if (each.leader === null) throw new Failure(`${topic}-${partition} has no leader now.`, "It cannot be read.");
  return each.leader;
}

async function offsetAt(admin: Admin, topic: string, partition: number, ms: number): Promise<number> {
  const place = { topic, partition };
  const offset = (await offsetsAt(admin, [place], ms)).get(nameOf(place)) ?? -1;
  if (offset < 0) throw new FieldFailure("time", `${topic}-${partition} has no record at or after that time.`);
  return offset;
}

function outside(name: string, start: number, end: number, offset: number): Failure {
  const told = start === end ? `is empty; its next offset is ${end}, and` : `holds ${start} to ${end - 1};`;
  return new FieldFailure("offset", `${name} ${told} ${offset} is outside.`);
}

/** Of each topic the sum of its partitions' ends, and of how many partitions it is: rates are differences of such sums. */
async function endsOfTopics(admin: Admin): Promise<object[]> {
  const topics = await describeTopics(admin, null);
  const places = topics.flatMap(({ name, partitions }) => partitions.map((each) => ({ ...each, topic: name })));
  const offsets = await offsetsOfAll(admin, places);
  return topics.map(({ name, isInternal, partitions }) => {
    let ends = 0;
    let counted = 0;
    for (const { partition } of partitions) {
      const end = offsets.get(nameOf({ topic: name, partition }))?.end;
      if (end === undefined) continue;
      ends += end;
      counted++;
    }
    return { name, isInternal, ends, counted };
  });
}
