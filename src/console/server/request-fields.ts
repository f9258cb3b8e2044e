import type { Context } from "hono";
import { Failure } from "../../cluster/failure.js";

/** A number of the address's query; throws a `Failure` that names it when it is none. */
export function wholeNumber(context: Context, name: string, fallback: number): number {
  const value = Number(context.req.query(name) ?? fallback);
  if (!Number.isSafeInteger(value) || value < 0) throw new Failure(`${name} must be a whole number.`);
  return value;
}
