import {
  readInt8,
  readInt16,
  readInt32,
  readUint16,
  readUint32,
  writeInt16,
  writeInt32,
  writeUvarint,
} from "../base/bytes.js";
import { defaultOf, type FieldLayout, fixedBytes, isDefault, layoutOf, type StructLayout } from "./layout.js";
import type { Primitive, RecordsInput, Schema } from "./schema.js";
import { readText, TEXT_BYTES_MAX } from "./text.js";
import {
  badLength,
  badNull,
  badTag,
  bytesSize,
  copyBytes,
  grow,
  listSize,
  outOfRange,
  position,
  readFloat64,
  readSafeInt64,
  readUuid,
  readUvarint,
  recordsSize,
  textRoom,
  tooShort,
  unsupported,
  Writer,
  writeCompactText,
  writeFloat64,
  writeRecords,
  writeSafeInt64,
  writeText16,
  writeUuid,
} from "./wire.js";

/**
 * The codec that walks the schema. It says what the compiled one (compile-decode.ts) must do, in the plainest way, and stands in for
 * it where code generation is not allowed.
 */

type Struct = Record<string, unknown>;

export function interpretDecode(schema: Schema, version: number): (b: Uint8Array, at: number, end: number) => unknown {
  const layout = layoutOf(schema, version);
  return (b, at, end) => {
    const cursor: Cursor = { b, at, end };
    const value = decodeStruct(layout, cursor);
    position.at = cursor.at;
    return value;
  };
}

export function interpretEncode(schema: Schema, version: number): (value: unknown, w: Writer) => void {
  const layout = layoutOf(schema, version);
  return (value, w) => encodeStruct(layout, value as Struct, w);
}

interface Cursor {
  readonly b: Uint8Array;
  at: number;
  end: number;
}

function take(c: Cursor, size: number, path: string): number {
  if (c.end - c.at < size) throw tooShort(path);
  const at = c.at;
  c.at += size;
  return at;
}

function takeUvarint(c: Cursor, path: string): number {
  const read = readUvarint(c.b, c.at, c.end, path);
  c.at += Math.floor(read / 4294967296);
  return read >>> 0;
}

function decodeStruct(layout: StructLayout, c: Cursor): Struct {
  const value: Struct = {};
  for (const each of layout.fields) value[each.name] = defaultOf(each.field);
  for (const each of layout.plain) value[each.name] = decodeField(each, c);
  if (layout.isFlexible) decodeTagged(layout, value, c);
  return value;
}

function decodeTagged(layout: StructLayout, value: Struct, c: Cursor): void {
  const path = "tagged fields";
  for (let left = takeUvarint(c, path); left > 0; left--) {
    const tag = takeUvarint(c, path);
    const size = takeUvarint(c, path);
    if (size > c.end - c.at) throw badLength(path, size);
    const stop = c.at + size;
    const known = layout.tagged.find((each) => each.field.tag === tag);
    if (known === undefined) {
      c.at = stop;
      continue;
    }
    const end = c.end;
    c.end = stop;
    value[known.name] = decodeField(known, c);
    if (c.at !== stop) throw badTag(known.path);
    c.end = end;
  }
}

function decodeField(layout: FieldLayout, c: Cursor): unknown {
  const { field, path } = layout;
  if (field.type === "struct") return decodeNullableStruct(layout, c);
  if (field.type !== "array") return decodePrimitive(field.type, layout, c);
  const count = decodeLength(layout, c, 4);
  if (count < 0) return null;
  if (count > (c.end - c.at) / layout.elementBytesMin) throw badLength(path, count);
  const list: unknown[] = [];
  for (let i = 0; i < count; i++) {
    list.push(
      layout.struct !== null ? decodeStruct(layout.struct, c) : decodePrimitive(field.element!, layout, c, false),
    );
  }
  return list;
}

function decodeNullableStruct(layout: FieldLayout, c: Cursor): unknown {
  if (layout.isNullable) {
    const mark = layout.field.tag >= 0 ? takeUvarint(c, layout.path) : readInt8(c.b, take(c, 1, layout.path));
    if (layout.field.tag >= 0 ? mark === 0 : mark < 0) return null;
  }
  return decodeStruct(layout.struct!, c);
}

/** −1 for null. */
function decodeLength(layout: FieldLayout, c: Cursor, bytes: number, isNullable = layout.isNullable): number {
  const { path } = layout;
  let length: number;
  if (layout.isCompact) length = takeUvarint(c, path) - 1;
  else if (bytes === 2) length = readInt16(c.b, take(c, 2, path));
  else length = readInt32(c.b, take(c, 4, path));
  if (length >= 0) return length;
  if (!isNullable) throw badNull(path);
  return -1;
}

function decodePrimitive(type: Primitive, layout: FieldLayout, c: Cursor, isNullable = layout.isNullable): unknown {
  const { path } = layout;
  switch (type) {
    case "string": {
      const length = decodeLength(layout, c, 2, isNullable);
      if (length < 0) return null;
      if (length > TEXT_BYTES_MAX || length > c.end - c.at) throw badLength(path, length);
      return readText(c.b, take(c, length, path), length);
    }
    case "bytes":
    case "records": {
      const length = decodeLength(layout, c, 4, isNullable);
      if (length < 0) return null;
      if (length > c.end - c.at) throw badLength(path, length);
      const at = take(c, length, path);
      return c.b.subarray(at, at + length);
    }
  }
  const at = take(c, fixedBytes(type), path);
  switch (type) {
    case "bool":
      return c.b[at] !== 0;
    case "int8":
      return readInt8(c.b, at);
    case "int16":
      return readInt16(c.b, at);
    case "uint16":
      return readUint16(c.b, at);
    case "int32":
      return readInt32(c.b, at);
    case "uint32":
      return readUint32(c.b, at);
    case "int64":
      return readSafeInt64(c.b, at, path);
    case "float64":
      return readFloat64(c.b, at);
    case "uuid":
      return readUuid(c.b, at);
  }
}

function room(w: Writer, size: number): Uint8Array {
  return w.at + size > w.bytes.length ? grow(w, w.at, size) : w.bytes;
}

function encodeUvarint(w: Writer, value: number): void {
  w.at = writeUvarint(room(w, 5), w.at, value);
}

function encodeStruct(layout: StructLayout, value: Struct, w: Writer): void {
  for (const each of layout.fields) {
    if (!each.isPresent && !each.field.ignorable && !isDefault(each.field, value[each.name])) {
      throw unsupported(each.path);
    }
  }
  for (const each of layout.plain) {
    const given = value[each.name];
    encodeField(each, given === undefined ? defaultOf(each.field) : given, w);
  }
  if (!layout.isFlexible) return;
  const tagged = layout.tagged.filter((each) => !isDefault(each.field, value[each.name]));
  encodeUvarint(w, tagged.length);
  for (const each of tagged) {
    // Written apart first, since its size comes before it.
    const payload = new Writer(64);
    encodeField(each, value[each.name], payload);
    encodeUvarint(w, each.field.tag);
    encodeUvarint(w, payload.at);
    w.at = copyBytes(room(w, payload.at), w.at, payload.bytes.subarray(0, payload.at));
  }
}

function encodeField(layout: FieldLayout, value: unknown, w: Writer): void {
  const { field, path } = layout;
  if (value === null && !layout.isNullable && fixedBytes(field.type) === 0) throw badNull(path);
  if (field.type === "struct") {
    encodeNullableStruct(layout, value as Struct | null, w);
  } else if (field.type === "array") {
    encodeLength(layout, value === null ? -1 : listSize(value as unknown[], path), 4, w);
    if (value === null) return;
    for (const element of value as unknown[]) {
      if (layout.struct !== null) encodeStruct(layout.struct, element as Struct, w);
      else encodePrimitive(field.element!, layout, element, w);
    }
  } else if (value === null && layout.isNullable) {
    encodeLength(layout, -1, field.type === "string" ? 2 : 4, w);
  } else {
    encodePrimitive(field.type, layout, value, w);
  }
}

function encodeNullableStruct(layout: FieldLayout, value: Struct | null, w: Writer): void {
  if (layout.isNullable) {
    const mark = value !== null ? 1 : layout.field.tag >= 0 ? 0 : 0xff;
    room(w, 1)[w.at++] = mark;
  }
  if (value !== null) encodeStruct(layout.struct!, value, w);
}

function encodeLength(layout: FieldLayout, length: number, bytes: number, w: Writer): void {
  if (layout.isCompact) {
    encodeUvarint(w, length + 1);
  } else if (bytes === 2) {
    writeInt16(room(w, 2), w.at, length);
    w.at += 2;
  } else {
    writeInt32(room(w, 4), w.at, length);
    w.at += 4;
  }
}

function encodePrimitive(type: Primitive, layout: FieldLayout, value: unknown, w: Writer): void {
  const { path } = layout;
  switch (type) {
    case "string": {
      const text = value as string;
      const b = room(w, textRoom(text, path));
      w.at = layout.isCompact ? writeCompactText(b, w.at, text, path) : writeText16(b, w.at, text, path);
      return;
    }
    case "bytes": {
      const size = bytesSize(value as Uint8Array, path);
      encodeLength(layout, size, 4, w);
      w.at = copyBytes(room(w, size), w.at, value as Uint8Array);
      return;
    }
    case "records": {
      const size = recordsSize(value as RecordsInput, path);
      encodeLength(layout, size, 4, w);
      if (w.views === null) room(w, size);
      w.at = writeRecords(w, w.at, value as RecordsInput);
      return;
    }
    case "uuid":
      writeUuid(room(w, 16), w.at, value as string, path);
      break;
    case "int64":
      writeSafeInt64(room(w, 8), w.at, value as number, path);
      break;
    case "float64":
      writeFloat64(room(w, 8), w.at, value as number);
      break;
    case "bool":
      room(w, 1)[w.at] = value === true ? 1 : 0;
      break;
    default: {
      const number = value as number;
      const [low, high] = INTEGER_RANGES[type];
      if (!Number.isInteger(number) || number < low || number > high) outOfRange(path, number);
      const size = fixedBytes(type);
      const b = room(w, size);
      if (size === 1) b[w.at] = number;
      else if (size === 2) writeInt16(b, w.at, number);
      else writeInt32(b, w.at, number);
    }
  }
  w.at += fixedBytes(type);
}

type SmallInteger = Exclude<Primitive, "string" | "bytes" | "records" | "uuid" | "int64" | "float64" | "bool">;

const INTEGER_RANGES: { readonly [type in SmallInteger]: readonly [number, number] } = {
  int8: [-0x80, 0x7f],
  int16: [-0x8000, 0x7fff],
  uint16: [0, 0xffff],
  int32: [-0x80000000, 0x7fffffff],
  uint32: [0, 0xffffffff],
};
