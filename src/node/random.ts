import { randomFillSync } from "node:crypto";
import { assert } from "../base/assert.js";
import type { Random } from "../ports/index.js";

const POOL_BYTES = 4096;
/** 2^48: the largest bound. */
const RANGE = 281474976710656;

/** The operating system's randomness, drawn a page at a time: a call for six bytes costs as much as one for a page. */
export class NodeRandom implements Random {
  private readonly pool: Buffer;
  private at: number;

  constructor() {
    this.pool = Buffer.allocUnsafeSlow(POOL_BYTES);
    this.at = POOL_BYTES;
  }

  below(bound: number): number {
    assert(Number.isInteger(bound) && bound > 0 && bound <= RANGE, "a bound of random numbers is in [1, 2^48]");
    // Numbers from the last, incomplete multiple of the bound would favour the low ones.
    const limit = RANGE - (RANGE % bound);
    for (;;) {
      const number = this.pool.readUIntBE(this.take(6), 6);
      if (number < limit) return number % bound;
    }
  }

  fill(bytes: Uint8Array): void {
    if (bytes.length > 256) randomFillSync(bytes);
    else {
      const from = this.take(bytes.length);
      bytes.set(this.pool.subarray(from, from + bytes.length));
    }
  }

  /** Bytes that nobody else gets; returns where they begin. */
  private take(count: number): number {
    if (this.at + count > POOL_BYTES) {
      randomFillSync(this.pool);
      this.at = 0;
    }
    const from = this.at;
    this.at += count;
    return from;
  }
}
