/** Codec ids are those of the batch attributes, bits 0–2: 1 gzip, 2 snappy, 3 lz4, 4 zstd. */
export type CodecId = 1 | 2 | 3 | 4;

/** Raw codecs. Framing that is Kafka's own (snappy's Java framing) is the core's work, not the port's. */
export interface Compression {
  /** Whether this build can do the codec; asked before `compress` and `decompress`. */
  supports(codec: CodecId): boolean;
  /** gzip member, raw snappy block, lz4 frame (independent 64 KiB blocks, no content checksum) or zstd frame. `level` undefined: the codec's default. */
  compress(codec: CodecId, bytes: Uint8Array, level?: number): Uint8Array;
  /** The inverse. Throws CompressionError when the bytes are damaged or would grow beyond `maxBytes`. */
  decompress(codec: CodecId, bytes: Uint8Array, maxBytes: number): Uint8Array;
}

export class CompressionError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "CompressionError";
  }
}
