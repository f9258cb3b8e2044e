/** Whether two values of plain data (numbers, strings, arrays, byte arrays, maps in any order, plain objects) are the same. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (isMap(a) || isMap(b)) return isMap(a) && isMap(b) && sameMaps(a, b);
  if (isList(a) || isList(b)) {
    if (!isList(a) || !isList(b) || a.length !== b.length) return false;
    for (let i = 0; i < a.length; i++) if (!deepEqual(a[i], b[i])) return false;
    return true;
  }
  const left = a as Record<string, unknown>;
  const right = b as Record<string, unknown>;
  const keys = Object.keys(left);
  if (keys.length !== Object.keys(right).length) return false;
  return keys.every((key) => Object.hasOwn(right, key) && deepEqual(left[key], right[key]));
}

function isList(value: object): value is ArrayLike<unknown> & object {
  return Array.isArray(value) || value instanceof Uint8Array;
}

function isMap(value: object): value is ReadonlyMap<unknown, unknown> {
  return "entries" in value && "size" in value && "get" in value && typeof value.get === "function";
}

function sameMaps(a: ReadonlyMap<unknown, unknown>, b: ReadonlyMap<unknown, unknown>): boolean {
  if (a.size !== b.size) return false;
  for (const [key, value] of a) if (!b.has(key) || !deepEqual(value, b.get(key))) return false;
  return true;
}
