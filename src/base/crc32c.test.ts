import assert from "node:assert/strict";
import { test } from "node:test";
import { crc32c, crc32cUpdate } from "./crc32c.js";

const text = (s: string) => new TextEncoder().encode(s);

test("CRC-32C agrees with the published check values (RFC 3720 B.4)", () => {
  assert.equal(crc32c(text("123456789"), 0, 9), 0xe3069283);
  assert.equal(crc32c(new Uint8Array(32), 0, 32), 0x8a9136aa);
  assert.equal(crc32c(new Uint8Array(32).fill(255), 0, 32), 0x62a8ab43);
  assert.equal(
    crc32c(
      Uint8Array.from({ length: 32 }, (_, i) => i),
      0,
      32,
    ),
    0x46dd794e,
  );
});

test("a CRC-32C goes on over further pieces, wherever they are cut", () => {
  const bytes = Uint8Array.from({ length: 100 }, (_, i) => (i * 37) & 255);
  const whole = crc32c(bytes, 0, 100);
  for (const cut of [0, 1, 7, 8, 9, 50, 99, 100]) {
    assert.equal(crc32cUpdate(crc32c(bytes, 0, cut), bytes, cut, 100), whole);
  }
});
