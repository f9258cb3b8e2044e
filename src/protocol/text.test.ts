import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { SeededRandom } from "../base/random.js";
import { readText, textBytes, textSize } from "./text.js";

function randomText(random: SeededRandom): string {
  let text = "";
  for (let i = random.below(random.chance(0.1) ? 9000 : 20); i > 0; i--) {
    const point = random.pick([random.below(0x80), random.below(0x800), random.below(0x10000), random.below(0x110000)]);
    text += point >= 0xd800 && point < 0xe000 ? "x" : String.fromCodePoint(point);
  }
  return text;
}

test("text is UTF-8, as the runtime's own encoder writes and decoder reads it", () => {
  const random = new SeededRandom(9);
  for (let i = 0; i < 500; i++) {
    const text = randomText(random);
    const bytes = new Uint8Array(new TextEncoder().encode(text));
    assert.deepEqual(textBytes(text), bytes);
    assert.equal(textSize(text), bytes.length);
    assert.equal(readText(bytes, 0, bytes.length), text);
  }
});

test("a lone surrogate is written as a question mark, as Java does it", () => {
  assert.deepEqual([...textBytes("a\ud800b")], [97, 63, 98]);
  assert.deepEqual([...textBytes("\udc00\ud83d")], [63, 63]);
  assert.equal(textSize("a\ud800b\udfff"), 4);
});

test("strings that have the same length and are read after one another do not get mixed up", () => {
  for (let round = 0; round < 2; round++) {
    for (let i = 0; i < 5000; i++) {
      const text = `topic-${String(i).padStart(5, "0")}`;
      const bytes = Buffer.from(text);
      assert.equal(readText(bytes, 0, bytes.length), text);
    }
  }
});

test("where code generation is forbidden, messages are encoded and decoded all the same", () => {
  const script = `
    const { Apis } = await import(${JSON.stringify(new URL("./apis.js", import.meta.url).href)});
    const { decode, encode } = await import(${JSON.stringify(new URL("./codec.js", import.meta.url).href)});
    const bytes = encode(Apis.Heartbeat.request, 4, { groupId: "g", generationId: 3, memberId: "m" });
    process.stdout.write(decode(Apis.Heartbeat.request, 4, bytes).groupId);`;
  const flags = ["--disallow-code-generation-from-strings", "--input-type=module", "-e", script];
  const { stdout, stderr } = spawnSync(process.execPath, flags, { encoding: "utf8" });
  assert.equal(stdout, "g", stderr);
});
