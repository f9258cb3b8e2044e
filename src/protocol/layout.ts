import { assert } from "../base/assert.js";
import { EMPTY_BYTES } from "../base/bytes.js";
import { deepEqual } from "../base/deep-equal.js";
import type { Field, Fields, Primitive, Schema } from "./schema.js";
import { hasVersion } from "./schema.js";

/** What a field is in one version. */
export interface FieldLayout {
  readonly name: string;
  /** For errors: `ProduceRequest v9: topicData.name`. */
  readonly path: string;
  readonly field: Field;
  readonly isPresent: boolean;
  readonly isNullable: boolean;
  /** Its length is an unsigned varint of length + 1. */
  readonly isCompact: boolean;
  /** Of a struct or the elements of an array of structs. */
  readonly struct: StructLayout | null;
  /** Bytes that an element of an array takes at least; 0 when it is no array. */
  readonly elementBytesMin: number;
}

export interface StructLayout {
  /** In the order of the schema. */
  readonly fields: readonly FieldLayout[];
  /** Those that are present and not tagged, in the order of the wire. */
  readonly plain: readonly FieldLayout[];
  /** Those that are present and tagged, by tag. */
  readonly tagged: readonly FieldLayout[];
  readonly isFlexible: boolean;
  /** Bytes that it takes at least. */
  readonly bytesMin: number;
}

const FIXED_BYTES: { readonly [type in Primitive]?: number } = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
};

/** Bytes of a value that always takes as many; 0 for the others. */
export function fixedBytes(type: Field["type"]): number {
  return FIXED_BYTES[type as Primitive] ?? 0;
}

export function layoutOf(schema: Schema, version: number): StructLayout {
  return structLayout(schema.fields, version, hasVersion(schema.flexible, version), `${schema.name} v${version}: `);
}

function structLayout(fields: Fields, version: number, isFlexible: boolean, prefix: string): StructLayout {
  const all: FieldLayout[] = [];
  for (const name of Object.keys(fields)) all.push(fieldLayout(name, fields[name], version, isFlexible, prefix));
  const present = all.filter((layout) => layout.isPresent);
  const plain = present.filter((layout) => layout.field.tag < 0);
  const tagged = present.filter((layout) => layout.field.tag >= 0).sort((a, b) => a.field.tag - b.field.tag);
  assert(isFlexible || tagged.length === 0, `${prefix} tagged fields need a flexible version`);
  let bytesMin = isFlexible ? 1 : 0;
  for (const layout of plain) bytesMin += plainBytesMin(layout);
  return { fields: all, plain, tagged, isFlexible, bytesMin };
}

function fieldLayout(name: string, field: Field, version: number, isFlexible: boolean, prefix: string): FieldLayout {
  const path = `${prefix}${name}`;
  const isPresent = hasVersion(field.versions, version);
  const isCompact = isFlexible && field.flexible;
  const struct =
    field.fields !== null && isPresent ? structLayout(field.fields, version, isFlexible, `${path}.`) : null;
  return {
    name,
    path,
    field,
    isPresent,
    isNullable: hasVersion(field.nullable, version),
    isCompact,
    struct,
    elementBytesMin: field.type === "array" && isPresent ? elementBytesMin(field, struct, isCompact, path) : 0,
  };
}

function elementBytesMin(field: Field, struct: StructLayout | null, isCompact: boolean, path: string): number {
  const bytes =
    struct !== null ? struct.bytesMin : fixedBytes(field.element!) || lengthBytesMin(field.element!, isCompact);
  // Otherwise a few bytes could stand for any number of elements.
  assert(bytes > 0, `${path}: elements that take no bytes`);
  return bytes;
}

function plainBytesMin({ field, struct, isNullable, isCompact }: FieldLayout): number {
  if (field.type === "struct") return isNullable ? 1 : struct!.bytesMin;
  return fixedBytes(field.type) || lengthBytesMin(field.type, isCompact);
}

function lengthBytesMin(type: Field["type"], isCompact: boolean): number {
  if (isCompact) return 1;
  return type === "string" ? 2 : 4;
}

/** A field's value when it is absent; a new one each time where it can be changed. */
export function defaultOf(field: Field): unknown {
  if (field.default !== undefined) return field.default;
  switch (field.type) {
    case "struct":
      return defaultsOf(field.fields!);
    case "array":
      return [];
    default:
      return EMPTY_BYTES;
  }
}

export function defaultsOf(fields: Fields): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) value[name] = defaultOf(fields[name]);
  return value;
}

/** Whether `value` (an input: what it lacks has its default) is what the field has when it is absent. */
export function isDefault(field: Field, value: unknown): boolean {
  if (value === undefined || value === field.default) return true;
  if (value === null || field.default === null) return false;
  switch (field.type) {
    case "struct":
      for (const name of Object.keys(field.fields!)) {
        if (!isDefault(field.fields![name], (value as Record<string, unknown>)[name])) return false;
      }
      return true;
    case "array":
    case "bytes":
    case "records":
      return (value as ArrayLike<unknown>).length === 0;
    case "float64":
      return deepEqual(value, field.default);
    default:
      return false;
  }
}
