import { concatBytes } from "../../../base/bytes.js";
import { DecodingError } from "./shown-value.js";

/** The two parts of a record that have schemas, and the headers in which serializers may put the schema's name instead of before the bytes. */
export const SCHEMA_HEADERS = { key: "__key_schema_id", value: "__value_schema_id" } as const;
export type SchemaPart = keyof typeof SCHEMA_HEADERS;

const ID_FOLLOWS = 0;
const GUID_FOLLOWS = 1;
const ID_END = 5;
const GUID_END = 17;
const NO_BYTES = new Uint8Array(0);

type Headers = readonly { readonly key: Uint8Array; readonly value: Uint8Array | null }[];

/** How the bytes of a key or value tell of which schema they are. */
export interface SchemaName {
  /** The registry's number of it, or its GUID as a text; null: `problem` says what is wrong with what should tell it. */
  readonly id: number | string | null;
  readonly inHeader: boolean;
  /** The value alone. */
  readonly body: Uint8Array;
  /** What follows the schema's name where that stands: of Protobuf, which message of the schema it is. */
  readonly rest: Uint8Array;
  readonly problem: string | null;
}

/**
 * From the header, where there is one (the last counts), as Confluent's deserializers do; otherwise from the first five bytes. null: the
 * bytes are not written by a registry's serializer.
 */
export function schemaNameOf(part: SchemaPart, bytes: Uint8Array, headers: Headers): SchemaName | null {
  const name = SCHEMA_HEADERS[part];
  const header = headers.findLast((each) => each.value !== null && isNamed(each.key, name))?.value ?? null;
  if (header === null) {
    const id = bytes[0] === ID_FOLLOWS ? idIn(bytes) : null;
    if (id === null) return null;
    const body = bytes.subarray(ID_END);
    return { id, inHeader: false, body, rest: NO_BYTES, problem: null };
  }
  const about = { inHeader: true, body: bytes };
  if (header[0] === GUID_FOLLOWS && header.length >= GUID_END)
    return { ...about, id: guidText(header.subarray(1, GUID_END)), rest: header.subarray(GUID_END), problem: null };
  const id = header[0] === ID_FOLLOWS ? idIn(header) : null;
  if (id !== null) return { ...about, id, rest: header.subarray(ID_END), problem: null };
  const problem = `Its header ${name} names no schema: a 1 and the 16 bytes of a GUID are expected there.`;
  return { ...about, id: null, rest: NO_BYTES, problem };
}

/** The message's indexes and the message, one after the other. Throws a `DecodingError` when the header does not tell the indexes. */
export function protobufBody({ inHeader, body, rest }: SchemaName): Uint8Array {
  if (!inHeader) return body;
  if (rest.length === 0) throw new DecodingError("its header does not tell which message of the schema it is");
  return concatBytes([rest, body]);
}

function guidText(bytes: Uint8Array): string {
  return Buffer.from(bytes)
    .toString("hex")
    .replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

function idIn(bytes: Uint8Array): number | null {
  if (bytes.length < ID_END) return null;
  const id = new DataView(bytes.buffer, bytes.byteOffset, bytes.length).getUint32(1);
  // Registries count from 1; small numbers of eight bytes begin with five zeros.
  return id === 0 ? null : id;
}

function isNamed(key: Uint8Array, name: string): boolean {
  if (key.length !== name.length) return false;
  for (let i = 0; i < name.length; i++) if (key[i] !== name.charCodeAt(i)) return false;
  return true;
}
