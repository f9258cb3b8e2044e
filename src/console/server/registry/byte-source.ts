import { DecodingError } from "./shown-value.js";

const VARINT_BYTES = 10;

/** Bytes that are read from their beginning; reading beyond their end is a `DecodingError`. */
export class ByteSource {
  private readonly bytes: Uint8Array;
  private readonly view: DataView;
  private at = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.bytes.length - this.at;
  }

  take(count: number): Uint8Array {
    const from = this.skip(count);
    return this.bytes.subarray(from, from + count);
  }

  byte(): number {
    return this.bytes[this.skip(1)];
  }

  /** Seven bits a byte, the lowest first. */
  varint(): bigint {
    let value = 0n;
    for (let i = 0; i < VARINT_BYTES; i++) {
      const byte = this.byte();
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw new DecodingError(`a number of more than ${VARINT_BYTES} bytes`);
  }

  /** As `varint`, the sign in the lowest bit. */
  zigzag(): bigint {
    const value = this.varint();
    return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }

  float(): number {
    return this.view.getFloat32(this.skip(4), true);
  }

  double(): number {
    return this.view.getFloat64(this.skip(8), true);
  }

  fixed32(): number {
    return this.view.getUint32(this.skip(4), true);
  }

  fixed64(): bigint {
    return this.view.getBigUint64(this.skip(8), true);
  }

  /** UTF-8 of so many bytes. */
  text(count: number): string {
    try {
      return new TextDecoder("utf-8", { fatal: true }).decode(this.take(count));
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw new DecodingError("a text that is not UTF-8");
    }
  }

  /** A length that was just read, checked. */
  length(value: bigint): number {
    if (value < 0n || value > BigInt(this.left))
      throw new DecodingError(`a length of ${value} where ${this.left} bytes are left`);
    return Number(value);
  }

  private skip(count: number): number {
    if (count < 0 || count > this.left)
      throw new DecodingError(`it ends where ${count} more ${count === 1 ? "byte" : "bytes"} should follow`);
    const from = this.at;
    this.at += count;
    return from;
  }
}
