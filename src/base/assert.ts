/** A broken promise of our own code. Whoever catches it stops the broker: its state can no longer be trusted. */
export class AssertionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "AssertionError";
  }
}

/** For programmers' errors only; what input, peers or the machine can cause is returned as a value. */
export function assert(condition: boolean, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

export function unreachable(value: never): never {
  throw new AssertionError(`unreachable: ${String(value)}`);
}
