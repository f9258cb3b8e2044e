import assert from "node:assert/strict";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { after, before, test } from "node:test";
import { avroSchema } from "./avro.js";
import { protobufSchema } from "./protobuf.js";
import { schemaNameOf } from "./schema-name.js";
import { SchemaRegistry } from "./schema-registry.js";

const ORDER = JSON.stringify({
  type: "record",
  name: "Order",
  namespace: "com.acme",
  fields: [
    { name: "id", type: "long" },
    { name: "note", type: ["null", "string"] },
    { name: "lines", type: { type: "array", items: "com.acme.Line" } },
    { name: "total", type: { type: "bytes", logicalType: "decimal", precision: 9, scale: 2 } },
    { name: "next", type: ["null", "Order"] },
  ],
});
const LINE = JSON.stringify({
  type: "record",
  name: "com.acme.Line",
  fields: [
    { name: "sku", type: "string" },
    { name: "price", type: "float" },
    { name: "state", type: { type: "enum", name: "State", symbols: ["NEW", "SENT"] } },
  ],
});
/** id 2^53 + 1, no note, one block of one line, −12.34, and nothing next. */
const ORDER_BYTES = [
  ...[0x82, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20, 0x00],
  ...[0x02, 0x04, 0x61, 0x62, 0xcd, 0xcc, 0xcc, 0x3d, 0x02, 0x00],
  ...[0x04, 0xfb, 0x2e, 0x00],
];
const ORDER_VALUE = {
  id: "9007199254740993",
  note: null,
  lines: [{ sku: "ab", price: 0.1, state: "SENT" }],
  total: "-12.34",
  next: null,
};

const PROTO = `syntax = "proto3"; package acme; // as people write it
import "common/money.proto"; option java_package = "com.acme";
message Other { reserved 2, 4 to 6; }
message Order {
  message Line { string sku = 1 [deprecated = true]; sint32 count = 2; }
  enum State { option allow_alias = true; NEW = 0; SENT = 1; ALSO_SENT = 1; }
  int64 id = 1; repeated Line lines = 2; map<string, acme.common.Money> by = 3; State state = 4;
  repeated int32 packed = 5; oneof how { string text = 6; bytes raw = 7; } optional bool sure = 8;
  google.protobuf.Timestamp at = 9;
}`;
const MONEY = `syntax = "proto3"; package acme.common; message Money { double amount = 1; }`;
const PROTO_BYTES = [
  ...[0x08, 0xfb, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01],
  ...[0x12, 0x05, 0x0a, 0x01, 0x61, 0x10, 0x0d],
  ...[0x1a, 0x0e, 0x0a, 0x01, 0x6b, 0x12, 0x09, 0x09, 0, 0, 0, 0, 0, 0, 0xf8, 0x3f],
  ...[0x20, 0x01, 0x2a, 0x03, 0x01, 0xac, 0x02, 0x3a, 0x02, 0xff, 0x00],
  ...[0x4a, 0x06, 0x08, 0x80, 0xe2, 0xcf, 0xaa, 0x06, 0xf8, 0x01, 0x2a],
];
const PROTO_VALUE = {
  id: -5,
  lines: [{ sku: "a", count: -7 }],
  by: { k: { amount: 1.5 } },
  state: "SENT",
  packed: [1, 300],
  raw: "0xff00",
  at: "2023-11-14T22:13:20.000000000Z",
  31: 42,
};

let server: Server;
let url: URL;
const asked: string[] = [];

before(async () => {
  const answers: Record<string, object> = {
    "/schemas/ids/1": { schema: ORDER, references: [{ name: "com.acme.Line", subject: "line", version: 3 }] },
    "/subjects/line/versions/3": { schema: LINE },
    "/schemas/ids/2": {
      schemaType: "PROTOBUF",
      schema: PROTO,
      references: [{ name: "common/money.proto", subject: "money", version: 1 }],
    },
    "/subjects/money/versions/1": { schemaType: "PROTOBUF", schema: MONEY },
    "/schemas/ids/3": { schemaType: "JSON", schema: "{}" },
    [`/schemas/guids/${guidOf(1)}`]: {
      schema: ORDER,
      references: [{ name: "com.acme.Line", subject: "line", version: 3 }],
    },
    [`/schemas/guids/${guidOf(2)}`]: {
      schemaType: "PROTOBUF",
      schema: PROTO,
      references: [{ name: "common/money.proto", subject: "money", version: 1 }],
    },
    [`/schemas/guids/${guidOf(3)}`]: { schemaType: "JSON", schema: "{}" },
    "/schemas/ids/4": { schema: '{"type":"record","name":"Bad","fields":[{"name":"x","type":"Nowhere"}]}' },
  };
  server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.authorization ?? ""}`);
    const answer = answers[request.url ?? ""];
    response.writeHead(answer === undefined ? 404 : 200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(answer ?? { error_code: 40403 }));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = new URL(`http://reader:secret@127.0.0.1:${(server.address() as AddressInfo).port}`);
});
after(() => server.close());

function framed(id: number, bytes: readonly number[]): Uint8Array {
  return Uint8Array.from([0, 0, 0, id >> 8, id & 0xff, ...bytes]);
}

async function decoded(registry: SchemaRegistry, bytes: Uint8Array) {
  return decodedAs(registry, bytes, []);
}

async function decodedAs(registry: SchemaRegistry, bytes: Uint8Array, headers: readonly RecordHeader[]) {
  const named = schemaNameOf("value", bytes, headers);
  assert.ok(named !== null);
  if (named.id !== null) await registry.load([named.id]);
  const { value, ...about } = registry.decode(named);
  return { ...about, value: JSON.parse(JSON.stringify(value)) as unknown };
}

interface RecordHeader {
  readonly key: Uint8Array;
  readonly value: Uint8Array | null;
}

function header(name: string, bytes: readonly number[] | null): RecordHeader {
  return { key: new TextEncoder().encode(name), value: bytes === null ? null : Uint8Array.from(bytes) };
}

test("Avro: a record whose schema names another, with numbers that JavaScript cannot hold as texts", async () => {
  const registry = new SchemaRegistry(url);
  const expected = { id: 1, inHeader: false, type: "AVRO", name: "com.acme.Order", problem: null, value: ORDER_VALUE };
  assert.deepEqual(await decoded(registry, framed(1, ORDER_BYTES)), expected);
  assert.ok(asked.every((each) => each.endsWith(" Basic cmVhZGVyOnNlY3JldA==")));
  const before = asked.length;
  await decoded(registry, framed(1, ORDER_BYTES));
  assert.equal(asked.length, before, "a schema never changes: it is asked for once");
  assert.doesNotMatch(registry.shownUrl, /secret/);
});

test("Protobuf: the message that the indexes name, with imports, maps, packed numbers and what the schema does not know", async () => {
  const registry = new SchemaRegistry(url);
  const expected = { id: 2, inHeader: false, type: "PROTOBUF", name: "acme.Order", problem: null, value: PROTO_VALUE };
  assert.deepEqual(await decoded(registry, framed(2, [0x02, 0x02, ...PROTO_BYTES])), expected);
  const line = await decoded(registry, framed(2, [0x04, 0x02, 0x00, 0x0a, 0x01, 0x78]));
  assert.deepEqual([line.name, line.value], ["acme.Order.Line", { sku: "x", count: 0 }]);
  assert.equal((await decoded(registry, framed(2, [0x00]))).name, "acme.Other");
});

test("JSON Schema: the JSON behind the id", async () => {
  const json = [...new TextEncoder().encode('{"a":1}')];
  assert.deepEqual((await decoded(new SchemaRegistry(url), framed(3, json))).value, { a: 1 });
});

const VALUE_HEADER = "__value_schema_id";

/** A GUID whose last byte is this, as a text and as bytes of a header. */
function guidOf(last: number): string {
  return `89791762-2336-4186-9674-299b90a802e${last}`;
}

function guidBytes(last: number): number[] {
  return [1, ...Buffer.from(guidOf(last).replaceAll("-", ""), "hex")];
}

test("a header names the schema by its GUID: the value is all of the bytes, whatever they begin with", async () => {
  const registry = new SchemaRegistry(url);
  const avro = await decodedAs(registry, Uint8Array.from(ORDER_BYTES), [header(VALUE_HEADER, guidBytes(1))]);
  const expected = { id: guidOf(1), inHeader: true, type: "AVRO", name: "com.acme.Order", problem: null };
  assert.deepEqual(avro, { ...expected, value: ORDER_VALUE });
  // Protobuf's message indexes stand in the header, behind the GUID.
  const proto = await decodedAs(registry, Uint8Array.from(PROTO_BYTES), [
    header(VALUE_HEADER, [...guidBytes(2), 0x02, 0x02]),
  ]);
  assert.deepEqual([proto.name, proto.value], ["acme.Order", PROTO_VALUE]);
  const json = new TextEncoder().encode('{"a":1}');
  assert.deepEqual((await decodedAs(registry, json, [header(VALUE_HEADER, guidBytes(3))])).value, { a: 1 });
  // The schema's number may stand in the header, too.
  assert.deepEqual((await decodedAs(registry, json, [header(VALUE_HEADER, [0, 0, 0, 0, 3])])).value, { a: 1 });
});

test("the last header of the name counts; the key's header is not the value's; one without a value is none", () => {
  const headers = [header(VALUE_HEADER, guidBytes(1)), header(VALUE_HEADER, guidBytes(3)), header(VALUE_HEADER, null)];
  assert.equal(schemaNameOf("value", new Uint8Array(2), headers)?.id, guidOf(3));
  assert.equal(schemaNameOf("key", new Uint8Array(2), headers), null);
  const key = [header("__key_schema_id", guidBytes(2))];
  assert.equal(schemaNameOf("key", new Uint8Array(2), key)?.id, guidOf(2));
  assert.equal(schemaNameOf("value", framed(7, []), key)?.id, 7);
  assert.equal(schemaNameOf("value", framed(7, []), [header(VALUE_HEADER, null)])?.id, 7);
});

test("a header that names no schema, or one that nobody knows, is said", async () => {
  const registry = new SchemaRegistry(url);
  const problem = async (bytes: Uint8Array, value: readonly number[]) =>
    (await decodedAs(registry, bytes, [header(VALUE_HEADER, value)])).problem ?? "";
  const names = /^Its header __value_schema_id names no schema: /;
  for (const bad of [[], [1], guidBytes(1).slice(0, -1), [2, ...guidBytes(1).slice(1)], [0, 0, 0, 0, 0], [0, 0, 1]])
    assert.match(await problem(framed(1, ORDER_BYTES), bad), names);
  assert.match(await problem(Uint8Array.of(1), guidBytes(9)), new RegExp(`knows no schema ${guidOf(9)}`));
  assert.match(await problem(Uint8Array.of(1), guidBytes(1)), /not of schema 89791762-.* \(AVRO\): it ends where/);
  assert.match(await problem(Uint8Array.from(PROTO_BYTES), guidBytes(2)), /does not tell which message/);
});

test("what cannot be decoded says why", async () => {
  const registry = new SchemaRegistry(url);
  const problem = async (from: SchemaRegistry, bytes: Uint8Array) => (await decoded(from, bytes)).problem ?? "";
  assert.match(await problem(registry, framed(77, [1])), /knows no schema 77/);
  assert.match(await problem(registry, framed(4, [1])), /Schema 4 .* names Nowhere, which is not there/);
  assert.match(await problem(registry, framed(1, ORDER_BYTES.slice(0, -1))), /not of schema 1 \(AVRO\): it ends where/);
  assert.match(await problem(registry, framed(1, [...ORDER_BYTES, 1])), /1 bytes are left over/);
  assert.match(await problem(registry, framed(2, [0x02, 0x0e])), /message 7 of its schema/);
  assert.match(await problem(registry, framed(2, [0x02, 0x02, 0x0d, 0, 0, 0, 0])), /field id \(int64\) .* wire type 5/);
  assert.match(await problem(registry, framed(3, [0x7b])), /not of schema 3 \(JSON\)/);
  const nobody = new SchemaRegistry(new URL("http://127.0.0.1:9"));
  assert.match(await problem(nobody, framed(1, ORDER_BYTES)), /at http:\/\/127\.0\.0\.1:9 does not answer/);
});

test("bytes that promise more than they hold end soon, and names are only names", () => {
  const many = avroSchema('{"type":"array","items":"null"}', new Map());
  const count = [0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01];
  assert.throws(() => many.decode(Uint8Array.from(count)), /elements/);
  const tree = avroSchema('{"type":"record","name":"T","fields":[{"name":"t","type":["null","T"]}]}', new Map());
  assert.throws(() => tree.decode(new Uint8Array(1000).fill(2)), /nests deeper/);
  const own = avroSchema('{"type":"map","values":"int"}', new Map());
  const key = [...new TextEncoder().encode("__proto__")];
  const bytes = Uint8Array.from([2, key.length * 2, ...key, 2, 0]);
  assert.equal(JSON.stringify(own.decode(bytes)), '{"__proto__":1}');
  const loop = protobufSchema('syntax = "proto3"; message M { M m = 1; }', []);
  const nested = Uint8Array.from([0, ...nest(100)]);
  assert.throws(() => loop.decode(nested), /nests deeper/);
});

function nest(depth: number): number[] {
  let bytes: number[] = [];
  for (let i = 0; i < depth; i++) {
    const { length } = bytes;
    bytes = [0x0a, ...(length < 128 ? [length] : [(length & 0x7f) | 0x80, length >> 7]), ...bytes];
  }
  return bytes;
}

test("what no registry's serializer wrote has no schema", () => {
  assert.equal(schemaNameOf("value", new TextEncoder().encode("a text"), []), null);
  assert.equal(schemaNameOf("value", Uint8Array.from([0, 0, 0]), []), null);
  assert.equal(schemaNameOf("value", Uint8Array.from([0, 0, 0, 0, 0, 0, 0, 42]), []), null);
});
