import { readInt16, readInt32, writeInt16, writeInt32 } from "../../base/bytes.js";
import type { Compression, Digest } from "../../ports/index.js";
import { buildBatch } from "./builder.js";
import type { RecordCursor } from "./cursor.js";

/** Types of control records (Kafka's ControlRecordType). */
export const ControlType = {
  ABORT: 0,
  COMMIT: 1,
  LEADER_CHANGE: 2,
  SNAPSHOT_HEADER: 3,
  SNAPSHOT_FOOTER: 4,
  KRAFT_VERSION: 5,
  KRAFT_VOTERS: 6,
} as const;

/** A control record's key: int16 version 0, int16 type. */
export function controlKey(type: number): Uint8Array {
  const key = new Uint8Array(4);
  writeInt16(key, 2, type);
  return key;
}

/** The type in a control record's key, −1 when it is not one. */
export function controlTypeOf(key: Uint8Array | null): number {
  return key === null || key.length < 4 || readInt16(key, 0) < 0 ? -1 : readInt16(key, 2);
}

/** A batch that ends the producer's transaction: marker value int16 0, int32 coordinator epoch. */
export function buildEndTransactionMarker(
  options: {
    timestamp: number;
    producerId: number;
    producerEpoch: number;
    coordinatorEpoch: number;
    commit: boolean;
    baseOffset?: number;
    leaderEpoch?: number;
  },
  ports: { digest: Digest; compression: Compression },
): Uint8Array {
  const value = new Uint8Array(6);
  writeInt32(value, 2, options.coordinatorEpoch);
  return buildBatch(
    {
      baseOffset: options.baseOffset ?? 0,
      leaderEpoch: options.leaderEpoch ?? -1,
      timestamp: options.timestamp,
      producerId: options.producerId,
      producerEpoch: options.producerEpoch,
      isTransactional: true,
      isControl: true,
    },
    [{ key: controlKey(options.commit ? ControlType.COMMIT : ControlType.ABORT), value }],
    ports,
  );
}

/** The coordinator epoch in a transaction marker's value, −1 when the value is malformed. */
export function markerCoordinatorEpoch(cursor: RecordCursor): number {
  if (cursor.valueLength < 6) return -1;
  return readInt32(cursor.bytes, cursor.valueAt + 2);
}
