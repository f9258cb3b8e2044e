import type { Admin } from "../../cluster/admin.js";
import { expectNone } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import type { RecordPorts } from "../../cluster/record-sender.js";
import { Apis } from "../../protocol/apis.js";
import { batchBytes, isControl, lastOffset } from "../../protocol/records/batch.js";
import { RecordCursor } from "../../protocol/records/cursor.js";

const FETCH_BY_NAME = 12;
/** Text beyond this is cut in lists; one record alone is told whole. */
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

/** What one broker answers to one fetch at this offset. Throws a `Failure` for errors, with Kafka's name of them. */
export async function fetchSlice(
  admin: Admin,
  broker: number,
  at: { topic: string; partition: number; offset: number },
  limits: { bytes: number; waitMs: number; records: number; whole: boolean },
  ports: RecordPorts,
): Promise<Slice> {
  const link = await admin.broker(broker);
  const { topic, partition, offset } = at;
  const request = {
    replicaId: -1,
    maxWaitMs: limits.waitMs,
    minBytes: 1,
    maxBytes: limits.bytes,
    sessionEpoch: -1,
    topics: [{ topic, partitions: [{ partition, fetchOffset: offset, partitionMaxBytes: limits.bytes }] }],
  };
  const answer = await link.call(Apis.Fetch, request, limits.waitMs + 4_000, FETCH_BY_NAME);
  expectNone(answer.errorCode, null, `Fetch from broker ${broker}`);
  const found = answer.responses[0]?.partitions[0];
  if (found === undefined) throw new Failure(`Broker ${broker} answered nothing about ${topic}-${partition}.`);
  expectNone(found.errorCode, null, `${topic}-${partition}@${offset} from broker ${broker}`);
  const bytes = found.records ?? new Uint8Array(0);
  const records: ShownRecord[] = [];
  const cursor = new RecordCursor(ports.compression);
  let next = offset;
  let batchError: string | null = null;
  for (let position = 0; position + 12 <= bytes.length; ) {
    const size = batchBytes(bytes, position);
    // The last batch may be cut short by the size limit.
    if (position + size > bytes.length) break;
    if (!isControl(bytes, position)) {
      cursor.reset(bytes, position);
      while (records.length < limits.records && cursor.next()) {
        if (cursor.offset < offset) continue;
        records.push(show(cursor, partition, limits.whole, ports));
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

function show(cursor: RecordCursor, partition: number, whole: boolean, ports: RecordPorts): ShownRecord {
  const { offset, timestamp, key, value, headers } = cursor;
  return {
    partition,
    offset,
    timestamp,
    key: shown(key, whole),
    value: shown(value, whole),
    headers: headers.map((each) => ({ key: shown(each.key, true)?.text ?? "", value: shown(each.value, whole) })),
    crc: value === null ? 0 : ports.digest.crc32c(value, 0, value.length),
  };
}

function shown(bytes: Uint8Array | null, whole: boolean): ShownBytes | null {
  if (bytes === null) return null;
  const cut = !whole && bytes.length > SHOWN_BYTES;
  const part = cut ? bytes.subarray(0, SHOWN_BYTES) : bytes;
  try {
    const text = new TextDecoder("utf-8", { fatal: !cut }).decode(part);
    return { bytes: bytes.length, text, hex: null, cut };
  } catch {
    // Not UTF-8: said by `text: null`.
    return { bytes: bytes.length, text: null, hex: Buffer.from(part).toString("hex"), cut };
  }
}
