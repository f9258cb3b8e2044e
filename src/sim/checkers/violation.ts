/** A named invariant did not hold. `invariant` is its number in the list of `checkers/invariants.ts`, 0 for a thrown error. */
export class Violation extends Error {
  readonly invariant: number;
  constructor(invariant: number, message: string) {
    super(message);
    this.name = "Violation";
    this.invariant = invariant;
  }
}
