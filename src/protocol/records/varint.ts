/** Zigzag varints of records. Sizes in bytes; writers return the position after what they wrote. */
export function varintSize(value: number): number {
  let v = ((value << 1) ^ (value >> 31)) >>> 0;
  let size = 1;
  while (v >= 0x80) {
    v >>>= 7;
    size++;
  }
  return size;
}

export function writeVarint(b: Uint8Array, at: number, value: number): number {
  let v = ((value << 1) ^ (value >> 31)) >>> 0;
  while (v >= 0x80) {
    b[at++] = (v & 0x7f) | 0x80;
    v >>>= 7;
  }
  b[at++] = v;
  return at;
}

/** `value` a safe integer. */
export function varlongSize(value: number): number {
  let v = zigzag(value);
  let size = 1;
  while (v >= 128) {
    v = Math.floor(v / 128);
    size++;
  }
  return size;
}

export function writeVarlong(b: Uint8Array, at: number, value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return writeVarint(b, at, value);
  // Beyond 2^52 doubling is no longer exact as a number.
  let v = value < 0 ? BigInt(value) * -2n - 1n : BigInt(value) * 2n;
  while (v >= 128n) {
    b[at++] = Number(v & 127n) | 0x80;
    v >>= 7n;
  }
  b[at++] = Number(v);
  return at;
}

function zigzag(value: number): number {
  return value < 0 ? value * -2 - 1 : value * 2;
}
