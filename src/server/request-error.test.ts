import assert from "node:assert/strict";
import { test } from "node:test";
import { Apis } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import { decodeResponse, encodeResponse } from "../protocol/frames.js";
import { type Field, type Fields, hasVersion } from "../protocol/schema.js";
import { errorResponseOf } from "./request-error.js";

const CODE = ErrorCode.UNKNOWN_SERVER_ERROR;

function sample(fields: Fields, version: number): Record<string, unknown> {
  const value: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) value[name] = sampleOf(field, version);
  return value;
}

function sampleOf(field: Field, version: number): unknown {
  if (!hasVersion(field.versions, version)) return field.type === "array" ? [] : undefined;
  if (field.type === "array") {
    return field.fields === null ? [primitive(field.element as string)] : [sample(field.fields, version)];
  }
  if (field.type === "struct") return sample(field.fields as Fields, version);
  return primitive(field.type);
}

function primitive(type: string): unknown {
  if (type === "string") return "name";
  if (type === "uuid") return "AAAAAAAAAAAAAAAAAAAAAQ";
  if (type === "bool") return false;
  return type === "bytes" || type === "records" ? new Uint8Array(0) : 1;
}

function codesIn(value: unknown): number[] {
  if (Array.isArray(value)) return value.flatMap(codesIn);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return [];
  return Object.entries(value).flatMap(([name, each]) => (/errorCode$/i.test(name) ? [each as number] : codesIn(each)));
}

test("every API that clients use can be answered with an error in every version, and what was asked for is named in it", () => {
  const silent: string[] = [];
  for (const api of Object.values(Apis)) {
    if (!api.listeners.includes("broker")) continue;
    for (let version = api.minVersion; version <= api.maxVersion; version++) {
      const request = sample(api.request.fields, version);
      const response = errorResponseOf(api, version, request, CODE);
      const [head, ...rest] = encodeResponse(api, version, 7, response);
      const frame = Buffer.concat([head, ...rest]).subarray(4);
      const { body } = decodeResponse(api, version, frame);
      const codes = codesIn(body).filter((code) => code !== ErrorCode.NONE);
      if (codes.length === 0) silent.push(`${api.name} ${version}`);
      assert.ok(codes.every((code) => code === CODE));
    }
  }
  assert.deepEqual(silent, []);
});

test("an error of a produce names the topic and the partition", () => {
  const body = { topicData: [{ name: "orders", partitionData: [{ index: 2 }] }] };
  const { responses } = errorResponseOf(Apis.Produce, 9, body, ErrorCode.NOT_LEADER_OR_FOLLOWER) as {
    responses: { name: string; partitionResponses: { index: number; errorCode: number }[] }[];
  };
  assert.equal(responses[0].name, "orders");
  assert.equal(responses[0].partitionResponses[0].index, 2);
  assert.equal(responses[0].partitionResponses[0].errorCode, ErrorCode.NOT_LEADER_OR_FOLLOWER);
});

test("an error of a fetch stands with the partition, not with the session", () => {
  const body = { topics: [{ topic: "orders", partitions: [{ partition: 3 }] }] };
  const response = errorResponseOf(Apis.Fetch, 11, body, ErrorCode.OFFSET_OUT_OF_RANGE) as {
    errorCode: number;
    responses: { topic: string; partitions: { partitionIndex: number; errorCode: number }[] }[];
  };
  assert.equal(response.errorCode, ErrorCode.NONE);
  assert.equal(response.responses[0].topic, "orders");
  assert.equal(response.responses[0].partitions[0].partitionIndex, 3);
  assert.equal(response.responses[0].partitions[0].errorCode, ErrorCode.OFFSET_OUT_OF_RANGE);
});
