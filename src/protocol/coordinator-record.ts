import { readInt16, writeInt16 } from "../base/bytes.js";
import { decode, encodeInto, lendWriter, takeCopy } from "./codec.js";
import { ProtocolError } from "./protocol-error.js";
import type { Input, Schema, Value } from "./schema.js";

/**
 * One type of record in a coordinator's log (Kafka: CoordinatorRecordSerde). The key is the int16 type and a body that is not
 * flexible; the value is the int16 version and its body. A record without a value is a tombstone.
 */
export interface CoordinatorRecordType<K extends Schema = Schema, V extends Schema = Schema> {
  readonly type: number;
  readonly name: string;
  readonly key: K;
  readonly value: V;
}

export function coordinatorRecord<K extends Schema, V extends Schema>(
  type: number,
  name: string,
  key: K,
  value: V,
): CoordinatorRecordType<K, V> {
  return { type, name, key, value };
}

const KEY_VERSION = 0;

export function encodeRecordKey<K extends Schema>(record: CoordinatorRecordType<K>, key: Input<K>): Uint8Array {
  return encodePrefixed(record.type, record.key, KEY_VERSION, key);
}

export function encodeRecordValue<V extends Schema>(
  record: CoordinatorRecordType<Schema, V>,
  version: number,
  value: Input<V>,
): Uint8Array {
  return encodePrefixed(version, record.value, version, value);
}

/** The type of the record that has this key: −1 when it is too short for one. */
export function recordTypeOf(key: Uint8Array): number {
  return key.length < 2 ? -1 : readInt16(key, 0);
}

/** The key of a record of this type: throws ProtocolError for any other. */
export function decodeRecordKey<K extends Schema>(record: CoordinatorRecordType<K>, key: Uint8Array): Value<K> {
  const type = recordTypeOf(key);
  if (type !== record.type) throw new ProtocolError(`${record.name}: a key of type ${type}`);
  return decode(record.key, KEY_VERSION, key, 2);
}

/** Throws ProtocolError for an unknown version and for a malformed value. */
export function decodeRecordValue<V extends Schema>(
  record: CoordinatorRecordType<Schema, V>,
  value: Uint8Array,
): { readonly version: number; readonly value: Value<V> } {
  if (value.length < 2) throw new ProtocolError(`${record.name}: a value of ${value.length} bytes`);
  const version = readInt16(value, 0);
  return { version, value: decode(record.value, version, value, 2) };
}

/** A message after its int16 version, or any other int16: coordinators' records, the consumer protocol, the principal in an Envelope. */
export function encodePrefixed<S extends Schema>(
  prefix: number,
  schema: S,
  version: number,
  value: Input<S>,
): Uint8Array {
  const w = lendWriter();
  writeInt16(w.bytes, 0, prefix);
  w.at = 2;
  encodeInto(schema, version, value, w);
  return takeCopy(w);
}
