/** Randomness. The simulator's comes from the one seed; the process's from the operating system. */
export interface Random {
  /** A whole number in [0, bound). */
  below(bound: number): number;
  /** Fills with random bytes. */
  fill(bytes: Uint8Array): void;
}
