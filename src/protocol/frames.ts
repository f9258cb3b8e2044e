import { concatBytes, readInt16, readInt32, writeInt32 } from "../base/bytes.js";
import type { Api } from "./apis.js";
import { requireApi } from "./apis.js";
import { decode, encodeInto, lendChunkWriter, takeChunks } from "./codec.js";
import { RequestHeader } from "./header/request-header.js";
import { ResponseHeader } from "./header/response-header.js";
import { ProtocolError } from "./protocol-error.js";
import type { Input, Schema, Value } from "./schema.js";
import { position } from "./wire.js";

/** A frame on the socket is an int32 length and as many bytes: a header and the body of a message. */
const LENGTH_BYTES = 4;

/** The chunks to send (see `encodeChunks`): the length, the header and the body. Records are not copied. */
export function encodeRequest<A extends Api>(
  api: A,
  version: number,
  correlationId: number,
  clientId: string | null,
  body: Input<A["request"]>,
): Uint8Array[] {
  const header = { requestApiKey: api.key, requestApiVersion: version, correlationId, clientId };
  return encodeFrame(RequestHeader, api.requestHeaderVersion(version), header, api.request, version, body);
}

/** The chunks to send (see `encodeChunks`): the length, the header and the body. Records are not copied. */
export function encodeResponse<A extends Api>(
  api: A,
  version: number,
  correlationId: number,
  body: Input<A["response"]>,
): Uint8Array[] {
  const header = { correlationId };
  return encodeFrame(ResponseHeader, api.responseHeaderVersion(version), header, api.response, version, body);
}

function encodeFrame(
  headerSchema: Schema,
  headerVersion: number,
  header: object,
  schema: Schema,
  version: number,
  body: unknown,
): Uint8Array[] {
  const w = lendChunkWriter();
  w.at += LENGTH_BYTES;
  encodeInto(headerSchema, headerVersion, header, w);
  encodeInto(schema, version, body as Input<Schema>, w);
  writeInt32(w.bytes, w.start, w.length - LENGTH_BYTES);
  return takeChunks(w);
}

export interface DecodedRequestHeader {
  readonly apiKey: number;
  readonly apiVersion: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  /** Where the body begins. */
  readonly bodyAt: number;
}

const HEADER_BYTES_MIN = 8;

/**
 * The header of a request, from the frame without its length. Throws ProtocolError for an unknown API. A version that is not
 * served is the caller's to judge, with `bodyAt` of no use: for ApiVersions the answer is UNSUPPORTED_VERSION in version 0
 * (KIP-511), otherwise the connection is closed.
 */
export function decodeRequestHeader(bytes: Uint8Array): DecodedRequestHeader {
  if (bytes.length < HEADER_BYTES_MIN) throw new ProtocolError("a request of less than 8 bytes");
  const apiKey = readInt16(bytes, 0);
  const apiVersion = readInt16(bytes, 2);
  const api = requireApi(apiKey);
  if (apiVersion < api.minVersion || apiVersion > api.maxVersion) {
    return { apiKey, apiVersion, correlationId: readInt32(bytes, 4), clientId: null, bodyAt: bytes.length };
  }
  const header = decode(RequestHeader, api.requestHeaderVersion(apiVersion), bytes);
  return { apiKey, apiVersion, correlationId: header.correlationId, clientId: header.clientId, bodyAt: position.at };
}

/** A response from the frame without its length. */
export function decodeResponse<A extends Api>(
  api: A,
  version: number,
  bytes: Uint8Array,
): { readonly correlationId: number; readonly body: Value<A["response"]> } {
  const header = decode(ResponseHeader, api.responseHeaderVersion(version), bytes);
  const bodyAt = position.at;
  // A broker that does not speak the version answers ApiVersions in version 0 (KIP-511); the error is all that can be read.
  const body = decode(api.response as Schema, answeredVersion(api, version, bytes, bodyAt), bytes, bodyAt);
  return { correlationId: header.correlationId, body: body as Value<A["response"]> };
}

const API_VERSIONS_KEY = 18;
const UNSUPPORTED_VERSION = 35;

function answeredVersion(api: Api, version: number, bytes: Uint8Array, bodyAt: number): number {
  if (api.key !== API_VERSIONS_KEY || bytes.length < bodyAt + 2) return version;
  return readInt16(bytes, bodyAt) === UNSUPPORTED_VERSION ? 0 : version;
}

const SMALL_PIECES = 64;
const SMALL_PIECE_BYTES = 4096;

/** Joins the bytes of a connection, in whatever pieces they come, into frames. */
export class FrameReader {
  private readonly maxBytes: number;
  /** Bytes that no frame has been made of: of the first piece from `at` on, and the other pieces. */
  private pieces: Uint8Array[];
  private at: number;
  private buffered: number;
  /** Of the frame at the front: −1 until its length is there. */
  private frameBytes: number;

  /** `maxBytes`: the largest frame, without its length. */
  constructor(maxBytes: number) {
    this.maxBytes = maxBytes;
    this.pieces = [];
    this.at = 0;
    this.buffered = 0;
    this.frameBytes = -1;
  }

  /** The bytes belong to the reader from here on. */
  push(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.pieces.push(bytes);
    this.buffered += bytes.length;
    // Otherwise a frame that comes byte by byte would cost a hundred times its size.
    const { length } = this.pieces;
    if (length >= SMALL_PIECES && this.buffered < length * SMALL_PIECE_BYTES) this.join();
  }

  /**
   * The next frame, without its length: a view of a piece, or a new array if it spans several; null if it is not all there.
   * Throws ProtocolError for a length that is negative or above the limit, before anything is allocated for it.
   */
  next(): Uint8Array | null {
    if (this.frameBytes < 0) {
      if (this.buffered < LENGTH_BYTES) return null;
      const length = readInt32(this.take(LENGTH_BYTES), 0);
      if (length < 0 || length > this.maxBytes) {
        throw new ProtocolError(`a frame of ${length} bytes; at most ${this.maxBytes} are allowed`);
      }
      this.frameBytes = length;
    }
    if (this.buffered < this.frameBytes) return null;
    const frame = this.take(this.frameBytes);
    this.frameBytes = -1;
    return frame;
  }

  /** Bytes that are waiting for the rest of their frame. */
  get bufferedBytes(): number {
    return this.buffered;
  }

  private join(): void {
    this.pieces[0] = this.pieces[0].subarray(this.at);
    this.at = 0;
    this.pieces = [concatBytes(this.pieces)];
  }

  /** `count` bytes, which are there. */
  private take(count: number): Uint8Array {
    if (count === 0) return new Uint8Array(0);
    this.buffered -= count;
    const first = this.pieces[0];
    const end = this.at + count;
    if (end <= first.length) {
      const view = first.subarray(this.at, end);
      if (end === first.length) {
        this.pieces.shift();
        this.at = 0;
      } else {
        this.at = end;
      }
      return view;
    }
    const parts: Uint8Array[] = [first.subarray(this.at)];
    let missing = count - parts[0].length;
    let i = 1;
    while (missing > 0) {
      const piece = this.pieces[i];
      if (piece.length > missing) {
        parts.push(piece.subarray(0, missing));
        break;
      }
      parts.push(piece);
      missing -= piece.length;
      i += 1;
    }
    this.at = missing;
    this.pieces = this.pieces.slice(i);
    return concatBytes(parts);
  }
}
