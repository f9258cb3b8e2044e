import { defaultOf } from "../../src/protocol/layout.js";
import { type Field, type Fields, hasVersion, INT64_MAX, type Primitive } from "../../src/protocol/schema.js";

/** Values as Kafka's JsonConverter classes read and write them. */

type Struct = Record<string, unknown>;

/** With the fields that the version has. */
export function toKafkaJson(fields: Fields, version: number, value: Struct): string {
  const properties: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (!hasVersion(field.versions, version)) continue;
    properties.push(`${JSON.stringify(name)}:${fieldToJson(field as Field, version, value[name])}`);
  }
  return `{${properties.join(",")}}`;
}

function fieldToJson(field: Field, version: number, value: unknown): string {
  if (value === null) return "null";
  if (field.type === "struct") return toKafkaJson(field.fields!, version, value as Struct);
  if (field.type !== "array") return primitiveToJson(field.type, value);
  const elements = (value as unknown[]).map((element) =>
    field.fields !== null
      ? toKafkaJson(field.fields, version, element as Struct)
      : primitiveToJson(field.element!, element),
  );
  return `[${elements.join(",")}]`;
}

function primitiveToJson(type: Primitive, value: unknown): string {
  switch (type) {
    case "bytes":
    case "records":
      return JSON.stringify(Buffer.from(value as Uint8Array).toString("base64"));
    case "int64":
      return value === INT64_MAX ? "9223372036854775807" : String(value);
    case "float64":
      return /[.e]/.test(String(value)) ? String(value) : `${value}.0`;
    default:
      return JSON.stringify(value);
  }
}

/** Whole values: fields that the JSON lacks have their defaults. The converter writes records as empty. */
export function fromKafkaJson(fields: Fields, json: Struct): Struct {
  const value: Struct = {};
  for (const [name, field] of Object.entries(fields)) {
    value[name] = name in json ? fieldFromJson(field as Field, json[name]) : defaultOf(field as Field);
  }
  return value;
}

function fieldFromJson(field: Field, json: unknown): unknown {
  if (json === null) return null;
  if (field.type === "struct") return fromKafkaJson(field.fields!, json as Struct);
  if (field.type !== "array") return primitiveFromJson(field.type, json);
  return (json as unknown[]).map((element) =>
    field.fields !== null ? fromKafkaJson(field.fields, element as Struct) : primitiveFromJson(field.element!, element),
  );
}

function primitiveFromJson(type: Primitive, json: unknown): unknown {
  return type === "bytes" || type === "records" ? new Uint8Array(Buffer.from(json as string, "base64")) : json;
}
