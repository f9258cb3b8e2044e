import { concatBytes, readInt32, writeInt32 } from "../../base/bytes.js";
import { type CodecId, type Compression, CompressionError } from "../../ports/index.js";

export const CODEC_NAMES = ["none", "gzip", "snappy", "lz4", "zstd"] as const;

/** What a batch may grow to when it is decompressed: 100 times its size, at least 1 MiB, at most 64 MiB. */
export function decompressedLimit(compressedBytes: number): number {
  return Math.min(67108864, Math.max(1048576, 100 * compressedBytes));
}

/** Decompresses the records of a batch: `bytes[at, end)`. Throws CompressionError. */
export function decompressRecords(
  compression: Compression,
  codec: number,
  bytes: Uint8Array,
  at: number,
  end: number,
): Uint8Array {
  if (codec < 1 || codec > 4) throw new CompressionError(`there is no codec ${codec}`);
  const id = codec as CodecId;
  if (!compression.supports(id)) throw new CompressionError(`${CODEC_NAMES[id]} is not available in this build`);
  const limit = decompressedLimit(end - at);
  const input = bytes.subarray(at, end);
  if (id === 2 && hasJavaFraming(input)) return decompressJavaSnappy(compression, input, limit);
  return compression.decompress(id, input, limit);
}

/** Compresses records as Kafka's Java client does: snappy in the Java framing, the others as one member or frame. */
export function compressRecords(
  compression: Compression,
  codec: CodecId,
  records: Uint8Array,
  level?: number,
): Uint8Array {
  if (codec === 2) return compressJavaSnappy(compression, records);
  return compression.compress(codec, records, level);
}

/** The framing of snappy-java's SnappyOutputStream: this header, version 1, least compatible version 1, then blocks with an int32 length. */
const JAVA_SNAPPY = new Uint8Array([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, 0, 0, 0, 1, 0, 0, 0, 1]);
const JAVA_SNAPPY_BLOCK_BYTES = 32768;

function hasJavaFraming(bytes: Uint8Array): boolean {
  if (bytes.length < 16) return false;
  for (let i = 0; i < 8; i++) if (bytes[i] !== JAVA_SNAPPY[i]) return false;
  return true;
}

function decompressJavaSnappy(compression: Compression, bytes: Uint8Array, limit: number): Uint8Array {
  const chunks: Uint8Array[] = [];
  let total = 0;
  let at = 16;
  while (at < bytes.length) {
    if (bytes.length - at < 4) throw new CompressionError("a snappy frame ends in the middle of a length");
    const length = readInt32(bytes, at);
    at += 4;
    if (length === READ_AS_HEADER) {
      // Concatenated streams: the header again.
      at += 12;
      continue;
    }
    if (length < 0 || length > bytes.length - at) throw new CompressionError("a snappy block is longer than its frame");
    const chunk = compression.decompress(2, bytes.subarray(at, at + length), limit - total);
    total += chunk.length;
    chunks.push(chunk);
    at += length;
  }
  return concatBytes(chunks);
}

const READ_AS_HEADER = 0x82534e41 | 0;

function compressJavaSnappy(compression: Compression, records: Uint8Array): Uint8Array {
  const chunks: Uint8Array[] = [JAVA_SNAPPY];
  for (let at = 0; at < records.length; at += JAVA_SNAPPY_BLOCK_BYTES) {
    const block = compression.compress(2, records.subarray(at, Math.min(at + JAVA_SNAPPY_BLOCK_BYTES, records.length)));
    const length = new Uint8Array(4);
    writeInt32(length, 0, block.length);
    chunks.push(length, block);
  }
  return concatBytes(chunks);
}
