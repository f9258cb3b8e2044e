/**
 * Messages as data: one schema describes all versions of a message, as Kafka's message JSON does (KIP-482 for flexible
 * versions and tagged fields). Codecs are compiled from it (compile-decode.ts, compile-encode.ts) or walk it (interpreter.ts); the types of decoded
 * values are inferred from it.
 *
 * Versions are written as Kafka does: `"3+"`, `"0-7"`, `"4"`, `"none"`.
 */

export type Primitive =
  | "bool"
  | "int8"
  | "int16"
  | "uint16"
  | "int32"
  | "uint32"
  | "int64"
  | "float64"
  | "string"
  | "uuid"
  | "bytes"
  | "records";

/** What a record batch may be encoded from: one view, or several in a row, which `encodeChunks` does not copy. */
export type RecordsInput = Uint8Array | readonly Uint8Array[];

interface PrimitiveValues {
  bool: boolean;
  int8: number;
  int16: number;
  uint16: number;
  int32: number;
  uint32: number;
  int64: number;
  float64: number;
  string: string;
  uuid: string;
  bytes: Uint8Array;
  records: Uint8Array;
}

interface PrimitiveInputs extends Omit<PrimitiveValues, "records"> {
  records: RecordsInput;
}

export interface FieldOptions<T> {
  /** The value when the field is absent. Kafka's implicit ones need not be given: 0, false, "", no elements. */
  readonly default?: T;
  /** Without it, encoding a value other than the default for a version that lacks the field is an error. */
  readonly ignorable?: boolean;
  /** A tagged field (KIP-482): it is written only if it differs from its default. */
  readonly tag?: number;
  /** "none": the length is written as in versions that are not flexible (the header's client id). */
  readonly flexible?: "none";
}

export interface NullableOptions<T> extends FieldOptions<T | null> {
  /** The versions in which the field may be null. */
  readonly nullable: string;
}

/** One field in all versions. `V` is what decoding gives, `I` what encoding takes. */
export interface Field<V = unknown, I = V> {
  readonly type: Primitive | "struct" | "array";
  readonly versions: string;
  readonly nullable: string;
  /** `undefined`: a struct or array of defaults, which is made anew for each value. */
  readonly default: V | undefined;
  readonly ignorable: boolean;
  /** −1: not tagged. */
  readonly tag: number;
  readonly flexible: boolean;
  /** Of a struct, or of each element of an array of structs. */
  readonly fields: Fields | null;
  /** Of an array of anything else. */
  readonly element: Primitive | null;
  /** For the types alone; never set. */
  readonly types?: readonly [V, I];
}

// biome-ignore lint/suspicious/noExplicitAny: a field of any type; Field<unknown> would not accept Field<number>
export type Fields = { readonly [name: string]: Field<any, any> };

export interface Schema<F extends Fields = Fields> {
  /** Kafka's name of the message. */
  readonly name: string;
  readonly versions: string;
  readonly flexible: string;
  readonly minVersion: number;
  readonly maxVersion: number;
  readonly fields: F;
  /** By version − minVersion; the codec puts what it compiled here. */
  readonly codecs: unknown[];
}

type FieldValue<F> = F extends Field<infer V, infer _I> ? V : never;
type FieldInput<F> = F extends Field<infer _V, infer I> ? I : never;

export type ValueOf<F extends Fields> = { [K in keyof F]: FieldValue<F[K]> };
export type InputOf<F extends Fields> = { readonly [K in keyof F]?: FieldInput<F[K]> };

/** A decoded message: every field is there, those that its version lacks with their defaults. */
export type Value<S extends Schema> = S extends Schema<infer F> ? ValueOf<F> : never;
/** A message to encode: fields left out have their defaults. */
export type Input<S extends Schema> = S extends Schema<infer F> ? InputOf<F> : never;

type ElementValue<E> = E extends Primitive ? PrimitiveValues[E] : E extends Fields ? ValueOf<E> : never;
type ElementInput<E> = E extends Primitive ? PrimitiveInputs[E] : E extends Fields ? InputOf<E> : never;

/** Long.MAX_VALUE, the one int64 beyond 2^53 that is decoded and encoded: Kafka uses it for "no limit". */
export const INT64_MAX = 2 ** 63;

const ZERO_UUID = "AAAAAAAAAAAAAAAAAAAAAA";

/** `versions` are those that Kafka 4.3.1 knows; from the lowest of `flexible` on they have compact lengths and tagged fields. */
export function message<F extends Fields>(name: string, versions: string, flexible: string, fields: F): Schema<F> {
  const { min, max } = versionRange(versions);
  return { name, versions, flexible, minVersion: min, maxVersion: max, fields, codecs: [] };
}

export function bool(versions: string, options?: FieldOptions<boolean>): Field<boolean> {
  return field("bool", versions, options, false);
}

export function int8(versions: string, options?: FieldOptions<number>): Field<number> {
  return field("int8", versions, options, 0);
}

export function int16(versions: string, options?: FieldOptions<number>): Field<number> {
  return field("int16", versions, options, 0);
}

export function uint16(versions: string, options?: FieldOptions<number>): Field<number> {
  return field("uint16", versions, options, 0);
}

export function int32(versions: string, options?: FieldOptions<number>): Field<number> {
  return field("int32", versions, options, 0);
}

export function uint32(versions: string, options?: FieldOptions<number>): Field<number> {
  return field("uint32", versions, options, 0);
}

/** As a number: a safe integer or `INT64_MAX`. */
export function int64(versions: string, options?: FieldOptions<number>): Field<number> {
  return field("int64", versions, options, 0);
}

export function float64(versions: string, options?: FieldOptions<number>): Field<number> {
  return field("float64", versions, options, 0);
}

/** 22 characters of base64url. */
export function uuid(versions: string, options?: FieldOptions<string>): Field<string> {
  return field("uuid", versions, options, ZERO_UUID);
}

export function string(versions: string, options: NullableOptions<string>): Field<string | null>;
export function string(versions: string, options?: FieldOptions<string>): Field<string>;
export function string(versions: string, options?: FieldOptions<string | null>): Field<string | null> {
  return field("string", versions, options, "");
}

export function bytes(versions: string, options: NullableOptions<Uint8Array>): Field<Uint8Array | null>;
export function bytes(versions: string, options?: FieldOptions<Uint8Array>): Field<Uint8Array>;
export function bytes(versions: string, options?: FieldOptions<Uint8Array | null>): Field<Uint8Array | null> {
  return field("bytes", versions, options, undefined);
}

/** Record batches: a view when decoded. */
export function records(
  versions: string,
  options: NullableOptions<Uint8Array>,
): Field<Uint8Array | null, RecordsInput | null>;
export function records(versions: string, options?: FieldOptions<Uint8Array>): Field<Uint8Array, RecordsInput>;
export function records(
  versions: string,
  options?: FieldOptions<Uint8Array | null>,
): Field<Uint8Array | null, RecordsInput | null> {
  return field("records", versions, options, undefined);
}

interface StructOf {
  of<F extends Fields>(fields: F): Field<ValueOf<F>, InputOf<F>>;
}

interface NullableStructOf {
  of<F extends Fields>(fields: F): Field<ValueOf<F> | null, InputOf<F> | null>;
}

export function struct(versions: string, options: NullableOptions<null>): NullableStructOf;
export function struct(versions: string, options?: FieldOptions<null>): StructOf;
export function struct(versions: string, options?: FieldOptions<null>): StructOf | NullableStructOf {
  const of = (fields: Fields) => field("struct", versions, options, undefined, fields);
  return { of } as unknown as StructOf;
}

interface ArrayOf {
  of<E extends Primitive | Fields>(element: E): Field<ElementValue<E>[], readonly ElementInput<E>[]>;
}

interface NullableArrayOf {
  of<E extends Primitive | Fields>(element: E): Field<ElementValue<E>[] | null, readonly ElementInput<E>[] | null>;
}

export function array(versions: string, options: NullableOptions<null>): NullableArrayOf;
export function array(versions: string, options?: FieldOptions<null>): ArrayOf;
export function array(versions: string, options?: FieldOptions<null>): ArrayOf | NullableArrayOf {
  const of = (element: Primitive | Fields) =>
    typeof element === "string"
      ? field("array", versions, options, undefined, null, element)
      : field("array", versions, options, undefined, element);
  return { of } as unknown as ArrayOf;
}

function field<V, I>(
  type: Field["type"],
  versions: string,
  options: (FieldOptions<V> & { readonly nullable?: string }) | undefined,
  implicitDefault: V | undefined,
  fields: Fields | null = null,
  element: Primitive | null = null,
): Field<V, I> {
  return {
    type,
    versions,
    nullable: options?.nullable ?? "none",
    default: options?.default === undefined ? implicitDefault : options.default,
    ignorable: options?.ignorable ?? false,
    tag: options?.tag ?? -1,
    flexible: options?.flexible !== "none",
    fields,
    element,
  };
}

/** `max` is Infinity for `"3+"`; `"none"` is the empty range. */
export function versionRange(versions: string): { readonly min: number; readonly max: number } {
  if (versions === "none") return { min: 0, max: -1 };
  const dash = versions.indexOf("-");
  if (dash > 0) return { min: Number(versions.slice(0, dash)), max: Number(versions.slice(dash + 1)) };
  if (versions.endsWith("+")) return { min: Number(versions.slice(0, -1)), max: Number.POSITIVE_INFINITY };
  return { min: Number(versions), max: Number(versions) };
}

export function hasVersion(versions: string, version: number): boolean {
  const { min, max } = versionRange(versions);
  return version >= min && version <= max;
}
