import { type Api, Apis } from "../protocol/apis.js";
import { errorMessage } from "../protocol/errors.js";
import { type Field, type Fields, hasVersion } from "../protocol/schema.js";

/** Names of the same thing in a request and in its response; a response's field takes the first that its request has. */
const SAME_AS: Readonly<Record<string, readonly string[]>> = {
  partitionIndex: ["partitionIndex", "partition", "index", "partitionId"],
  partition: ["partition", "partitionIndex", "partitionId"],
  index: ["index", "partitionIndex"],
  partitionId: ["partitionId", "partition"],
  name: ["name", "topicName"],
  topic: ["topic", "name"],
  groupId: ["groupId"],
  key: ["key"],
  user: ["user", "name"],
};

/** `errorCode`, `partitionErrorCode`. */
const ERROR_FIELD = /(^e|E)rrorCode$/;

type Struct = Readonly<Record<string, unknown>>;

/**
 * The answer that gives one error for all that was asked, by the schemas: each element of the request's arrays has its counterpart, which
 * repeats what names it, and every `errorCode` on the way is the error. What the response says besides has its default.
 */
export function errorResponseOf(api: Api, version: number, body: unknown, errorCode: number): object {
  const response = filled(api.response.fields, version, api.request.fields, body as Struct, errorCode);
  // A code for the whole fetch is about its session; a partition's error stands with the partition.
  if (api.key === Apis.Fetch.key && (response["responses"] as readonly object[]).length > 0) response["errorCode"] = 0;
  return response;
}

function filled(
  fields: Fields,
  version: number,
  askedFields: Fields,
  asked: Struct,
  errorCode: number,
): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [name, field] of Object.entries(fields)) {
    if (!hasVersion(field.versions, version)) continue;
    if (ERROR_FIELD.test(name)) result[name] = errorCode;
    else if (name === "errorMessage") result[name] = errorMessage(errorCode);
    else if (field.type === "array") {
      result[name] = elements(field, name, version, askedFields, asked, errorCode);
      // Where nothing of the request has a counterpart, the error has one place at least.
      if (isMute(fields, version) && (result[name] as unknown[]).length === 0 && carriesError(field.fields, version)) {
        result[name] = [filled(field.fields as Fields, version, {}, {}, errorCode)];
      }
    } else if (field.type !== "struct") {
      const source = (SAME_AS[name] ?? [name]).find((each) => asked[each] !== undefined);
      if (source !== undefined && askedFields[source]?.type === field.type) result[name] = asked[source];
    }
  }
  return result;
}

/** One for each element of the request's array that asks for the like. */
function elements(
  field: Field,
  name: string,
  version: number,
  askedFields: Fields,
  asked: Struct,
  errorCode: number,
): unknown[] {
  if (field.fields === null || !carriesError(field.fields, version)) return [];
  const source = counterpart(field.fields, name, version, askedFields);
  if (source === null) return [];
  const { fields: elementFields } = askedFields[source];
  const values = (asked[source] ?? []) as readonly unknown[];
  return values.map((value) => {
    const into = field.fields as Fields;
    if (elementFields !== null) return filled(into, version, elementFields, value as Struct, errorCode);
    // An array of plain values: partition numbers, group names, topic names.
    const named = firstOfType(into, version, askedFields[source].element);
    const element = filled(into, version, {}, {}, errorCode);
    if (named !== null) element[named] = value;
    return element;
  });
}

/** No error of its own. */
function isMute(fields: Fields, version: number): boolean {
  return !Object.entries(fields).some(([name, field]) => ERROR_FIELD.test(name) && hasVersion(field.versions, version));
}

function carriesError(fields: Fields | null, version: number): boolean {
  if (fields === null) return false;
  return Object.entries(fields).some(
    ([name, field]) =>
      hasVersion(field.versions, version) && (ERROR_FIELD.test(name) || carriesError(field.fields, version)),
  );
}

/** The request's array whose elements share most names with the response's; of plain values only where no other does. */
function counterpart(fields: Fields, name: string, version: number, askedFields: Fields): string | null {
  let best: string | null = null;
  let bestScore = 0;
  for (const [candidate, field] of Object.entries(askedFields)) {
    if (field.type !== "array" || !hasVersion(field.versions, version) || candidate.startsWith("forgotten")) continue;
    const { fields: elementFields } = field;
    let score = candidate === name ? 2 : 0;
    if (elementFields === null) score += firstOfType(fields, version, field.element) === null ? 0 : 1;
    else {
      for (const each of Object.keys(fields)) {
        if ((SAME_AS[each] ?? [each]).some((alias) => alias in elementFields)) score += 2;
      }
    }
    if (score > bestScore) {
      best = candidate;
      bestScore = score;
    }
  }
  return best;
}

function firstOfType(fields: Fields, version: number, type: string | null): string | null {
  for (const [name, field] of Object.entries(fields)) {
    if (field.type === type && name !== "errorCode" && hasVersion(field.versions, version)) return name;
  }
  return null;
}
