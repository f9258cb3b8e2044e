import type { Admin } from "../../cluster/admin.js";
import { expectNone } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import type { RecordPorts } from "../../cluster/record-sender.js";
import { Apis } from "../../protocol/apis.js";
import { batchBytes, isControl, lastOffset } from "../../protocol/records/batch.js";
import type { RecordInput } from "../../protocol/records/builder.js";
import { RecordCursor } from "../../protocol/records/cursor.js";

const FETCH_BY_NAME = 12;
/** Fields beyond this are cut in lists; a value alone is given whole (`fetchRecord`). */
const SHOWN_BYTES = 16 * 1024;

/** A field of a record: as text where it is UTF-8, as hex otherwise. */
export interface ShownBytes {
  readonly bytes: number;
  readonly text: string | null;
  readonly hex: string | null;
  readonly cut: boolean;
}

export interface ShownRecord {
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly key: ShownBytes | null;
  readonly value: ShownBytes | null;
  readonly headers: readonly { readonly key: string; readonly value: ShownBytes | null }[];
  /** CRC-32C of the value's bytes. */
  readonly crc: number;
}

export interface Slice {
  readonly records: readonly ShownRecord[];
  readonly highWatermark: number;
  readonly start: number;
  /** Where to read on. */
  readonly next: number;
  readonly batchError: string | null;
}

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
  limits: { bytes: number; waitMs: number; records: number },
  ports: RecordPorts,
): Promise<Slice> {
  const found = await fetchPartition(admin, broker, at, limits);
  const bytes = found.records ?? new Uint8Array(0);
  const records: ShownRecord[] = [];
  const cursor = new RecordCursor(ports.compression);
  let next = at.offset;
  let batchError: string | null = null;
  for (let position = 0; position + 12 <= bytes.length; ) {
    const size = batchBytes(bytes, position);
    // The last batch may be cut short by the size limit.
    if (position + size > bytes.length) break;
    if (!isControl(bytes, position)) {
      cursor.reset(bytes, position);
      while (records.length < limits.records && cursor.next()) {
        if (cursor.offset < at.offset) continue;
        records.push(show(cursor, at.partition, ports));
        next = cursor.offset + 1;
      }
      batchError ??= cursor.flaw;
    }
    if (records.length >= limits.records) break;
    next = Math.max(next, lastOffset(bytes, position) + 1);
    position += size;
  }
  return { records, highWatermark: found.highWatermark, start: found.logStartOffset, next, batchError };
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

function show(cursor: RecordCursor, partition: number, ports: RecordPorts): ShownRecord {
  const { offset, timestamp, key, value, headers } = cursor;
  return {
    partition,
    offset,
    timestamp,
    key: shown(key),
    value: shown(value),
    headers: headers.map((each) => ({ key: shown(each.key)?.text ?? "", value: shown(each.value) })),
    crc: value === null ? 0 : ports.digest.crc32c(value, 0, value.length),
  };
}

function shown(bytes: Uint8Array | null): ShownBytes | null {
  if (bytes === null) return null;
  const cut = bytes.length > SHOWN_BYTES;
  const part = cut ? bytes.subarray(0, SHOWN_BYTES) : bytes;
  try {
    const text = new TextDecoder("utf-8", { fatal: !cut }).decode(part);
    return { bytes: bytes.length, text, hex: null, cut };
  } catch {
    // Not UTF-8: said by `text: null`.
    return { bytes: bytes.length, text: null, hex: Buffer.from(part).toString("hex"), cut };
  }
}
