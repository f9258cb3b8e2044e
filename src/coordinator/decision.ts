import type { CoordinatorRecordType } from "../protocol/coordinator-record.js";
import { encodeRecordKey, encodeRecordValue } from "../protocol/coordinator-record.js";
import type { Input, Schema } from "../protocol/schema.js";

/** A record to append to a coordinator's log; `value` null is a tombstone. */
export interface CoordinatorRecord {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

export function record<K extends Schema, V extends Schema>(
  type: CoordinatorRecordType<K, V>,
  key: Input<K>,
  version: number,
  value: Input<V>,
): CoordinatorRecord {
  return { key: encodeRecordKey(type, key), value: encodeRecordValue(type, version, value) };
}

export function tombstone<K extends Schema>(type: CoordinatorRecordType<K>, key: Input<K>): CoordinatorRecord {
  return { key: encodeRecordKey(type, key), value: null };
}

/** What follows once a decision's records, and all before them, are committed, or are known not to be. */
export interface Completion {
  onCommitted(): void;
  /**
   * `error` is an ErrorCode as a client of the coordinator may see it. `isLogged`: it only took too long, or the coordinator goes; the records
   * are in the log and may be committed yet, so that state which follows the log must not be taken back.
   */
  onFailed(error: number, isLogged: boolean): void;
}

/** What a handler wants: records to append and what is to happen once they are committed (Kafka: CoordinatorResult). */
export interface Decision {
  readonly records: readonly CoordinatorRecord[];
  /**
   * Whether the records go through `replay` as they are appended. Not when the handler has changed the state itself, which only state
   * that is not in the log (members who wait) may need: then `completion` brings the rest in line.
   */
  readonly replays: boolean;
  /** Whether the records may go into several batches: not if they mean something only together. */
  readonly splits: boolean;
  readonly completion: Completion | null;
}

export const NO_DECISION: Decision = { records: [], replays: true, splits: false, completion: null };

/** Records whose effect is that of their replay. */
export function decided(records: readonly CoordinatorRecord[], splits = false): Decision {
  return { records, replays: true, splits, completion: null };
}
