import { assert } from "../base/assert.js";
import { EMPTY_BYTES, writeUvarint } from "../base/bytes.js";
import { compileFunction, Source } from "./compile-source.js";
import { type FieldLayout, fixedBytes, isDefault, layoutOf, type StructLayout } from "./layout.js";
import type { Field, Primitive, Schema } from "./schema.js";
import {
  badNull,
  bytesSize,
  copyBytes,
  grow,
  listSize,
  noElements,
  outOfRange,
  recordsSize,
  textRoom,
  unsupported,
  type Writer,
  widen,
  writeCompactText,
  writeFloat64,
  writeRecords,
  writeSafeInt64,
  writeText16,
  writeUuid,
} from "./wire.js";

const HELPERS = {
  EMPTY_BYTES,
  NO_ELEMENTS: noElements(),
  badNull,
  bytesSize,
  copyBytes,
  grow,
  isDefault,
  listSize,
  outOfRange,
  recordsSize,
  textRoom,
  unsupported,
  widen,
  writeCompactText,
  writeFloat64,
  writeRecords,
  writeSafeInt64,
  writeText16,
  writeUuid,
  writeUvarint,
};

/** Room for any length, null or mark. */
const LENGTH_ROOM = 5;

/** Source with the fields that its helpers look at while it runs. */
class EncodeSource extends Source {
  readonly fields: Field[];

  constructor() {
    super();
    this.fields = [];
  }

  /** An expression for the field itself. */
  field(field: Field): string {
    this.fields.push(field);
    return `FIELDS[${this.fields.length - 1}]`;
  }

  room(size: string | number): void {
    this.add(`if (p + ${size} > b.length) b = grow(w, p, ${size});`);
  }
}

/**
 * An encoder of one version as one straight function that appends to a Writer: `b` its bytes, `p` the position. It makes room
 * once for fields of fixed size in a row.
 */
export function compileEncode(schema: Schema, version: number): (value: unknown, w: Writer) => void {
  const s = new EncodeSource();
  s.add("let b = w.bytes;", "let p = w.at;");
  encodeStruct(s, layoutOf(schema, version), "o");
  s.add("w.at = p;");
  const helpers = { ...HELPERS, FIELDS: s.fields };
  return compileFunction(`encode${schema.name}V${version}`, "o, w", s, helpers) as ReturnType<typeof compileEncode>;
}

function encodeStruct(s: EncodeSource, layout: StructLayout, object: string): void {
  for (const each of layout.fields) {
    if (each.isPresent || each.field.ignorable) continue;
    const value = `${object}.${each.name}`;
    s.add(`if (${value} !== undefined && ${differs(s, each.field, value)}) throw unsupported(${quote(each.path)});`);
  }
  let run: FieldLayout[] = [];
  for (const each of layout.plain) {
    if (fixedBytes(each.field.type) > 0) {
      run.push(each);
      continue;
    }
    encodeRun(s, run, LENGTH_ROOM, object);
    run = [];
    const value = s.name("v");
    s.add(`let ${value} = ${object}.${each.name};`);
    encodeVariable(s, each, value);
  }
  encodeRun(s, run, 0, object);
  if (layout.isFlexible) encodeTagged(s, layout, object);
}

function encodeRun(s: EncodeSource, run: readonly FieldLayout[], lead: number, object: string): void {
  let size = 0;
  for (const each of run) size += fixedBytes(each.field.type);
  if (size + lead > 0) s.room(size + lead);
  let offset = 0;
  for (const each of run) {
    const value = s.name("v");
    s.add(
      `let ${value} = ${object}.${each.name};`,
      `if (${value} === undefined) ${value} = ${JSON.stringify(each.field.default)};`,
    );
    writeFixed(s, each.field.type, value, offset, each.path);
    offset += fixedBytes(each.field.type);
  }
  if (size > 0) s.add(`p += ${size};`);
}

function writeFixed(s: Source, type: Field["type"], value: string, offset: number, path: string): void {
  const at = (i: number) => (offset + i === 0 ? "b[p]" : `b[p + ${offset + i}]`);
  const start = offset === 0 ? "p" : `p + ${offset}`;
  const check = (same: string) => s.add(`if ((${same}) !== ${value}) outOfRange(${quote(path)}, ${value});`);
  switch (type) {
    case "bool":
      s.add(`${at(0)} = ${value} === true ? 1 : 0;`);
      return;
    case "int8":
      check(`${value} << 24 >> 24`);
      s.add(`${at(0)} = ${value};`);
      return;
    case "int16":
    case "uint16":
      check(type === "int16" ? `${value} << 16 >> 16` : `${value} & 0xffff`);
      s.add(`${at(0)} = ${value} >> 8;`, `${at(1)} = ${value};`);
      return;
    case "int32":
    case "uint32":
      check(type === "int32" ? `${value} | 0` : `${value} >>> 0`);
      s.add(
        `${at(0)} = ${value} >> 24;`,
        `${at(1)} = ${value} >> 16;`,
        `${at(2)} = ${value} >> 8;`,
        `${at(3)} = ${value};`,
      );
      return;
    case "int64":
      s.add(`writeSafeInt64(b, ${start}, ${value}, ${quote(path)});`);
      return;
    case "float64":
      s.add(`writeFloat64(b, ${start}, ${value});`);
      return;
    default:
      s.add(`writeUuid(b, ${start}, ${value}, ${quote(path)});`);
  }
}

/** There is room for a length already. `value` may be undefined. */
function encodeVariable(s: EncodeSource, layout: FieldLayout, value: string): void {
  const { field, path } = layout;
  if (field.type === "struct") {
    encodeNullableStruct(s, layout, value);
    return;
  }
  s.add(`if (${value} === undefined) ${value} = ${defaultSource(field)};`, `if (${value} === null) {`);
  if (layout.isNullable) writeLength(s, layout, "-1", field.type === "string" ? 2 : 4);
  else s.add(`throw badNull(${quote(path)});`);
  s.add("} else {");
  if (field.type === "array") encodeList(s, layout, value);
  else encodeBytes(s, field.type, layout, value);
  s.add("}");
}

function writeLength(s: Source, layout: FieldLayout, length: string, bytes: number): void {
  if (layout.isCompact) {
    if (length === "-1") s.add("b[p++] = 0;");
    else s.add(`if (${length} < 127) b[p++] = ${length} + 1;`, `else p = writeUvarint(b, p, ${length} + 1);`);
    return;
  }
  for (let shift = (bytes - 1) * 8; shift >= 0; shift -= 8) {
    s.add(length === "-1" ? "b[p++] = 255;" : `b[p++] = ${length}${shift > 0 ? ` >> ${shift}` : ""};`);
  }
}

function encodeBytes(s: EncodeSource, type: Field["type"], layout: FieldLayout, value: string): void {
  const path = quote(layout.path);
  const n = s.name("n");
  if (type === "string") {
    s.add(`const ${n} = textRoom(${value}, ${path});`);
    s.room(n);
    s.add(`p = ${layout.isCompact ? "writeCompactText" : "writeText16"}(b, p, ${value}, ${path});`);
  } else if (type === "bytes") {
    s.add(`const ${n} = bytesSize(${value}, ${path});`);
    writeLength(s, layout, n, 4);
    s.room(n);
    s.add(`p = copyBytes(b, p, ${value});`);
  } else {
    s.add(`const ${n} = recordsSize(${value}, ${path});`);
    writeLength(s, layout, n, 4);
    s.add("if (w.views === null) {");
    s.room(n);
    s.add("}", `p = writeRecords(w, p, ${value});`);
  }
}

function encodeList(s: EncodeSource, layout: FieldLayout, value: string): void {
  const { field, struct, path } = layout;
  const n = s.name("n");
  const i = s.name("i");
  const element = s.name("e");
  s.add(`const ${n} = listSize(${value}, ${quote(path)});`);
  writeLength(s, layout, n, 4);
  const size = field.element === null ? 0 : fixedBytes(field.element);
  if (size > 0) s.room(`${n} * ${size}`);
  s.add(`for (let ${i} = 0; ${i} < ${n}; ${i}++) {`, `const ${element} = ${value}[${i}];`);
  if (struct !== null) {
    encodeStruct(s, struct, element);
  } else if (size > 0) {
    writeFixed(s, field.element as Primitive, element, 0, path);
    s.add(`p += ${size};`);
  } else {
    s.room(LENGTH_ROOM);
    encodeBytes(s, field.element as Primitive, layout, element);
  }
  s.add("}");
}

function encodeNullableStruct(s: EncodeSource, layout: FieldLayout, value: string): void {
  const { field, path } = layout;
  s.add(`if (${value} === undefined) ${value} = ${field.default === null ? "null" : "{}"};`);
  s.add(`if (${value} === null) {`);
  if (!layout.isNullable) s.add(`throw badNull(${quote(path)});`);
  else s.add(field.tag >= 0 ? "b[p++] = 0;" : "b[p++] = 255;");
  s.add("} else {");
  if (layout.isNullable) s.add("b[p++] = 1;");
  encodeStruct(s, layout.struct!, value);
  s.add("}");
}

function encodeTagged(s: EncodeSource, layout: StructLayout, object: string): void {
  const written: string[] = [];
  for (const each of layout.tagged) {
    const value = s.name("v");
    const isWritten = s.name("is");
    s.add(
      `let ${value} = ${object}.${each.name};`,
      `const ${isWritten} = ${value} !== undefined && ${differs(s, each.field, value)};`,
    );
    written.push(value, isWritten);
  }
  s.room(1);
  const count = layout.tagged.map((_, i) => `(${written[2 * i + 1]} ? 1 : 0)`).join(" + ");
  s.add(`b[p++] = ${count === "" ? "0" : count};`);
  for (let i = 0; i < layout.tagged.length; i++) {
    const each = layout.tagged[i];
    assert(
      each.field.tag < 128 && each.field.type !== "records",
      `${each.path}: such a tagged field is not provided for`,
    );
    const sizeAt = s.name("s");
    s.add(`if (${written[2 * i + 1]}) {`);
    s.room(2 + LENGTH_ROOM + fixedBytes(each.field.type));
    s.add(`b[p++] = ${each.field.tag};`, `const ${sizeAt} = p++;`);
    if (fixedBytes(each.field.type) > 0) {
      writeFixed(s, each.field.type, written[2 * i], 0, each.path);
      s.add(`p += ${fixedBytes(each.field.type)};`);
    } else {
      encodeVariable(s, each, written[2 * i]);
    }
    s.add(`if (p - ${sizeAt} <= 128) b[${sizeAt}] = p - ${sizeAt} - 1;`, "else {");
    s.room(4);
    s.add(`p = widen(b, ${sizeAt}, p);`, "}", "}");
  }
}

/** Whether a value that is not undefined is other than the default. */
function differs(s: EncodeSource, field: Field, value: string): string {
  const isScalar = fixedBytes(field.type) > 0 || field.type === "string";
  return isScalar ? `${value} !== ${JSON.stringify(field.default)}` : `!isDefault(${s.field(field)}, ${value})`;
}

function defaultSource(field: Field): string {
  if (field.default !== undefined) return JSON.stringify(field.default);
  return field.type === "array" ? "NO_ELEMENTS" : "EMPTY_BYTES";
}

function quote(text: string): string {
  return JSON.stringify(text);
}
