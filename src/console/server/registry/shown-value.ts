/** What a value of a schema becomes, for a person: JSON, in which numbers that JavaScript cannot hold are texts. */
export type ShownValue =
  | null
  | boolean
  | number
  | string
  | readonly ShownValue[]
  | { readonly [name: string]: ShownValue };

/** Records nest no deeper than this: a schema may name itself without end. */
export const DEPTH_MAX = 64;
/** Elements of arrays and maps in one record: some take no byte, and a few bytes may announce any number of them. */
export const ELEMENTS_MAX = 1_000_000;

/** The bytes do not agree with their schema, or the schema is none; the message says where. */
export class DecodingError extends Error {}

export function integerShown(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value.toString();
}

/** JSON knows neither infinity nor "not a number". */
export function floatShown(value: number): number | string {
  return Number.isFinite(value) ? value : String(value);
}

/** Of four bytes: the shortest number that they stand for. */
export function float32Shown(value: number): number | string {
  for (let digits = 6; digits < 9; digits++) {
    const shorter = Number(value.toPrecision(digits));
    if (Math.fround(shorter) === value) return shorter;
  }
  return floatShown(value);
}

/** Names come from schemas: `__proto__` is one as any other. */
export function newObject(): Record<string, ShownValue> {
  return Object.create(null) as Record<string, ShownValue>;
}
