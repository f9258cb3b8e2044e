import assert from "node:assert/strict";
import { test } from "node:test";
import { type Api, Apis } from "../../src/protocol/apis.js";
import { defaultOf } from "../../src/protocol/layout.js";
import { type Field, type Fields, INT64_MAX, type Schema } from "../../src/protocol/schema.js";
import { SCHEMAS_BY_JAR } from "../../src/protocol/testing/schemas.js";
import { skipReason } from "./kafka-jars.js";
import { type FieldJson, fieldName, fieldsOf, type MessageJson, messagesInJar } from "./message-json.js";

const skip = await skipReason({ java: false });

for (const { artifact, folder, schemas } of SCHEMAS_BY_JAR) {
  test(`the schemas of ${artifact} are those in Apache Kafka's jar, and none is missing`, { skip }, () => {
    const messages = messagesInJar(artifact, folder);
    assert.deepEqual(schemas.map((schema) => schema.name).sort(), [...messages.keys()].sort());
    for (const schema of schemas) assert.deepEqual(ours(schema), theirs(messages.get(schema.name)!));
  });
}

test("the registry of APIs is what the jar says: keys, listeners, released versions", { skip }, () => {
  const messages = messagesInJar("kafka-clients", "common/message/");
  const requests = [...messages.values()].filter((message) => message.type === "request");
  assert.equal(Object.keys(Apis).length, requests.length);
  for (const json of requests) {
    const name = json.name.replace(/Request$/, "");
    const api: Api | undefined = Object.values(Apis).find((each) => each.key === json.apiKey);
    assert.ok(api !== undefined, `there is no API ${json.apiKey}`);
    assert.equal(api.name, name);
    assert.equal((Apis as Record<string, Api>)[name], api);
    assert.deepEqual([...api.listeners].sort(), [...(json.listeners ?? [])].sort(), name);
    assert.equal(api.request.name, json.name);
    assert.equal(api.response.name, `${name}Response`);
    assert.equal(api.maxVersion, api.request.maxVersion - (json.latestVersionUnstable === true ? 1 : 0), name);
  }
});

/** A message in a form in which both sides can be compared. */
interface Plain {
  readonly name: string;
  readonly versions: string;
  readonly flexible: string;
  readonly fields: readonly PlainField[];
}

interface PlainField {
  readonly name: string;
  readonly type: string;
  readonly versions: string;
  readonly nullable: string;
  readonly tag: number;
  readonly ignorable: boolean;
  readonly flexible: boolean;
  readonly default: unknown;
  readonly fields: readonly PlainField[] | null;
}

function ours(schema: Schema): Plain {
  return {
    name: schema.name,
    versions: schema.versions,
    flexible: schema.flexible,
    fields: ourFields(schema.fields),
  };
}

function ourFields(fields: Fields): PlainField[] {
  return Object.entries(fields).map(([name, field]) => ({
    name,
    type: field.type === "array" ? `[]${field.element ?? "struct"}` : field.type,
    versions: field.versions,
    nullable: field.nullable,
    tag: field.tag,
    ignorable: field.ignorable,
    flexible: field.flexible,
    default: field.type === "struct" && field.default === undefined ? "of its fields" : defaultOf(field as Field),
    fields: field.fields === null ? null : ourFields(field.fields),
  }));
}

function theirs(json: MessageJson): Plain {
  return {
    name: json.name,
    versions: json.validVersions,
    flexible: json.flexibleVersions,
    fields: theirFields(json, json.fields),
  };
}

function theirFields(message: MessageJson, fields: readonly FieldJson[]): PlainField[] {
  return fields.map((json) => {
    const inner = fieldsOf(message, json);
    const type = inner === null ? json.type : json.type.startsWith("[]") ? "[]struct" : "struct";
    // Our schemas have no field that is tagged in some of its versions only; nor have Kafka's.
    if (json.taggedVersions !== undefined) assert.equal(json.taggedVersions, json.versions ?? json.taggedVersions);
    return {
      name: fieldName(json),
      type,
      versions: json.versions ?? json.taggedVersions!,
      nullable: json.nullableVersions ?? "none",
      tag: json.tag ?? -1,
      ignorable: json.ignorable ?? false,
      flexible: json.flexibleVersions === undefined,
      default: theirDefault(type, json.default),
      fields: inner === null ? null : theirFields(message, inner),
    };
  });
}

/** What Kafka's generator makes of "default": the text "null" is null, and a missing one or JSON's null is the type's own. */
function theirDefault(type: string, given: unknown): unknown {
  const text = given === undefined || given === null ? "" : String(given);
  if (text === "null") return null;
  if (type.startsWith("[]")) return [];
  switch (type) {
    case "struct":
      return "of its fields";
    case "string":
      return text;
    case "bytes":
    case "records":
      return new Uint8Array(0);
    case "uuid":
      return text === "" ? "AAAAAAAAAAAAAAAAAAAAAA" : text;
    case "bool":
      return text === "true";
    default:
      return text === "9223372036854775807" ? INT64_MAX : Number(text);
  }
}
