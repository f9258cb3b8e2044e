import { readInt16, writeInt16 } from "../base/bytes.js";
import { decodeExact, encode } from "../protocol/codec.js";
import { DefaultPrincipalData } from "../protocol/envelope/default-principal-data.js";
import { ProtocolError } from "../protocol/protocol-error.js";

/** A principal, written `Type:name`, as an envelope carries it: an int16 version and DefaultPrincipalData (Kafka: DefaultKafkaPrincipalBuilder). */
export function encodePrincipal(principal: string): Uint8Array {
  const colon = principal.indexOf(":");
  const data = { type: principal.slice(0, colon), name: principal.slice(colon + 1), tokenAuthenticated: false };
  const body = encode(DefaultPrincipalData, 0, data);
  const bytes = new Uint8Array(2 + body.length);
  writeInt16(bytes, 0, 0);
  bytes.set(body, 2);
  return bytes;
}

/** Throws ProtocolError. */
export function decodePrincipal(bytes: Uint8Array): string {
  if (bytes.length < 2) throw new ProtocolError("a principal of less than 2 bytes");
  const version = readInt16(bytes, 0);
  if (version !== 0) throw new ProtocolError(`a principal of version ${version}`);
  const { type, name } = decodeExact(DefaultPrincipalData, version, bytes, 2);
  return `${type}:${name}`;
}
