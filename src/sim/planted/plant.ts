/**
 * A known bug, put into the shipped code at run time: the code itself has no switches for it. The simulator must find each;
 * one that it does not find is a hole in its checkers.
 */
export interface PlantedBug {
  readonly name: string;
  readonly what: string;
  /** The invariants by which it may be found. */
  readonly invariants: readonly number[];
  /** It shows itself within so many seeds, as a rule; none may need more than 2,000. */
  readonly within: number;
  /** Plants it; what it returns takes it out again. */
  plant(): () => void;
}

type Method = (this: unknown, ...args: never[]) => unknown;

/** Replaces a method of a class; returns what restores it. An Error when the class has no such method any more. */
export function replaceMethod(
  type: { readonly prototype: object },
  name: string,
  make: (original: Method) => (this: never, ...args: never[]) => unknown,
): () => void {
  const prototype = type.prototype as Record<string, unknown>;
  const original = prototype[name];
  if (typeof original !== "function") throw new Error(`there is no method ${name} to plant a bug into`);
  prototype[name] = make(original as Method);
  return () => {
    prototype[name] = original;
  };
}

/** One bug out of several replaced methods. */
export function plantAll(removals: readonly (() => void)[]): () => void {
  return () => {
    for (const remove of removals.toReversed()) remove();
  };
}
