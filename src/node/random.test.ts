import assert from "node:assert/strict";
import { test } from "node:test";
import { NodeRandom } from "./random.js";

test("numbers stay below their bound and reach all of it", () => {
  const random = new NodeRandom();
  const seen = new Set<number>();
  for (let i = 0; i < 2000; i++) {
    const number = random.below(7);
    assert.ok(Number.isInteger(number) && number >= 0 && number < 7);
    seen.add(number);
  }
  assert.equal(seen.size, 7);
  assert.equal(random.below(1), 0);
  assert.ok(random.below(2 ** 48) < 2 ** 48);
});

test("fills are fresh, small and large, also where one begins at a page's end", () => {
  const random = new NodeRandom();
  const texts = new Set<string>();
  for (let i = 0; i < 1000; i++) {
    const bytes = new Uint8Array(i % 2 === 0 ? 16 : 100);
    random.fill(bytes);
    texts.add(Buffer.from(bytes).toString("hex"));
  }
  assert.equal(texts.size, 1000);
  const large = new Uint8Array(10_000);
  random.fill(large);
  assert.ok(new Set(large).size > 200);
});
