import * as zlib from "node:zlib";
import { Decompress } from "fzstd";
import { CompressionError } from "../ports/index.js";

export interface Zstd {
  compress(bytes: Uint8Array, level?: number): Uint8Array;
  /** Throws a CompressionError beyond `maxBytes`. */
  decompress(bytes: Uint8Array, maxBytes: number): Uint8Array;
}

/** Of Node 22.15 and later; absent from the types of Node 20. */
interface ZlibWithZstd {
  zstdCompressSync?(bytes: Uint8Array, options?: { params?: Record<number, number> }): Uint8Array;
  zstdDecompressSync?(bytes: Uint8Array, options: { maxOutputLength: number }): Uint8Array;
  constants: { ZSTD_c_compressionLevel?: number };
}

/** Node's own where it has one, else ours of two libraries. */
export function zstdOfThisNode(): Zstd {
  return builtInZstd() ?? new PortableZstd();
}

function builtInZstd(): Zstd | null {
  const { zstdCompressSync, zstdDecompressSync, constants } = zlib as unknown as ZlibWithZstd;
  if (zstdCompressSync === undefined || zstdDecompressSync === undefined) return null;
  const levelOf = constants.ZSTD_c_compressionLevel as number;
  return {
    compress: (bytes, level) => zstdCompressSync(bytes, level === undefined ? {} : { params: { [levelOf]: level } }),
    decompress: (bytes, maxBytes) => zstdDecompressSync(bytes, { maxOutputLength: Math.max(1, maxBytes) }),
  };
}

/**
 * For a Node without zstd (see docs/decisions/0008). It must answer at once, from the first batch on: it reads with plain JavaScript,
 * and writes with WebAssembly, which takes a moment to load; what is written until then is a frame of raw blocks, which is valid zstd
 * and just not smaller.
 */
export class PortableZstd implements Zstd {
  private writer: ((bytes: Uint8Array, level?: number) => Uint8Array) | null;
  private loading: Promise<void> | null;

  constructor() {
    this.writer = null;
    this.loading = null;
  }

  /** Resolves when what is compressed becomes smaller. */
  prepare(): Promise<void> {
    this.loading ??= import("@hpcc-js/wasm-zstd")
      .then(({ Zstd: WebAssemblyZstd }) => WebAssemblyZstd.load())
      .then((zstd) => {
        this.writer = (bytes, level) => zstd.compress(bytes, level);
      });
    return this.loading;
  }

  compress(bytes: Uint8Array, level?: number): Uint8Array {
    if (this.writer !== null) return this.writer(bytes, level);
    void this.prepare();
    return rawFrame(bytes);
  }

  decompress(bytes: Uint8Array, maxBytes: number): Uint8Array {
    const pieces: Uint8Array[] = [];
    let total = 0;
    const stream = new Decompress((piece) => {
      total += piece.length;
      if (total > maxBytes) throw new CompressionError(`more than the ${maxBytes} bytes that are allowed`);
      pieces.push(piece);
    });
    // The library keeps what it is given, and changes it.
    stream.push(bytes.slice(), true);
    if (pieces.length === 1) return pieces[0];
    const output = new Uint8Array(total);
    let at = 0;
    for (const piece of pieces) {
      output.set(piece, at);
      at += piece.length;
    }
    return output;
  }
}

const BLOCK_BYTES_MAX = 131072;
const FRAME_HEADER_BYTES = 9;
const BLOCK_HEADER_BYTES = 3;
/** A single segment, whose size follows in four bytes. */
const DESCRIPTOR = 0xa0;

/** A frame whose blocks are the bytes as they are (RFC 8878, 3.1.1). */
export function rawFrame(bytes: Uint8Array): Uint8Array {
  const blocks = Math.max(1, Math.ceil(bytes.length / BLOCK_BYTES_MAX));
  const frame = new Uint8Array(FRAME_HEADER_BYTES + blocks * BLOCK_HEADER_BYTES + bytes.length);
  const view = new DataView(frame.buffer);
  view.setUint32(0, 0xfd2fb528, true);
  frame[4] = DESCRIPTOR;
  view.setUint32(5, bytes.length, true);
  let to = FRAME_HEADER_BYTES;
  for (let i = 0; i < blocks; i++) {
    const from = i * BLOCK_BYTES_MAX;
    const size = Math.min(BLOCK_BYTES_MAX, bytes.length - from);
    const header = (size << 3) | (i === blocks - 1 ? 1 : 0);
    frame[to] = header;
    frame[to + 1] = header >> 8;
    frame[to + 2] = header >> 16;
    frame.set(bytes.subarray(from, from + size), to + BLOCK_HEADER_BYTES);
    to += BLOCK_HEADER_BYTES + size;
  }
  return frame;
}
