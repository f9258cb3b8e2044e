import type { Admin } from "../../cluster/admin.js";
import { expectNone } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import type { RecordPorts } from "../../cluster/record-sender.js";
import { Apis } from "../../protocol/apis.js";
import { batchBytes, isControl, lastOffset } from "../../protocol/records/batch.js";
import type { RecordInput } from "../../protocol/records/builder.js";
import { RecordCursor } from "../../protocol/records/cursor.js";
import type { Decoded, Message, Shown, Slice } from "../shapes.js";
import { type SchemaName, type SchemaPart, schemaNameOf } from "./registry/schema-name.js";
import type { SchemaRegistry } from "./registry/schema-registry.js";

export const FETCH_BY_NAME = 12;
/** Fields beyond this are cut in lists; a value alone is given whole (`fetchRecord`). */
export const SHOWN_BYTES = 16 * 1024;

export interface Place {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** What one broker answers to one fetch at this offset. Throws a `Failure` for errors, with Kafka's name of them. */
export async function fetchSlice(
  admin: Admin,
  broker: number,
  at: Place,
  limits: { bytes: number; waitMs: number; records: number; shownBytes?: number },
  ports: RecordPorts,
  registry: SchemaRegistry | null = null,
): Promise<Slice> {
  const found = await fetchPartition(admin, broker, at, limits);
  const { records, next, batchError } = recordsIn(found.records, at.offset, limits.records, ports);
  const shownBytes = limits.shownBytes ?? SHOWN_BYTES;
  return {
    records: await shownRecords(records, at.partition, { ports, registry, shownBytes }),
    highWatermark: found.highWatermark,
    start: found.logStartOffset,
    next,
    batchError,
  };
}

/** The records in fetched bytes from an offset on, at most so many, and where to read on. */
export function recordsIn(
  fetched: Uint8Array | null,
  offset: number,
  limit: number,
  ports: RecordPorts,
): { records: RawRecord[]; next: number; batchError: string | null } {
  const bytes = fetched ?? new Uint8Array(0);
  const records: RawRecord[] = [];
  const cursor = new RecordCursor(ports.compression);
  let next = offset;
  let batchError: string | null = null;
  for (let position = 0; position + 12 <= bytes.length; ) {
    const size = batchBytes(bytes, position);
    // The last batch may be cut short by the size limit.
    if (position + size > bytes.length) break;
    if (!isControl(bytes, position)) {
      cursor.reset(bytes, position);
      while (records.length < limit && cursor.next()) {
        if (cursor.offset < offset) continue;
        const { offset: found, timestamp, key, value, headers } = cursor;
        records.push({ offset: found, timestamp, key, value, headers: [...headers] });
        next = found + 1;
      }
      batchError ??= cursor.flaw;
    }
    if (records.length >= limit) break;
    next = Math.max(next, lastOffset(bytes, position) + 1);
    position += size;
  }
  return { records, next, batchError };
}

/** As the page has them; their schemas are asked for first. */
export async function shownRecords(
  records: readonly RawRecord[],
  partition: number,
  showing: Showing,
): Promise<Message[]> {
  await showing.registry?.load(schemaIds(records));
  return records.map((each) => show(each, partition, showing));
}

export interface RawRecord extends RecordInput {
  readonly offset: number;
  readonly timestamp: number;
}

function* schemaIds(records: readonly RecordInput[]): Generator<number | string> {
  for (const record of records) {
    for (const part of ["key", "value"] as const) {
      const id = schemaOf(record, part)?.id ?? null;
      if (id !== null) yield id;
    }
  }
}

function schemaOf(record: RecordInput, part: SchemaPart): SchemaName | null {
  const bytes = record[part];
  return bytes === null ? null : schemaNameOf(part, bytes, record.headers ?? []);
}

/** A record's value as its schema has it, whole, as JSON of several lines. Throws a `Failure` that says why there is none. */
export async function decodedText(record: RecordInput, registry: SchemaRegistry | null): Promise<string> {
  const named = schemaOf(record, "value");
  if (named === null) throw new Failure("Neither its beginning nor a header names a schema.");
  if (registry === null) throw new Failure(NO_REGISTRY);
  if (named.id !== null) await registry.load([named.id]);
  const { value, problem } = registry.decode(named);
  if (problem !== null) throw new Failure(problem);
  return JSON.stringify(value, null, 2);
}

/** One record as it is, whatever its size up to what a connection takes. Throws a `Failure` when it is not there. */
export async function fetchRecord(admin: Admin, broker: number, at: Place, ports: RecordPorts): Promise<RecordInput> {
  const found = await fetchPartition(admin, broker, at, { bytes: 1, waitMs: 300 });
  const bytes = found.records ?? new Uint8Array(0);
  const cursor = new RecordCursor(ports.compression);
  // The first batch comes whole however small the limit is, and holds the offset unless that was compacted away.
  if (bytes.length >= 12 && batchBytes(bytes, 0) <= bytes.length && !isControl(bytes, 0)) {
    cursor.reset(bytes, 0);
    while (cursor.next()) {
      const { offset, key, value, headers } = cursor;
      if (offset === at.offset) return { key, value, headers: [...headers] };
    }
  }
  throw new Failure(`There is no record at ${at.topic}-${at.partition}@${at.offset}.`);
}

async function fetchPartition(
  admin: Admin,
  broker: number,
  { topic, partition, offset }: Place,
  { bytes, waitMs }: { bytes: number; waitMs: number },
) {
  const link = await admin.broker(broker);
  const request = {
    replicaId: -1,
    maxWaitMs: waitMs,
    minBytes: 1,
    maxBytes: bytes,
    sessionEpoch: -1,
    topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: bytes }] }],
  };
  const answer = await link.call(Apis.Fetch, request, waitMs + 8_000, FETCH_BY_NAME);
  expectNone(answer.errorCode, null, `Fetch from broker ${broker}`);
  const found = answer.responses[0]?.partitions[0];
  if (found === undefined) throw new Failure(`Broker ${broker} answered nothing about ${topic}-${partition}.`);
  expectNone(found.errorCode, null, `${topic}-${partition}@${offset} from broker ${broker}`);
  return found;
}

export interface Showing {
  readonly ports: RecordPorts;
  readonly registry: SchemaRegistry | null;
  readonly shownBytes: number;
}

function show(record: RawRecord, partition: number, showing: Showing): Message {
  const { offset, timestamp, key, value, headers } = record;
  return {
    partition,
    offset,
    timestamp,
    key: shown(key, showing, schemaOf(record, "key")),
    value: shown(value, showing, schemaOf(record, "value")),
    headers: (headers ?? []).map((each) => ({
      key: shown(each.key, showing, null)?.text ?? "",
      value: shown(each.value, showing, null),
    })),
    crc: value === null ? 0 : showing.ports.digest.crc32c(value, 0, value.length),
  };
}

function shown(bytes: Uint8Array | null, showing: Showing, named: SchemaName | null): Shown | null {
  if (bytes === null) return null;
  const cut = bytes.length > showing.shownBytes;
  const part = cut ? bytes.subarray(0, showing.shownBytes) : bytes;
  const decoded = named === null ? null : decode(named, showing);
  const text = textOf(part, cut);
  return { bytes: bytes.length, text, hex: text === null ? Buffer.from(part).toString("hex") : null, cut, decoded };
}

/** null: not UTF-8, or not meant as a text. */
function textOf(part: Uint8Array, cut: boolean): string | null {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(part, { stream: cut });
  } catch {
    // Not UTF-8: said by null.
    return null;
  }
}

const NO_REGISTRY = "No schema registry is known here: start the console with --schema-registry URL.";

function decode(named: SchemaName, { registry, shownBytes }: Showing): Decoded {
  const { id, inHeader } = named;
  if (registry === null) return { id, inHeader, type: "", name: "", json: null, cut: false, problem: NO_REGISTRY };
  const { value, ...about } = registry.decode(named);
  if (about.problem !== null) return { ...about, json: null, cut: false };
  const json = JSON.stringify(value);
  return { ...about, json: json.slice(0, shownBytes), cut: json.length > shownBytes };
}
