import assert from "node:assert/strict";
import { test } from "node:test";
import { AssertionError } from "../base/assert.js";
import { SeededRandom } from "../base/random.js";
import { Apis } from "./apis.js";
import { decode, decodeExact, decoderOf, encode, encodeChunks, encoderOf, ProtocolError } from "./codec.js";
import { interpretDecode, interpretEncode } from "./interpreter.js";
import { FetchResponse } from "./messages/01-fetch.js";
import { array, INT64_MAX, int16, int32, int64, message, type Schema, string, uint16 } from "./schema.js";
import { randomBytes, randomValue } from "./testing/random-value.js";
import { ALL_SCHEMAS, versionsOf } from "./testing/schemas.js";
import { Writer } from "./wire.js";

const VALUES = 6;

function interpretedBytes(schema: Schema, version: number, value: unknown): Uint8Array {
  const w = new Writer(1);
  interpretEncode(schema, version)(value, w);
  return w.bytes.slice(0, w.at);
}

test("every message in every version is what it was after encoding and decoding, compiled as well as interpreted", () => {
  const random = new SeededRandom(1);
  for (const schema of ALL_SCHEMAS) {
    for (const version of versionsOf(schema)) {
      for (let i = 0; i < VALUES; i++) {
        const value = randomValue(random, schema, version);
        const bytes = encode(schema, version, value);
        assert.deepEqual(bytes, interpretedBytes(schema, version, value), `${schema.name} v${version}`);
        assert.deepEqual(decodeExact(schema, version, bytes), value);
        assert.deepEqual(interpretDecode(schema, version)(bytes, 0, bytes.length), value);
      }
    }
  }
});

test("a message decodes the same wherever it lies in a buffer", () => {
  const random = new SeededRandom(2);
  for (const schema of ALL_SCHEMAS) {
    const version = schema.maxVersion;
    const value = randomValue(random, schema, version);
    const bytes = encode(schema, version, value);
    const around = randomBytes(random, 50);
    const buffer = new Uint8Array([...around, ...bytes, ...around]);
    assert.deepEqual(decode(schema, version, buffer, around.length, around.length + bytes.length), value);
  }
});

test("fields that are left out have their defaults", () => {
  for (const schema of ALL_SCHEMAS) {
    for (const version of versionsOf(schema)) {
      if (encodesNull(schema, version)) continue;
      const bytes = encode(schema, version, {});
      assert.deepEqual(encode(schema, version, decodeExact(schema, version, bytes)), bytes);
      assert.deepEqual(interpretedBytes(schema, version, {}), bytes);
    }
  }
});

/** Whether a default is a null that the version does not allow: such a field has to be given. */
function encodesNull(schema: Schema, version: number): boolean {
  try {
    encode(schema, version, {});
    return false;
  } catch (error) {
    return error instanceof ProtocolError && error.message.includes("null");
  }
}

test("pieces with views of the records are, one after another, the encoded message", () => {
  const random = new SeededRandom(3);
  for (const api of [Apis.Produce, Apis.Fetch, Apis.ShareFetch, Apis.FetchSnapshot]) {
    for (const schema of [api.request, api.response]) {
      for (let i = 0; i < 20; i++) {
        const version = random.between(schema.minVersion, schema.maxVersion);
        const value = randomValue(random, schema, version);
        const chunks = encodeChunks(schema as Schema, version, value);
        assert.deepEqual(Buffer.concat(chunks), Buffer.from(encode(schema as Schema, version, value)));
      }
    }
  }
});

test("records are handed on as the views that they came as", () => {
  const records = [new Uint8Array([1, 2]), new Uint8Array([3])];
  const value = { responses: [{ topic: "t", partitions: [{ records }] }] };
  const chunks = encodeChunks(FetchResponse, 12, value);
  assert.equal(chunks[1], records[0]);
  assert.equal(chunks[2], records[1]);
  const decoded = decode(FetchResponse, 12, Buffer.concat(chunks));
  assert.deepEqual(Buffer.from(decoded.responses[0].partitions[0].records!), Buffer.from([1, 2, 3]));
});

test("whatever the bytes, decoding gives a value or a ProtocolError, the same from both codecs", () => {
  const random = new SeededRandom(4);
  for (const schema of ALL_SCHEMAS) {
    for (const version of versionsOf(schema)) {
      for (let i = 0; i < 12; i++) {
        const bytes = damaged(random, encode(schema, version, randomValue(random, schema, version)));
        const end = random.chance(0.3) ? random.below(bytes.length + 1) : bytes.length;
        const compiled = outcome(() => decoderOf(schema, version)(bytes, 0, end));
        const interpreted = outcome(() => interpretDecode(schema, version)(bytes, 0, end));
        assert.deepEqual(compiled, interpreted, `${schema.name} v${version}`);
      }
    }
  }
});

function damaged(random: SeededRandom, bytes: Uint8Array): Uint8Array {
  if (random.chance(0.1)) return randomBytes(random, 60);
  const copy = bytes.slice();
  for (let left = random.below(4); left > 0 && copy.length > 0; left--) {
    copy[random.below(copy.length)] = random.pick([0, 1, 0x7f, 0x80, 0xff, random.below(256)]);
  }
  return copy;
}

function outcome(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    if (!(error instanceof ProtocolError)) throw error;
    return "ProtocolError";
  }
}

test("a count of elements beyond what the message can hold allocates nothing", () => {
  const schema = message("Many", "0-1", "1+", { numbers: array("0+").of("int32"), names: array("0+").of("string") });
  const before = process.memoryUsage().arrayBuffers;
  for (const bytes of [
    [0x7f, 0xff, 0xff, 0xff],
    [0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0],
  ]) {
    assert.throws(() => decode(schema, 0, Uint8Array.from(bytes)), ProtocolError);
  }
  assert.throws(() => decode(schema, 1, Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0x0f])), ProtocolError);
  assert.throws(() => decode(schema, 1, Uint8Array.from([0xff, 0xff, 0xff, 0xff, 0xff, 1])), ProtocolError);
  assert.ok(process.memoryUsage().arrayBuffers - before < 1 << 20);
});

const Sample = message("Sample", "0-3", "2+", {
  always: int16("0+"),
  port: uint16("0+"),
  later: int32("1+", { default: 7 }),
  hint: int32("1+", { ignorable: true }),
  name: string("0+", { nullable: "2+" }),
  big: int64("0+"),
  tagged: string("2+", { tag: 3, default: "none" }),
});

test("a value that the version cannot carry is an error, unless its field is ignorable", () => {
  assert.throws(() => encode(Sample, 0, { later: 8 }), ProtocolError);
  assert.throws(() => encode(Sample, 1, { tagged: "x" }), ProtocolError);
  assert.throws(() => encode(Sample, 1, { name: null }), ProtocolError);
  assert.throws(() => encode(Sample, 3, { name: "x".repeat(0x8000) }), ProtocolError);
  assert.throws(() => encode(Sample, 4, {}), ProtocolError);
  assert.throws(() => decode(Sample, -1, new Uint8Array(100)), ProtocolError);
  assert.doesNotThrow(() => encode(Sample, 0, { later: 7, hint: 9, tagged: "none" }));
});

test("a value of the wrong type or range is a programmer's error", () => {
  for (const value of [
    { always: 0x8000 },
    { port: -1 },
    { big: 2 ** 53 },
    { big: 0.5 },
    { always: "1" },
    { name: 5 },
    { big: null },
  ]) {
    assert.throws(() => encoderOf(Sample, 2)(value, new Writer(1)), AssertionError);
    assert.throws(() => interpretEncode(Sample, 2)(value, new Writer(1)), AssertionError);
  }
});

test("an int64 that is not exact as a number is refused, but for the largest", () => {
  const bytes = encode(Sample, 0, { big: INT64_MAX });
  assert.equal(decode(Sample, 0, bytes).big, INT64_MAX);
  for (const big of [Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, -1, 2 ** 32, -(2 ** 32) - 1]) {
    assert.equal(decode(Sample, 0, encode(Sample, 0, { big })).big, big);
  }
  bytes[bytes.length - 1] = 0xfe;
  assert.throws(() => decode(Sample, 0, bytes), ProtocolError);
});

test("tagged fields are written by tag when they differ from their default, and unknown ones are skipped", () => {
  const plain = encode(Sample, 2, { name: "" });
  assert.equal(plain[plain.length - 1], 0);
  const bytes = encode(Sample, 2, { name: "", tagged: "ab" });
  assert.deepEqual([...bytes.slice(plain.length - 1)], [1, 3, 3, 3, 97, 98]);
  const strange = Uint8Array.from([...plain.slice(0, -1), 3, 1, 0, 3, 2, 2, 97, 90, 2, 8, 8]);
  assert.equal(decodeExact(Sample, 2, strange).tagged, "a");
  const long = { tagged: "x".repeat(20_000) };
  assert.equal(decode(Sample, 3, encode(Sample, 3, long)).tagged, long.tagged);
});
