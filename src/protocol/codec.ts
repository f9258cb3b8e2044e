import { compileDecode } from "./compile-decode.js";
import { compileEncode } from "./compile-encode.js";
import { interpretDecode, interpretEncode } from "./interpreter.js";
import { ProtocolError } from "./protocol-error.js";
import type { Input, Schema, Value } from "./schema.js";
import { position, Writer } from "./wire.js";

export { ProtocolError } from "./protocol-error.js";

/** `position.at` is where it ended. */
export type Decoder = (b: Uint8Array, at: number, end: number) => unknown;
export type Encoder = (value: unknown, w: Writer) => void;

/** A schema's codec for one version; each half is made at its first use. */
interface Codec {
  decode: Decoder | null;
  encode: Encoder | null;
}

/**
 * Decodes one message from `bytes[at, end)`. Bytes after it are ignored, as Kafka ignores them. Byte arrays in the value are
 * views of `bytes`. Throws ProtocolError for anything that is not such a message, having allocated no more than its size
 * warrants.
 */
export function decode<S extends Schema>(
  schema: S,
  version: number,
  bytes: Uint8Array,
  at = 0,
  end = bytes.length,
): Value<S> {
  return decoderOf(schema, version)(bytes, at, end) as Value<S>;
}

/** As `decode`, for where nothing may follow the message. */
export function decodeExact<S extends Schema>(
  schema: S,
  version: number,
  bytes: Uint8Array,
  at = 0,
  end = bytes.length,
): Value<S> {
  const value = decodeAt(schema, version, bytes, at, end);
  if (position.at !== end) {
    throw new ProtocolError(`${schema.name} v${version}: ${end - position.at} bytes follow the message`);
  }
  return value;
}

/** As `decode`; `position.at` of wire.ts tells where the message ended. */
export const decodeAt: typeof decode = decode;

/**
 * Encodes a message. Fields left out have their defaults. Throws ProtocolError when the version cannot carry a value: one that
 * is not the default of a field that the version lacks and that is not ignorable, a null where it has none, a string of more
 * than 32767 bytes. Values of the wrong type or range are programmers' errors.
 */
export function encode<S extends Schema>(schema: S, version: number, value: Input<S>): Uint8Array {
  const w = lendWriter(false);
  encoderOf(schema, version)(value, w);
  const bytes = w.bytes.slice(0, w.at);
  returnWriter(w);
  return bytes;
}

/** Encodes a message into pieces: records are not copied, their views lie between what is written around them. */
export function encodeChunks<S extends Schema>(schema: S, version: number, value: Input<S>): Uint8Array[] {
  const w = lendWriter(true);
  encoderOf(schema, version)(value, w);
  const chunks = w.takeChunks();
  returnWriter(w);
  return chunks;
}

/** Encodes after what the writer holds already. */
export function encodeInto<S extends Schema>(schema: S, version: number, value: Input<S>, w: Writer): void {
  encoderOf(schema, version)(value, w);
}

const SCRATCH_BYTES = 64 * 1024;
const SCRATCH_BYTES_MAX = 4 * 1024 * 1024;
let scratch: Writer | null = new Writer(SCRATCH_BYTES);

/** The one scratch writer; a new one while it is out. */
export function lendWriter(chunked: boolean): Writer {
  const w = scratch ?? new Writer(SCRATCH_BYTES);
  scratch = null;
  w.reset(chunked);
  return w;
}

/** It keeps a grown buffer up to a limit. One that is not returned, since encoding threw, is simply replaced. */
export function returnWriter(w: Writer): void {
  scratch = w.bytes.length <= SCRATCH_BYTES_MAX ? w : new Writer(SCRATCH_BYTES);
}

/** Not where code generation from strings is forbidden (a browser's content security policy, a flag of Node). */
const mayCompile = canCompile();

function canCompile(): boolean {
  try {
    return new Function("return true")() === true;
  } catch {
    // An EvalError is the answer, not a failure.
    return false;
  }
}

export function decoderOf(schema: Schema, version: number): Decoder {
  const codec = codecOf(schema, version);
  return (codec.decode ??= mayCompile ? compileDecode(schema, version) : interpretDecode(schema, version));
}

export function encoderOf(schema: Schema, version: number): Encoder {
  const codec = codecOf(schema, version);
  return (codec.encode ??= mayCompile ? compileEncode(schema, version) : interpretEncode(schema, version));
}

function codecOf(schema: Schema, version: number): Codec {
  const known = schema.codecs[version - schema.minVersion] as Codec | undefined;
  if (known !== undefined) return known;
  if (!Number.isInteger(version) || version < schema.minVersion || version > schema.maxVersion) {
    throw new ProtocolError(`${schema.name} has no version ${version}`);
  }
  const codec: Codec = { decode: null, encode: null };
  schema.codecs[version - schema.minVersion] = codec;
  return codec;
}
