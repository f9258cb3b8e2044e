import { createRequire } from "node:module";
import * as zlib from "node:zlib";
import { type CodecId, type Compression, CompressionError } from "../ports/index.js";
import { PortableZstd, type Zstd, zstdOfThisNode } from "./zstd.js";

interface Snappy {
  compressSync(bytes: Uint8Array): Uint8Array;
  uncompressSync(bytes: Uint8Array): Uint8Array | string;
}
interface Lz4 {
  compressFrameSync(bytes: Buffer): Uint8Array;
  decompressFrameSync(bytes: Buffer): Uint8Array;
}
const require = createRequire(import.meta.url);

/** The codecs of this machine, ready to use. A native module that is not installed means that `supports` answers false. */
export async function loadCompression(): Promise<Compression> {
  const compression = new NodeCompression();
  await compression.prepare();
  return compression;
}

/** Undefined: not looked for yet. Null: not there. */
type Lazy<M> = M | null | undefined;

/** Codecs by native modules, which are loaded when one is first asked for: most brokers see one of them, or none. */
export class NodeCompression implements Compression {
  private snappy: Lazy<Snappy>;
  private lz4: Lazy<Lz4>;
  private zstd: Zstd | null;

  constructor() {
    this.snappy = undefined;
    this.lz4 = undefined;
    this.zstd = null;
  }

  /** Resolves when each codec is at its best; without it zstd begins by not making anything smaller where Node has none of its own. */
  async prepare(): Promise<void> {
    const zstd = this.zstdModule();
    if (zstd instanceof PortableZstd) await zstd.prepare();
  }

  supports(codec: CodecId): boolean {
    if (codec === 2) return this.snappyModule() !== null;
    if (codec === 3) return this.lz4Module() !== null;
    return true;
  }

  private snappyModule(): Snappy | null {
    if (this.snappy === undefined) this.snappy = optional<Snappy>("snappy");
    return this.snappy;
  }

  private lz4Module(): Lz4 | null {
    if (this.lz4 === undefined) this.lz4 = optional<Lz4>("lz4-napi");
    return this.lz4;
  }

  private zstdModule(): Zstd {
    this.zstd ??= zstdOfThisNode();
    return this.zstd;
  }

  compress(codec: CodecId, bytes: Uint8Array, level?: number): Uint8Array {
    if (codec === 1) return plain(zlib.gzipSync(bytes, level === undefined ? {} : { level }));
    if (codec === 2) return plain(present(this.snappyModule(), "snappy").compressSync(bytes));
    if (codec === 3) return plain(present(this.lz4Module(), "lz4").compressFrameSync(buffer(bytes)));
    return plain(this.zstdModule().compress(bytes, level));
  }

  decompress(codec: CodecId, bytes: Uint8Array, maxBytes: number): Uint8Array {
    const announced = announcedBytes(codec, bytes);
    if (announced > maxBytes) throw new CompressionError(`${announced} bytes where at most ${maxBytes} are allowed`);
    let output: Uint8Array;
    try {
      output = this.expand(codec, bytes, maxBytes);
    } catch (error) {
      throw new CompressionError((error as Error).message);
    }
    if (output.length > maxBytes)
      throw new CompressionError(`${output.length} bytes where at most ${maxBytes} are allowed`);
    return plain(output);
  }

  private expand(codec: CodecId, bytes: Uint8Array, maxBytes: number): Uint8Array {
    if (codec === 1) return zlib.gunzipSync(bytes, { maxOutputLength: Math.max(1, maxBytes) });
    if (codec === 2) return present(this.snappyModule(), "snappy").uncompressSync(bytes) as Uint8Array;
    if (codec === 3) return present(this.lz4Module(), "lz4").decompressFrameSync(buffer(bytes));
    return this.zstdModule().decompress(bytes, maxBytes);
  }
}

function optional<M>(name: string): M | null {
  try {
    return require(name) as M;
  } catch {
    // An optional dependency: not installed, or not for this system. `holdfast doctor` says which.
    return null;
  }
}

/** What a block or frame says of its own size before anything is allocated; 0 where it says nothing. */
function announcedBytes(codec: CodecId, b: Uint8Array): number {
  if (codec === 2) return snappyBytes(b);
  if (codec === 4) return zstdBytes(b);
  return 0;
}

/** A raw snappy block starts with its uncompressed length as a varint. */
function snappyBytes(b: Uint8Array): number {
  let value = 0;
  for (let i = 0; i < 5 && i < b.length; i++) {
    value += (b[i] & 0x7f) * 2 ** (7 * i);
    if (b[i] < 0x80) return value;
  }
  throw new CompressionError("the snappy block does not start with its length");
}

/** The content size of a zstd frame's header (RFC 8878, 3.1.1.1), which is optional. */
function zstdBytes(b: Uint8Array): number {
  if (b.length < 6) return 0;
  const singleSegment = (b[4] & 0x20) !== 0;
  const kind = b[4] >> 6;
  const dictionaryBytes = [0, 1, 2, 4][b[4] & 3];
  const at = 5 + (singleSegment ? 0 : 1) + dictionaryBytes;
  const size = kind === 0 ? (singleSegment ? 1 : 0) : 1 << kind;
  if (at + size > b.length) return 0;
  let value = 0;
  for (let i = size - 1; i >= 0; i--) value = value * 256 + b[at + i];
  return kind === 1 ? value + 256 : value;
}

function present<M>(module: M | null, name: string): M {
  if (module === null) throw new CompressionError(`${name} is not available in this build`);
  return module;
}

function buffer(b: Uint8Array): Buffer {
  return Buffer.from(b.buffer, b.byteOffset, b.byteLength);
}

/** The core sees plain Uint8Arrays only. */
function plain(b: Uint8Array): Uint8Array {
  return new Uint8Array(b.buffer, b.byteOffset, b.byteLength);
}
