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
  const w = lendWriter();
  encoderOf(schema, version)(value, w);
  return takeCopy(w);
}

/**
 * Encodes a message that is sent soon into pieces: records are not copied, their views lie between what is written around them.
 * The pieces share a buffer with those of other messages; keep a copy of what lives long.
 */
export function encodeChunks<S extends Schema>(schema: S, version: number, value: Input<S>): Uint8Array[] {
  const w = lendChunkWriter();
  encoderOf(schema, version)(value, w);
  return takeChunks(w);
}

/** Encodes after what the writer holds already. */
export function encodeInto<S extends Schema>(schema: S, version: number, value: Input<S>, w: Writer): void {
  encoderOf(schema, version)(value, w);
}

const SCRATCH_BYTES = 16 * 1024;
const SCRATCH_BYTES_MAX = 4 * 1024 * 1024;
let scratch: Writer | null = new Writer(SCRATCH_BYTES);

/** An empty writer that copies records; `takeCopy` ends its loan. One that is lost, since encoding threw, is simply replaced. */
export function lendWriter(): Writer {
  const w = scratch ?? new Writer(SCRATCH_BYTES);
  scratch = null;
  w.at = 0;
  return w;
}

export function takeCopy(w: Writer): Uint8Array {
  const bytes = w.bytes.slice(0, w.at);
  if (w.bytes.length <= SCRATCH_BYTES_MAX) scratch = w;
  return bytes;
}

/** Messages that are sent are written one after another into slabs, and leave as views of them: nothing is copied. */
const SLAB_BYTES = 64 * 1024;
const SLAB_LEFT_MIN = 4 * 1024;
let slab: Writer | null = null;

/** A writer that takes records as views; `takeChunks` ends its loan. */
export function lendChunkWriter(): Writer {
  let w = slab;
  slab = null;
  if (w === null) {
    w = new Writer(SLAB_BYTES);
    w.views = [];
  }
  return w;
}

export function takeChunks(w: Writer): Uint8Array[] {
  const chunks = w.takeChunks();
  if (w.bytes.length - w.at >= SLAB_LEFT_MIN && w.bytes.length === SLAB_BYTES) slab = w;
  return chunks;
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
