import { ByteSource } from "./byte-source.js";
import {
  DEPTH_MAX,
  DecodingError,
  ELEMENTS_MAX,
  float32Shown,
  floatShown,
  integerShown,
  newObject,
  type ShownValue,
} from "./shown-value.js";

interface Reading {
  readonly source: ByteSource;
  elements: number;
}

/** Reads one value of a type. `depth`: how deep it is within others. */
type Reader = (from: Reading, depth: number) => ShownValue;

/** Types by their full names, filled while schemas are read. */
export type AvroNames = Map<string, { read: Reader }>;

export interface AvroSchema {
  /** Full name of a record, enum or fixed; the type's own name otherwise. */
  readonly name: string;
  decode(bytes: Uint8Array): ShownValue;
}

/** The schema of this text; `names` holds the types that it may name, and gets its own. Throws a `DecodingError`. */
export function avroSchema(text: string, names: AvroNames): AvroSchema {
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch {
    // A name alone is a schema, too.
    schema = text.trim();
  }
  const read = readerOf(schema, "", names);
  const kind = typeof schema === "object" && schema !== null && !Array.isArray(schema) ? (schema as Parts) : null;
  const type = kind === null ? schema : kind.type;
  const name = kind?.name === undefined ? String(Array.isArray(schema) ? "union" : type) : fullName(kind, "");
  // Serializers write a value that is bytes, and nothing around them, as it is.
  const isBytes = type === "bytes";
  return {
    name,
    decode(bytes) {
      if (isBytes) return hex(bytes);
      const source = new ByteSource(bytes);
      const value = read({ source, elements: 0 }, 0);
      if (source.left > 0) throw new DecodingError(`${source.left} bytes are left over`);
      return value;
    },
  };
}

interface Parts {
  readonly type?: unknown;
  readonly name?: unknown;
  readonly namespace?: unknown;
  readonly fields?: unknown;
  readonly symbols?: unknown;
  readonly items?: unknown;
  readonly values?: unknown;
  readonly size?: unknown;
  readonly logicalType?: unknown;
  readonly scale?: unknown;
}

const PRIMITIVES: Readonly<Record<string, Reader>> = {
  null: () => null,
  boolean: ({ source }) => source.byte() !== 0,
  int: ({ source }) => integerShown(source.zigzag()),
  long: ({ source }) => integerShown(source.zigzag()),
  float: ({ source }) => float32Shown(source.float()),
  double: ({ source }) => floatShown(source.double()),
  bytes: ({ source }) => hex(source.take(source.length(source.zigzag()))),
  string: ({ source }) => source.text(source.length(source.zigzag())),
};

function readerOf(schema: unknown, namespace: string, names: AvroNames): Reader {
  if (typeof schema === "string") return named(schema, namespace, names);
  if (Array.isArray(schema)) return union(schema.map((each) => readerOf(each, namespace, names)));
  if (typeof schema !== "object" || schema === null) throw new DecodingError("its schema has a type that is none");
  const parts = schema as Parts;
  switch (parts.type) {
    case "record":
    case "error":
      return record(parts, namespace, names);
    case "enum": {
      const symbols = Array.isArray(parts.symbols) ? parts.symbols.map(String) : [];
      return known(parts, namespace, names, ({ source }) => choice(symbols, source.zigzag(), "symbols"));
    }
    case "fixed": {
      const size = Number(parts.size);
      if (!Number.isSafeInteger(size) || size < 0)
        throw new DecodingError("its schema has a fixed type without a size");
      const shown = bytesShown(parts);
      return known(parts, namespace, names, ({ source }) => shown(source.take(size)));
    }
    case "array": {
      const item = readerOf(parts.items, namespace, names);
      return (from, depth) => {
        const list: ShownValue[] = [];
        blocks(from, () => list.push(item(from, deeper(depth))));
        return list;
      };
    }
    case "map": {
      const item = readerOf(parts.values, namespace, names);
      return (from, depth) => {
        const map = newObject();
        const { source } = from;
        blocks(from, () => {
          const key = source.text(source.length(source.zigzag()));
          map[key] = item(from, deeper(depth));
        });
        return map;
      };
    }
    case "bytes": {
      const shown = bytesShown(parts);
      return ({ source }) => shown(source.take(source.length(source.zigzag())));
    }
    default:
      return readerOf(parts.type, namespace, names);
  }
}

function named(name: string, namespace: string, names: AvroNames): Reader {
  if (Object.hasOwn(PRIMITIVES, name)) return PRIMITIVES[name];
  const found = names.get(name.includes(".") || namespace === "" ? name : `${namespace}.${name}`) ?? names.get(name);
  if (found === undefined) throw new DecodingError(`its schema names ${name}, which is not there`);
  // A record within itself is still being read now: it is looked up when it is needed.
  return (from, depth) => found.read(from, depth);
}

function record(parts: Parts, namespace: string, names: AvroNames): Reader {
  if (!Array.isArray(parts.fields)) throw new DecodingError("its schema has a record without fields");
  const fields: { readonly name: string; readonly read: Reader }[] = [];
  const reader = known(parts, namespace, names, (from, depth) => {
    const found = newObject();
    for (const { name, read } of fields) found[name] = read(from, deeper(depth));
    return found;
  });
  const full = fullName(parts, namespace);
  const inner = full.includes(".") ? full.slice(0, full.lastIndexOf(".")) : "";
  for (const field of parts.fields as readonly Parts[])
    fields.push({ name: String(field.name), read: readerOf(field.type, inner, names) });
  return reader;
}

function known(parts: Parts, namespace: string, names: AvroNames, read: Reader): Reader {
  names.set(fullName(parts, namespace), { read });
  return read;
}

function fullName({ name, namespace }: Parts, outer: string): string {
  const own = String(name);
  if (own.includes(".")) return own;
  const space = typeof namespace === "string" ? namespace : outer;
  return space === "" ? own : `${space}.${own}`;
}

function union(branches: readonly Reader[]): Reader {
  return (from, depth) => choice(branches, from.source.zigzag(), "branches")(from, depth);
}

function choice<T>(from: readonly T[], index: bigint, what: string): T {
  const found = from[Number(index)];
  if (found === undefined) throw new DecodingError(`number ${index} of ${from.length} ${what}`);
  return found;
}

/** Arrays and maps come in blocks: their count, negative when their size in bytes follows, until one of none. */
function blocks(from: Reading, each: () => void): void {
  const { source } = from;
  for (;;) {
    let count = source.zigzag();
    if (count === 0n) return;
    if (count < 0n) {
      count = -count;
      source.zigzag();
    }
    if (BigInt(from.elements) + count > BigInt(ELEMENTS_MAX)) throw new DecodingError(`${count} elements`);
    from.elements += Number(count);
    for (let i = 0; i < Number(count); i++) each();
  }
}

function deeper(depth: number): number {
  if (depth >= DEPTH_MAX) throw new DecodingError(`it nests deeper than ${DEPTH_MAX} times`);
  return depth + 1;
}

/** Decimals as numbers of people, other bytes as hex. */
function bytesShown({ logicalType, scale }: Parts): (bytes: Uint8Array) => string {
  if (logicalType !== "decimal") return hex;
  const digits = Number(scale ?? 0);
  return (bytes) => decimal(bytes, digits);
}

function decimal(bytes: Uint8Array, scale: number): string {
  if (bytes.length === 0) return "0";
  const unscaled = BigInt.asIntN(bytes.length * 8, BigInt(hex(bytes)));
  const text = (unscaled < 0n ? -unscaled : unscaled).toString().padStart(scale + 1, "0");
  const point = text.length - scale;
  return `${unscaled < 0n ? "-" : ""}${text.slice(0, point)}${scale === 0 ? "" : `.${text.slice(point)}`}`;
}

function hex(bytes: Uint8Array): string {
  return `0x${Buffer.from(bytes).toString("hex")}`;
}
