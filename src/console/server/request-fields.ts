import type { Context } from "hono";
import { Failure } from "../../cluster/failure.js";

/** Something that a person typed is refused: the page says it beside that field. */
export class FieldFailure extends Failure {
  readonly field: string;

  constructor(field: string, message: string, advice = "") {
    super(message, advice);
    this.field = field;
  }
}

/** A number of the address's query; throws a `Failure` that names it when it is none. */
export function wholeNumber(context: Context, name: string, fallback: number): number {
  const value = Number(context.req.query(name) ?? fallback);
  if (!Number.isSafeInteger(value) || value < 0) throw new FieldFailure(name, `${name} must be a whole number.`);
  return value;
}
