import { EMPTY_BYTES } from "../base/bytes.js";
import { compileFunction, Source } from "./compile-source.js";
import { type FieldLayout, fixedBytes, layoutOf, type StructLayout } from "./layout.js";
import type { Field, Fields, Primitive, Schema } from "./schema.js";
import { readText, TEXT_BYTES_MAX } from "./text.js";
import {
  badLength,
  badNull,
  badTag,
  position,
  readFloat64,
  readSafeInt64,
  readUuid,
  readUvarint,
  tooShort,
} from "./wire.js";

const HELPERS = {
  EMPTY_BYTES,
  badLength,
  badNull,
  badTag,
  position,
  readFloat64,
  readSafeInt64,
  readText,
  readUuid,
  readUvarint,
  tooShort,
};

/** Lists up to this length are allocated at once, longer ones as their elements come. */
const LIST_AT_ONCE = 1024;

/**
 * A decoder of one version as one straight function: `b` the bytes, `p` the position, no call per field but for strings, ids and
 * int64. Fields of fixed size in a row are checked against the end together.
 */
export function compileDecode(schema: Schema, version: number): (b: Uint8Array, at: number, end: number) => unknown {
  const s = new Source();
  const value = decodeStruct(s, layoutOf(schema, version), "end");
  s.add("position.at = p;", `return ${value};`);
  return compileFunction(`decode${schema.name}V${version}`, "b, p, end", s, HELPERS) as ReturnType<
    typeof compileDecode
  >;
}

/** Emits what reads a struct; the expression that it returns makes the value. */
function decodeStruct(s: Source, layout: StructLayout, end: string): string {
  const values = new Map<FieldLayout, string>();
  decodePlain(s, layout, end, values);
  if (layout.isFlexible) decodeTagged(s, layout, end, values);
  const properties = layout.fields.map((each) => `${each.name}: ${values.get(each) ?? defaultSource(each.field)}`);
  return `{ ${properties.join(", ")} }`;
}

function decodePlain(s: Source, layout: StructLayout, end: string, values: Map<FieldLayout, string>): void {
  let run: FieldLayout[] = [];
  for (const each of layout.plain) {
    if (fixedBytes(each.field.type) > 0) {
      run.push(each);
      continue;
    }
    decodeRun(s, run, leadBytes(each), each.path, end, values);
    run = [];
    const value = s.name("v");
    decodeVariable(s, each, value, end);
    values.set(each, value);
  }
  decodeRun(s, run, 0, "", end, values);
}

/** Bytes that the field has for certain: those of its length, the first one of a varint, the mark of a nullable struct. */
function leadBytes({ field, isNullable, isCompact }: FieldLayout): number {
  if (field.type === "struct") return isNullable ? 1 : 0;
  if (isCompact) return 1;
  return field.type === "string" ? 2 : 4;
}

function decodeRun(
  s: Source,
  run: readonly FieldLayout[],
  lead: number,
  leadPath: string,
  end: string,
  values: Map<FieldLayout, string>,
): void {
  let size = 0;
  for (const each of run) size += fixedBytes(each.field.type);
  if (size + lead === 0) return;
  const path = run.length > 0 ? run[0].path : leadPath;
  s.add(`if (${end} - p < ${size + lead}) throw tooShort(${quote(path)});`);
  let offset = 0;
  for (const each of run) {
    const value = s.name("v");
    s.add(`const ${value} = ${fixedSource(each.field.type, offset, each.path)};`);
    values.set(each, value);
    offset += fixedBytes(each.field.type);
  }
  if (size > 0) s.add(`p += ${size};`);
}

function fixedSource(type: Field["type"], offset: number, path: string): string {
  const at = (i: number) => (offset + i === 0 ? "b[p]" : `b[p + ${offset + i}]`);
  const start = offset === 0 ? "p" : `p + ${offset}`;
  switch (type) {
    case "bool":
      return `${at(0)} !== 0`;
    case "int8":
      return `(${at(0)} << 24) >> 24`;
    case "int16":
      return `((${at(0)} << 24) >> 16) | ${at(1)}`;
    case "uint16":
      return `(${at(0)} << 8) | ${at(1)}`;
    case "int32":
      return int32Source(at);
    case "uint32":
      return `(${int32Source(at)}) >>> 0`;
    case "int64":
      return `readSafeInt64(b, ${start}, ${quote(path)})`;
    case "float64":
      return `readFloat64(b, ${start})`;
    default:
      return `readUuid(b, ${start})`;
  }
}

function int32Source(at: (i: number) => string): string {
  return `(${at(0)} << 24) | (${at(1)} << 16) | (${at(2)} << 8) | ${at(3)}`;
}

/** Emits `let value` and what reads it; its lead bytes are there. */
function decodeVariable(s: Source, layout: FieldLayout, value: string, end: string): void {
  const { field, path } = layout;
  s.add(`let ${value};`);
  if (field.type === "struct") {
    decodeNullableStruct(s, layout, value, end);
    return;
  }
  const length = s.name("n");
  decodeLength(s, layout, length, field.type === "string" ? 2 : 4, end);
  s.add(`if (${length} < 0) ${layout.isNullable ? `${value} = null;` : `throw badNull(${quote(path)});`}`, "else {");
  if (field.type === "array") decodeList(s, layout, value, length, end);
  else decodeBytes(s, field.type, path, value, length, end);
  s.add("}");
}

/** Emits `let length`: −1 (or less) for null. */
function decodeLength(
  s: Source,
  layout: { isCompact: boolean; path: string },
  length: string,
  bytes: number,
  end: string,
) {
  if (layout.isCompact) {
    s.add(`let ${length} = b[p++];`);
    finishUvarint(s, length, layout.path, end);
    s.add(`${length} -= 1;`);
  } else {
    s.add(`const ${length} = ${fixedSource(bytes === 2 ? "int16" : "int32", 0, layout.path)};`, `p += ${bytes};`);
  }
}

/** `variable` holds the first byte, before `p`: reads the others. */
function finishUvarint(s: Source, variable: string, path: string, end: string): void {
  s.add(
    `if (${variable} > 127) {`,
    `${variable} = readUvarint(b, p - 1, ${end}, ${quote(path)});`,
    `p += (${variable} / 4294967296 - 1) | 0;`,
    `${variable} = ${variable} >>> 0;`,
    "}",
  );
}

function decodeBytes(s: Source, type: Field["type"], path: string, value: string, length: string, end: string): void {
  const tooLong = type === "string" ? `${length} > ${TEXT_BYTES_MAX} || ` : "";
  s.add(`if (${tooLong}${length} > ${end} - p) throw badLength(${quote(path)}, ${length});`);
  if (type === "string") s.add(`${value} = readText(b, p, ${length});`);
  else s.add(`${value} = b.subarray(p, p + ${length});`);
  s.add(`p += ${length};`);
}

function decodeList(s: Source, layout: FieldLayout, value: string, length: string, end: string): void {
  const { field, struct, path, elementBytesMin } = layout;
  const bound = elementBytesMin === 1 ? `${end} - p` : `(${end} - p) / ${elementBytesMin}`;
  const i = s.name("i");
  s.add(
    `if (${length} > ${bound}) throw badLength(${quote(path)}, ${length});`,
    `${value} = ${length} > ${LIST_AT_ONCE} ? [] : new Array(${length});`,
    `for (let ${i} = 0; ${i} < ${length}; ${i}++) {`,
  );
  if (struct !== null) {
    s.add(`${value}[${i}] = ${decodeStruct(s, struct, end)};`);
  } else {
    const type = field.element as Primitive;
    const size = fixedBytes(type);
    if (size > 0) {
      // The bound above holds for all of them.
      s.add(`${value}[${i}] = ${fixedSource(type, 0, path)};`, `p += ${size};`);
    } else {
      const n = s.name("n");
      const lead = layout.isCompact ? 1 : type === "string" ? 2 : 4;
      s.add(`if (${end} - p < ${lead}) throw tooShort(${quote(path)});`);
      decodeLength(s, layout, n, type === "string" ? 2 : 4, end);
      s.add(`if (${n} < 0) throw badNull(${quote(path)});`, "let e;");
      decodeBytes(s, type, path, "e", n, end);
      s.add(`${value}[${i}] = e;`);
    }
  }
  s.add("}");
}

function decodeNullableStruct(s: Source, layout: FieldLayout, value: string, end: string): void {
  const struct = layout.struct!;
  if (!layout.isNullable) {
    s.add("{");
    s.add(`${value} = ${decodeStruct(s, struct, end)};`, "}");
    return;
  }
  if (layout.field.tag < 0) {
    s.add(`if (b[p++] > 127) ${value} = null;`);
  } else {
    const mark = s.name("n");
    s.add(`let ${mark} = b[p++];`);
    finishUvarint(s, mark, layout.path, end);
    s.add(`if (${mark} === 0) ${value} = null;`);
  }
  s.add("else {");
  s.add(`${value} = ${decodeStruct(s, struct, end)};`, "}");
}

function decodeTagged(s: Source, layout: StructLayout, end: string, values: Map<FieldLayout, string>): void {
  for (const each of layout.tagged) {
    const value = s.name("v");
    s.add(`let ${value} = ${defaultSource(each.field)};`);
    values.set(each, value);
  }
  const path = layout.tagged.length > 0 ? layout.tagged[0].path : "tagged fields";
  const left = s.name("n");
  s.add(`if (p >= ${end}) throw tooShort(${quote(path)});`, `let ${left} = b[p++];`, `if (${left} > 0) {`);
  finishUvarint(s, left, path, end);
  const tag = s.name("tag");
  const size = s.name("n");
  const stop = s.name("stop");
  s.add(`for (; ${left} > 0; ${left}--) {`);
  for (const variable of [tag, size]) {
    s.add(`if (p >= ${end}) throw tooShort(${quote(path)});`, `let ${variable} = b[p++];`);
    finishUvarint(s, variable, path, end);
  }
  s.add(
    `if (${size} > ${end} - p) throw badLength(${quote(path)}, ${size});`,
    `const ${stop} = p + ${size};`,
    `switch (${tag}) {`,
  );
  for (const each of layout.tagged) {
    s.add(`case ${each.field.tag}: {`);
    decodeTaggedField(s, each, values.get(each)!, stop);
    s.add(`if (p !== ${stop}) throw badTag(${quote(each.path)});`, "break;", "}");
  }
  s.add(`default: p = ${stop};`, "}", "}", "}");
}

function decodeTaggedField(s: Source, layout: FieldLayout, value: string, stop: string): void {
  const size = fixedBytes(layout.field.type) || (layout.field.type === "struct" && !layout.isNullable ? 0 : 1);
  if (size > 0) s.add(`if (${stop} - p < ${size}) throw tooShort(${quote(layout.path)});`);
  if (fixedBytes(layout.field.type) > 0) {
    s.add(`${value} = ${fixedSource(layout.field.type, 0, layout.path)};`, `p += ${size};`);
  } else {
    const read = s.name("v");
    decodeVariable(s, layout, read, stop);
    s.add(`${value} = ${read};`);
  }
}

/** An expression that makes the default value, with its properties in the order of the schema: one hidden class for all versions. */
function defaultSource(field: Field): string {
  if (field.default !== undefined) return JSON.stringify(field.default);
  switch (field.type) {
    case "struct":
      return structDefaultSource(field.fields!);
    case "array":
      return "[]";
    default:
      return "EMPTY_BYTES";
  }
}

function structDefaultSource(fields: Fields): string {
  return `{ ${Object.keys(fields)
    .map((name) => `${name}: ${defaultSource(fields[name])}`)
    .join(", ")} }`;
}

function quote(text: string): string {
  return JSON.stringify(text);
}
