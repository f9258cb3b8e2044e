import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { SeededRandom } from "../../src/base/random.js";
import { type Api, Apis } from "../../src/protocol/apis.js";
import { decodeExact, encode } from "../../src/protocol/codec.js";
import { ErrorCode, isRetriable } from "../../src/protocol/errors.js";
import { type Fields, hasVersion, type Schema } from "../../src/protocol/schema.js";
import { randomBytes, randomValue } from "../../src/protocol/testing/random-value.js";
import { SCHEMAS_BY_JAR, versionsOf } from "../../src/protocol/testing/schemas.js";
import { readText, textBytes } from "../../src/protocol/text.js";
import { KafkaClasses } from "./kafka-classes.js";
import { skipReason } from "./kafka-jars.js";
import { fromKafkaJson, toKafkaJson } from "./kafka-json.js";
import { type FieldJson, fieldName, fieldsOf, type MessageJson, messagesInJar } from "./message-json.js";

const skip = await skipReason({ java: true });
const VALUES = 16;

let kafka: KafkaClasses | null = null;
before(() => {
  if (skip === false) kafka = new KafkaClasses();
});
after(() => kafka?.close());

for (const { artifact, folder, javaPackage, schemas } of SCHEMAS_BY_JAR) {
  test(`Apache Kafka's classes read and write the messages of ${artifact} as we do`, { skip }, async () => {
    const messages = messagesInJar(artifact, folder);
    const random = new SeededRandom(7);
    const checks: Promise<void>[] = [];
    for (const schema of schemas) {
      const json = messages.get(schema.name)!;
      const isWire = ["request", "response", "header"].includes(json.type);
      const className = `${javaPackage}.${schema.name}${isWire ? "Data" : ""}`;
      for (const version of versionsOf(schema)) {
        for (let i = 0; i < VALUES; i++) {
          const value = withDistinctKeys(json, json.fields, randomValue(random, schema, version));
          checks.push(check(className, schema, version, value));
        }
      }
    }
    await Promise.all(checks);
  });
}

async function check(
  className: string,
  schema: Schema,
  version: number,
  value: Record<string, unknown>,
): Promise<void> {
  const bytes = encode(schema, version, value);
  const hex = Buffer.from(bytes).toString("hex");
  const json = toKafkaJson(schema.fields, version, value);
  const what = `${schema.name} v${version}: ${json}`;
  const [fromJson, fromBytes, asJson] = await kafka!.ask("message", className, String(version), hex, json);
  assert.equal(fromJson, hex, what);
  assert.equal(fromBytes, hex, what);
  const decoded = decodeExact(schema, version, bytes) as Record<string, unknown>;
  assert.deepEqual(fromKafkaJson(schema.fields, JSON.parse(asJson)), withoutRecords(schema.fields, decoded), what);
}

/** Kafka keeps some lists as maps, which lose elements with equal keys: leaves the first of each. */
function withDistinctKeys(
  message: MessageJson,
  fields: readonly FieldJson[],
  value: Record<string, unknown>,
): Record<string, unknown> {
  const result = { ...value };
  for (const field of fields) {
    const inner = fieldsOf(message, field);
    const given = value[fieldName(field)];
    if (inner === null || given === null) continue;
    const keys = inner.filter((each) => each.mapKey === true).map(fieldName);
    const seen = new Set<string>();
    const keep = (element: Record<string, unknown>) => {
      const key = JSON.stringify(keys.map((name) => element[name]));
      if (keys.length > 0 && seen.has(key)) return false;
      seen.add(key);
      return true;
    };
    result[fieldName(field)] = Array.isArray(given)
      ? given.filter(keep).map((element) => withDistinctKeys(message, inner, element))
      : withDistinctKeys(message, inner, given as Record<string, unknown>);
  }
  return result;
}

/** The converter writes no records. */
function withoutRecords(fields: Fields, value: Record<string, unknown>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    const given = value[name];
    if (field.type === "records" && given !== null) result[name] = new Uint8Array(0);
    else if (field.fields === null || given === null) result[name] = given;
    else if (Array.isArray(given)) result[name] = given.map((element) => withoutRecords(field.fields!, element));
    else result[name] = withoutRecords(field.fields, given as Record<string, unknown>);
  }
  return result;
}

test("bytes that are not UTF-8 become the same text as in Java", { skip }, async () => {
  const random = new SeededRandom(8);
  const starts = [0xc1, 0xc2, 0xe0, 0xe4, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0xff, 0x41];
  const others = [0x80, 0x8f, 0x90, 0x9f, 0xa0, 0xbf, 0x41];
  const checks: Promise<void>[] = [];
  for (let i = 0; i < 3000; i++) {
    const bytes = randomBytes(random, 9).map(() => random.pick(random.chance(0.4) ? starts : others));
    const hex = Buffer.from(bytes).toString("hex");
    checks.push(
      kafka!.ask("text", hex).then(([answer]) => {
        const ours = textBytes(readText(bytes, 0, bytes.length));
        assert.equal(Buffer.from(ours).toString("hex"), answer, hex);
      }),
    );
  }
  await Promise.all(checks);
});

test("error codes, their names and which of them may be retried are Kafka's", { skip }, async () => {
  const ours = Object.entries(ErrorCode).map(([name, code]) => `${code} ${name} ${isRetriable(code)}`);
  assert.deepEqual(ours.sort(), (await kafka!.ask("errors")).sort());
});

test("keys, names, versions and header versions of the APIs are Kafka's", { skip }, async () => {
  const ours = Object.values(Apis).map((api: Api) => {
    const headers: string[] = [];
    for (let v = api.minVersion; v <= api.maxVersion; v++) {
      headers.push(`${api.requestHeaderVersion(v)}:${api.responseHeaderVersion(v)}`);
      assert.equal(v >= api.flexibleFrom, hasVersion(api.request.flexible, v));
    }
    return `${api.key} ${api.name} ${api.minVersion} ${api.maxVersion} ${headers.join(" ")}`;
  });
  assert.deepEqual(ours.sort(), (await kafka!.ask("apis")).sort());
});
