import { readInt16, readInt32, readInt64, readUint32, writeInt16, writeInt32, writeInt64 } from "../base/bytes.js";
import type { Digest } from "../ports/index.js";
import { ProducerEntry, type ProducerState } from "./producer-state.js";

const ENTRY_BYTES = 46;
const HEADER_BYTES = 10;

/**
 * A `.snapshot` file: int16 version 1, uint32 CRC-32C over what follows, int32 count, then for each producer its last batch:
 * id, epoch, last sequence, last offset, offset delta, timestamp, coordinator epoch, first offset of its open transaction.
 */
export function encodeProducerSnapshot(digest: Digest, state: ProducerState): Uint8Array {
  const bytes = new Uint8Array(HEADER_BYTES + state.size * ENTRY_BYTES);
  writeInt16(bytes, 0, 1);
  writeInt32(bytes, 6, state.size);
  let at = HEADER_BYTES;
  for (const entry of state.producers()) {
    const last = entry.batches.length === 0 ? null : entry.batches[entry.batches.length - 1];
    writeInt64(bytes, at, entry.producerId);
    writeInt16(bytes, at + 8, entry.epoch);
    writeInt32(bytes, at + 10, last === null ? -1 : last.lastSequence);
    writeInt64(bytes, at + 14, last === null ? -1 : last.lastOffset);
    writeInt32(bytes, at + 22, last === null ? 0 : last.offsetDelta);
    writeInt64(bytes, at + 26, entry.lastTimestamp);
    writeInt32(bytes, at + 34, entry.coordinatorEpoch);
    writeInt64(bytes, at + 38, entry.transactionFirstOffset);
    at += ENTRY_BYTES;
  }
  writeInt32(bytes, 2, digest.crc32c(bytes, 6, bytes.length));
  return bytes;
}

/** The producers of a snapshot file, null when it is damaged. */
export function decodeProducerSnapshot(digest: Digest, bytes: Uint8Array): ProducerEntry[] | null {
  if (bytes.length < HEADER_BYTES || readInt16(bytes, 0) !== 1) return null;
  if (readUint32(bytes, 2) !== digest.crc32c(bytes, 6, bytes.length)) return null;
  const count = readInt32(bytes, 6);
  if (count < 0 || bytes.length !== HEADER_BYTES + count * ENTRY_BYTES) return null;
  const entries: ProducerEntry[] = [];
  for (let at = HEADER_BYTES; at < bytes.length; at += ENTRY_BYTES) {
    const entry = new ProducerEntry(readInt64(bytes, at));
    const epoch = readInt16(bytes, at + 8);
    const timestamp = readInt64(bytes, at + 26);
    const lastOffset = readInt64(bytes, at + 14);
    entry.epoch = epoch;
    entry.lastTimestamp = timestamp;
    entry.coordinatorEpoch = readInt32(bytes, at + 34);
    entry.transactionFirstOffset = readInt64(bytes, at + 38);
    if (lastOffset >= 0) {
      entry.addBatch(epoch, readInt32(bytes, at + 10), lastOffset, readInt32(bytes, at + 22), timestamp);
    }
    entries.push(entry);
  }
  return entries;
}

/**
 * A `.producers` file: beside the snapshot of the same offset, all remembered batches of each producer and not only the last, so
 * that after a restart a retry of any of the five is still known. int16 version 1, uint32 CRC-32C over what follows, int64
 * offset and uint32 CRC of the snapshot that it belongs to, int32 count, then for each producer id int64, int8 batches, and for each batch
 * last sequence int32, last offset int64, offset delta int32, timestamp int64. Kafka ignores the file.
 */
export function encodeProducerWindows(digest: Digest, state: ProducerState, snapshot: Uint8Array): Uint8Array {
  let size = 22;
  for (const entry of state.producers()) size += 9 + entry.batches.length * 24;
  const bytes = new Uint8Array(size);
  writeInt16(bytes, 0, 1);
  writeInt64(bytes, 6, state.endOffset);
  writeInt32(bytes, 14, readInt32(snapshot, 2));
  writeInt32(bytes, 18, state.size);
  let at = 22;
  for (const entry of state.producers()) {
    writeInt64(bytes, at, entry.producerId);
    bytes[at + 8] = entry.batches.length;
    at += 9;
    for (const batch of entry.batches) {
      writeInt32(bytes, at, batch.lastSequence);
      writeInt64(bytes, at + 4, batch.lastOffset);
      writeInt32(bytes, at + 12, batch.offsetDelta);
      writeInt64(bytes, at + 16, batch.timestamp);
      at += 24;
    }
  }
  writeInt32(bytes, 2, digest.crc32c(bytes, 6, bytes.length));
  return bytes;
}

/** Gives the entries of the snapshot at `offset` back their older batches; false, and nothing changed, when it does not fit. */
export function applyProducerWindows(
  digest: Digest,
  bytes: Uint8Array,
  offset: number,
  snapshot: Uint8Array,
  entries: ProducerEntry[],
): boolean {
  if (bytes.length < 22 || readInt16(bytes, 0) !== 1) return false;
  if (readUint32(bytes, 2) !== digest.crc32c(bytes, 6, bytes.length)) return false;
  if (readInt64(bytes, 6) !== offset || readInt32(bytes, 14) !== readInt32(snapshot, 2)) return false;
  const byId = new Map(entries.map((entry) => [entry.producerId, entry]));
  let at = 22;
  while (at + 9 <= bytes.length) {
    const entry = byId.get(readInt64(bytes, at));
    const count = bytes[at + 8];
    at += 9;
    if (entry !== undefined && count > 0) entry.batches.length = 0;
    for (let i = 0; i < count; i++, at += 24) {
      entry?.batches.push({
        lastSequence: readInt32(bytes, at),
        lastOffset: readInt64(bytes, at + 4),
        offsetDelta: readInt32(bytes, at + 12),
        timestamp: readInt64(bytes, at + 16),
      });
    }
  }
  return true;
}
