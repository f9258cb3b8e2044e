import type { SeededRandom } from "../../base/random.js";
import { randomUuid } from "../../base/uuid.js";
import { defaultOf } from "../layout.js";
import { type Field, type Fields, hasVersion, INT64_MAX, type Primitive, type Schema } from "../schema.js";

/** A value that the version can carry, with every field: those that the version lacks have their defaults. */
export function randomValue(random: SeededRandom, schema: Schema, version: number): Record<string, unknown> {
  return randomStruct(random, schema.fields, version);
}

function randomStruct(random: SeededRandom, fields: Fields, version: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const name of Object.keys(fields)) {
    const field = fields[name];
    const isLeftOut = !hasVersion(field.versions, version) || (field.tag >= 0 && random.chance(0.3));
    value[name] = isLeftOut ? defaultOf(field) : randomField(random, field, version);
  }
  return value;
}

function randomField(random: SeededRandom, field: Field, version: number): unknown {
  if (hasVersion(field.nullable, version) && random.chance(0.2)) return null;
  if (field.type === "struct") return randomStruct(random, field.fields!, version);
  if (field.type !== "array") return randomPrimitive(random, field.type);
  const list: unknown[] = [];
  const count = field.fields === null && random.chance(0.02) ? 130 : random.below(4);
  for (let i = 0; i < count; i++) {
    list.push(
      field.fields !== null
        ? randomStruct(random, field.fields, version)
        : randomPrimitive(random, field.element as Primitive),
    );
  }
  return list;
}

function randomPrimitive(random: SeededRandom, type: Primitive): unknown {
  switch (type) {
    case "bool":
      return random.chance(0.5);
    case "int8":
      return randomInteger(random, -0x80, 0x7f);
    case "int16":
      return randomInteger(random, -0x8000, 0x7fff);
    case "uint16":
      return randomInteger(random, 0, 0xffff);
    case "int32":
      return randomInteger(random, -0x80000000, 0x7fffffff);
    case "uint32":
      return randomInteger(random, 0, 0xffffffff);
    case "int64":
      if (random.chance(0.05)) return INT64_MAX;
      return randomInteger(random, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
    case "float64":
      return random.pick([0, 1, -1.5, 1e300, 5e-324, random.fraction() * 1e6]);
    case "uuid":
      return random.chance(0.1) ? "AAAAAAAAAAAAAAAAAAAAAA" : randomUuid(random);
    case "string":
      return randomText(random);
    case "bytes":
    case "records":
      return randomBytes(random, random.chance(0.1) ? 300 : 12);
  }
}

function randomInteger(random: SeededRandom, low: number, high: number): number {
  const near = random.below(8);
  if (near === 0) return low;
  if (near === 1) return high;
  if (near < 5) return Math.max(low, random.between(-1, 3));
  return Math.max(low, Math.min(high, low + Math.floor(random.fraction() * (high - low))));
}

const LETTERS = ["a", "Z", "0", "-", ".", "_", " ", '"', "\\", "\u0000", "ä", "ß", "€", "漢", "\ufffd", "😀", "𝄞"];

function randomText(random: SeededRandom): string {
  const isPlain = random.chance(0.7);
  const length = random.chance(0.05) ? random.between(100, 300) : random.below(12);
  let text = "";
  for (let i = 0; i < length; i++) text += isPlain ? random.pick(LETTERS.slice(0, 6)) : random.pick(LETTERS);
  return text;
}

export function randomBytes(random: SeededRandom, below: number): Uint8Array {
  const bytes = new Uint8Array(random.below(below));
  random.fill(bytes);
  return bytes;
}
