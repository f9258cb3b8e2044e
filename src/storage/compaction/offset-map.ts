import type { Random } from "../../ports/index.js";

/** A slot: four words of hash, and the offset. */
const SLOT_BYTES = 24;
const FIRST_CAPACITY = 1024;

/**
 * The latest offset of each key (Kafka: SkimpyOffsetMap). Keys are known by 128 bits of a hash with a random seed, so that a key costs 24
 * bytes, whatever its length. It grows until it holds `keyBytes`.
 */
export class OffsetMap {
  size: number;
  private readonly sizeMax: number;
  private readonly seed: number;
  private readonly hash: Int32Array;
  private capacity: number;
  private hashes: Int32Array;
  /** −1: the slot is free. */
  private offsets: Float64Array;

  constructor(random: Random, keyBytes: number) {
    this.size = 0;
    this.sizeMax = Math.max(1, Math.floor(keyBytes / SLOT_BYTES));
    this.seed = random.below(0x100000000) | 0;
    this.hash = new Int32Array(4);
    this.capacity = FIRST_CAPACITY;
    this.hashes = new Int32Array(FIRST_CAPACITY * 4);
    this.offsets = new Float64Array(FIRST_CAPACITY).fill(-1);
  }

  get isFull(): boolean {
    return this.size >= this.sizeMax;
  }

  /** Notes that the key `bytes[at, at + length)` has a record at `offset`, which is above all that were noted before. */
  put(bytes: Uint8Array, at: number, length: number, offset: number): void {
    if ((this.size + 1) * 4 > this.capacity * 3) this.grow();
    const slot = this.find(bytes, at, length);
    if (this.offsets[slot] < 0) {
      this.hashes.set(this.hash, slot * 4);
      this.size++;
    }
    this.offsets[slot] = offset;
  }

  /** −1: the key was not noted. */
  get(bytes: Uint8Array, at: number, length: number): number {
    return this.offsets[this.find(bytes, at, length)];
  }

  private find(bytes: Uint8Array, at: number, length: number): number {
    const { hash } = this;
    hash128(bytes, at, length, this.seed, hash);
    return this.slotOf(hash[0], hash[1], hash[2], hash[3]);
  }

  /** The slot with this hash, or the free one where it belongs. */
  private slotOf(a: number, b: number, c: number, d: number): number {
    const { hashes, offsets } = this;
    const mask = this.capacity - 1;
    let slot = a & mask;
    while (offsets[slot] >= 0) {
      const i = slot * 4;
      if (hashes[i] === a && hashes[i + 1] === b && hashes[i + 2] === c && hashes[i + 3] === d) break;
      slot = (slot + 1) & mask;
    }
    return slot;
  }

  private grow(): void {
    const { hashes, offsets, capacity } = this;
    this.capacity = capacity * 2;
    this.hashes = new Int32Array(this.capacity * 4);
    this.offsets = new Float64Array(this.capacity).fill(-1);
    for (let i = 0; i < capacity; i++) {
      if (offsets[i] < 0) continue;
      const from = i * 4;
      const slot = this.slotOf(hashes[from], hashes[from + 1], hashes[from + 2], hashes[from + 3]);
      for (let word = 0; word < 4; word++) this.hashes[slot * 4 + word] = hashes[from + word];
      this.offsets[slot] = offsets[i];
    }
  }
}

const C = [0x239b961b, 0xab0e9789, 0x38b34ae5, 0xa1e38b93].map((each) => each | 0);
const ROTATE_K = [15, 16, 17, 18];
const ROTATE_H = [19, 17, 15, 13];
const ADD = [0x561ccd1b, 0x0bcaa747, 0x96cd1c35, 0x32ac3b17].map((each) => each | 0);

/** MurmurHash3 x86 128 of `bytes[at, at + length)` into `into`. */
export function hash128(bytes: Uint8Array, at: number, length: number, seed: number, into: Int32Array): void {
  into.fill(seed);
  const blocksEnd = at + (length & ~15);
  for (let i = at; i < blocksEnd; i += 16) {
    for (let lane = 0; lane < 4; lane++) {
      const j = i + lane * 4;
      const k = bytes[j] | (bytes[j + 1] << 8) | (bytes[j + 2] << 16) | (bytes[j + 3] << 24);
      const mixed = Math.imul(rotate(Math.imul(k, C[lane]), ROTATE_K[lane]), C[(lane + 1) & 3]);
      const h = rotate(into[lane] ^ mixed, ROTATE_H[lane]) + into[(lane + 1) & 3];
      into[lane] = Math.imul(h, 5) + ADD[lane];
    }
  }
  for (let lane = 0; lane < 4; lane++) {
    let k = 0;
    for (let byte = 0; byte < 4; byte++) {
      const j = blocksEnd + lane * 4 + byte;
      if (j < at + length) k |= bytes[j] << (byte * 8);
    }
    into[lane] ^= Math.imul(rotate(Math.imul(k, C[lane]), ROTATE_K[lane]), C[(lane + 1) & 3]) ^ length;
  }
  blend(into);
  for (let lane = 0; lane < 4; lane++) into[lane] = finish(into[lane]);
  blend(into);
}

function blend(h: Int32Array): void {
  h[0] += h[1] + h[2] + h[3];
  for (let lane = 1; lane < 4; lane++) h[lane] += h[0];
}

function rotate(x: number, by: number): number {
  return (x << by) | (x >>> (32 - by));
}

function finish(x: number): number {
  let h = x ^ (x >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
