import { ByteSource } from "./byte-source.js";
import { type ProtoEnum, type ProtoField, type ProtoMessage, type ProtoTypes, readProto } from "./proto-file.js";
import {
  DEPTH_MAX,
  DecodingError,
  float32Shown,
  floatShown,
  integerShown,
  newObject,
  type ShownValue,
} from "./shown-value.js";

export interface ProtobufSchema {
  /** Bytes as serializers write them: which message of the file it is, then the message. */
  decode(bytes: Uint8Array): { readonly name: string; readonly value: ShownValue };
}

/** What every compiler brings along, as far as it is shown in a way of its own. */
const BUILT_IN = `syntax = "proto3"; package google.protobuf;
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message Duration { int64 seconds = 1; int32 nanos = 2; }
message DoubleValue { double value = 1; } message FloatValue { float value = 1; }
message Int64Value { int64 value = 1; } message UInt64Value { uint64 value = 1; }
message Int32Value { int32 value = 1; } message UInt32Value { uint32 value = 1; }
message BoolValue { bool value = 1; } message StringValue { string value = 1; } message BytesValue { bytes value = 1; }
message Any { string type_url = 1; bytes value = 2; } message Empty {} message FieldMask { repeated string paths = 1; }
message Struct { map<string, Value> fields = 1; }
message Value { oneof kind { NullValue null_value = 1; double number_value = 2; string string_value = 3; bool bool_value = 4;
  Struct struct_value = 5; ListValue list_value = 6; } }
enum NullValue { NULL_VALUE = 0; } message ListValue { repeated Value values = 1; }`;

type Scalar = (source: ByteSource) => ShownValue;

const VARINT = 0;
const FIXED64 = 1;
const LENGTH = 2;
const GROUP = 3;
const GROUP_END = 4;
const FIXED32 = 5;

const SCALARS: Readonly<
  Record<string, { readonly wire: number; readonly fallback: ShownValue; readonly read: Scalar }>
> = {
  int32: { wire: VARINT, fallback: 0, read: (source) => Number(BigInt.asIntN(32, source.varint())) },
  int64: { wire: VARINT, fallback: 0, read: (source) => integerShown(BigInt.asIntN(64, source.varint())) },
  uint32: { wire: VARINT, fallback: 0, read: (source) => Number(BigInt.asUintN(32, source.varint())) },
  uint64: { wire: VARINT, fallback: 0, read: (source) => integerShown(source.varint()) },
  sint32: { wire: VARINT, fallback: 0, read: (source) => Number(BigInt.asIntN(32, source.zigzag())) },
  sint64: { wire: VARINT, fallback: 0, read: (source) => integerShown(source.zigzag()) },
  bool: { wire: VARINT, fallback: false, read: (source) => source.varint() !== 0n },
  fixed32: { wire: FIXED32, fallback: 0, read: (source) => source.fixed32() },
  sfixed32: { wire: FIXED32, fallback: 0, read: (source) => source.fixed32() | 0 },
  float: { wire: FIXED32, fallback: 0, read: (source) => float32Shown(source.float()) },
  fixed64: { wire: FIXED64, fallback: 0, read: (source) => integerShown(source.fixed64()) },
  sfixed64: { wire: FIXED64, fallback: 0, read: (source) => integerShown(BigInt.asIntN(64, source.fixed64())) },
  double: { wire: FIXED64, fallback: 0, read: (source) => floatShown(source.double()) },
  string: { wire: LENGTH, fallback: "", read: (source) => source.text(source.length(source.varint())) },
  bytes: {
    wire: LENGTH,
    fallback: "0x",
    read: (source) => `0x${Buffer.from(source.take(source.length(source.varint()))).toString("hex")}`,
  },
};

/** The schema of this .proto text; `imports` are the texts that it imports. Throws a `DecodingError`. */
export function protobufSchema(text: string, imports: readonly string[]): ProtobufSchema {
  const types: ProtoTypes = { messages: new Map(), enums: new Map() };
  for (const each of [BUILT_IN, ...imports]) readProto(each, types);
  const outermost = readProto(text, types);
  return {
    decode(bytes) {
      const source = new ByteSource(bytes);
      const message = messageAt(outermost, indexesOf(source));
      return { name: message.name, value: decodeMessage({ types, source, message, group: null, depth: 0 }) };
    },
  };
}

/** Which message, by its place among those of the file, then among those within it; a single 0 stands for the first. */
function indexesOf(source: ByteSource): number[] {
  const count = source.length(source.zigzag());
  if (count === 0) return [0];
  const indexes: number[] = [];
  for (let i = 0; i < count; i++) indexes.push(Number(source.zigzag()));
  return indexes;
}

function messageAt(outermost: readonly ProtoMessage[], indexes: readonly number[]): ProtoMessage {
  let among = outermost;
  let found: ProtoMessage | undefined;
  for (const index of indexes) {
    found = among[index];
    if (found === undefined)
      throw new DecodingError(`it is message ${indexes.join(".")} of its schema, which has none there`);
    among = found.messages;
  }
  return found as ProtoMessage;
}

interface Reading {
  readonly types: ProtoTypes;
  readonly source: ByteSource;
  readonly message: ProtoMessage;
  /** The number of the group that ends it; null: it ends with the bytes. */
  readonly group: number | null;
  readonly depth: number;
}

function decodeMessage(reading: Reading): ShownValue {
  const { types, source, message, group, depth } = reading;
  if (depth > DEPTH_MAX) throw new DecodingError(`it nests deeper than ${DEPTH_MAX} times`);
  const found = newObject();
  for (const field of message.fields.values()) {
    if (field.kind === "repeated") found[field.name] = [];
    else if (field.kind === "map") found[field.name] = newObject();
    else if (!field.hasPresence) found[field.name] = fallbackOf(field, message, types);
  }
  for (let isOver = false; source.left > 0 && !isOver; ) {
    const tag = source.varint();
    const number = Number(tag >> 3n);
    const wire = Number(tag & 7n);
    if (wire === GROUP_END) {
      if (number !== group) throw new DecodingError(`a group ${number} ends that did not begin`);
      isOver = true;
      continue;
    }
    const field = message.fields.get(number);
    // What the schema does not know is shown by its number.
    if (field === undefined) found[number] = unknown(source, wire, number, depth);
    else readField(reading, found, field, wire);
  }
  return wellKnown(message.name, found);
}

function readField(reading: Reading, found: Record<string, ShownValue>, field: ProtoField, wire: number): void {
  const { source, types, message } = reading;
  const { name, type, kind, number } = field;
  const scalar = Object.hasOwn(SCALARS, type) ? SCALARS[type] : null;
  const enumeration = scalar === null ? resolved(types.enums, message.name, type) : null;
  const list = kind === "repeated" ? (found[name] as ShownValue[]) : null;
  if (kind === "map") {
    const entry: ProtoMessage = {
      name: message.name,
      messages: [],
      fields: new Map([
        [1, { ...field, name: "key", number: 1, type: field.keyType, kind: "single", hasPresence: false }],
        [2, { ...field, name: "value", number: 2, kind: "single", hasPresence: true }],
      ]),
    };
    expectWire(field, wire, LENGTH);
    const part = new ByteSource(source.take(source.length(source.varint())));
    const { key, value } = decodeMessage({ ...reading, source: part, message: entry, group: null }) as {
      key: ShownValue;
      value?: ShownValue;
    };
    const missing = value === undefined ? fallbackOf(entry.fields.get(2) as ProtoField, message, types) : value;
    (found[name] as Record<string, ShownValue>)[String(key)] = missing;
    return;
  }
  if (scalar !== null || enumeration !== null) {
    const expected = scalar?.wire ?? VARINT;
    const read = scalar?.read ?? ((from: ByteSource) => symbolOf(enumeration as ProtoEnum, from));
    if (list !== null && wire === LENGTH && expected !== LENGTH) {
      const packed = new ByteSource(source.take(source.length(source.varint())));
      while (packed.left > 0) list.push(read(packed));
      return;
    }
    expectWire(field, wire, expected);
    const value = read(source);
    if (list === null) found[name] = value;
    else list.push(value);
    return;
  }
  const inner = resolved(types.messages, message.name, type);
  if (inner === null) throw new DecodingError(`its schema names ${type}, which is not there`);
  const deeper = { types, message: inner, depth: reading.depth + 1 };
  let value: ShownValue;
  if (wire === GROUP) value = decodeMessage({ ...deeper, source, group: number });
  else {
    expectWire(field, wire, LENGTH);
    const part = new ByteSource(source.take(source.length(source.varint())));
    value = decodeMessage({ ...deeper, source: part, group: null });
  }
  if (list === null) found[name] = value;
  else list.push(value);
}

function expectWire(field: ProtoField, wire: number, expected: number): void {
  if (wire !== expected)
    throw new DecodingError(`field ${field.name} (${field.type}) is encoded as wire type ${wire}, not ${expected}`);
}

function symbolOf({ symbols }: ProtoEnum, source: ByteSource): ShownValue {
  const number = Number(BigInt.asIntN(32, source.varint()));
  return symbols.get(number) ?? number;
}

function fallbackOf({ type }: ProtoField, message: ProtoMessage, types: ProtoTypes): ShownValue {
  if (Object.hasOwn(SCALARS, type)) return SCALARS[type].fallback;
  const enumeration = resolved(types.enums, message.name, type);
  return enumeration === null ? null : (enumeration.symbols.get(0) ?? 0);
}

/** A name means what is nearest: within the message, then within what that is in, and so on. */
function resolved<T>(types: ReadonlyMap<string, T>, scope: string, name: string): T | null {
  if (name.startsWith(".")) return types.get(name.slice(1)) ?? null;
  for (let at = scope; ; at = at.slice(0, Math.max(0, at.lastIndexOf(".")))) {
    const found = types.get(at === "" ? name : `${at}.${name}`);
    if (found !== undefined) return found;
    if (at === "") return null;
  }
}

function unknown(source: ByteSource, wire: number, number: number, depth: number): ShownValue {
  if (depth > DEPTH_MAX) throw new DecodingError(`it nests deeper than ${DEPTH_MAX} times`);
  if (wire === VARINT) return integerShown(source.varint());
  if (wire === FIXED64) return integerShown(source.fixed64());
  if (wire === FIXED32) return source.fixed32();
  if (wire === LENGTH) return SCALARS.bytes.read(source);
  if (wire !== GROUP) throw new DecodingError(`field ${number} has wire type ${wire}, which is none`);
  const nothing: ProtoMessage = { name: "", fields: new Map(), messages: [] };
  const types: ProtoTypes = { messages: new Map(), enums: new Map() };
  return decodeMessage({ types, source, message: nothing, group: number, depth: depth + 1 });
}

/** Times and wrapped values as people write them. */
function wellKnown(name: string, found: Record<string, ShownValue>): ShownValue {
  if (!name.startsWith("google.protobuf.")) return found;
  if (name.endsWith("Value") && "value" in found) return found.value;
  const seconds = Number(found.seconds);
  const nanos = String(found.nanos ?? 0).padStart(9, "0");
  if (name === "google.protobuf.Timestamp" && Math.abs(seconds) < 1e11)
    return `${new Date(seconds * 1000).toISOString().slice(0, -5)}.${nanos}Z`;
  if (name === "google.protobuf.Duration") return `${seconds + Number(found.nanos) / 1e9}s`;
  return found;
}
