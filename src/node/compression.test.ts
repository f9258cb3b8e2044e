import assert from "node:assert/strict";
import { test } from "node:test";
import { type CodecId, CompressionError } from "../ports/index.js";
import { loadCompression } from "./compression.js";
import { loadDigest } from "./digest.js";
import { PortableZstd } from "./zstd.js";

const CODECS: [string, CodecId][] = [
  ["gzip", 1],
  ["snappy", 2],
  ["lz4", 3],
  ["zstd", 4],
];
const text = new TextEncoder().encode("the same words again and again, ".repeat(10_000));

for (const [name, codec] of CODECS) {
  test(`${name}: what was compressed comes back`, async () => {
    const compression = await loadCompression();
    assert.ok(compression.supports(codec));
    const small = compression.compress(codec, text);
    assert.ok(small.length < text.length / 10);
    assert.deepEqual(compression.decompress(codec, small, text.length), text);
  });

  test(`${name}: growing beyond the limit, and damage, are typed errors`, async () => {
    const compression = await loadCompression();
    const small = compression.compress(codec, text);
    assert.throws(() => compression.decompress(codec, small, text.length - 1), CompressionError);
    assert.throws(
      () => compression.decompress(codec, small.subarray(0, small.length >> 1), text.length),
      CompressionError,
    );
    assert.throws(() => compression.decompress(codec, new Uint8Array(20).fill(0xa5), text.length), CompressionError);
  });
}

test("CRC-32C: the check value of the polynomial, in one piece and in two", () => {
  const digest = loadDigest();
  const check = new TextEncoder().encode("123456789");
  assert.equal(digest.crc32c(check, 0, 9), 0xe3069283);
  const whole = digest.crc32c(text, 0, text.length);
  assert.equal(digest.crc32cUpdate(digest.crc32c(text, 0, 1000), text, 1000, text.length), whole);
  assert.equal(
    digest.crc32cUpdate(digest.crc32c(text, 0, text.length - 10), text, text.length - 10, text.length),
    whole,
  );
});

test("zstd without native help: reads at once what others wrote, writes at once what others read, and compresses soon", async () => {
  const zstd = new PortableZstd();
  for (const length of [0, 1, 131_072, 131_073, text.length]) {
    const frame = zstd.compress(text.subarray(0, length));
    assert.deepEqual(zstd.decompress(frame, length), text.slice(0, length), `${length} bytes`);
  }
  await zstd.prepare();
  const small = zstd.compress(text);
  assert.ok(small.length < text.length / 10);
  assert.deepEqual(zstd.decompress(small, text.length), text);
  assert.throws(() => zstd.decompress(small, text.length - 1), CompressionError);
});
