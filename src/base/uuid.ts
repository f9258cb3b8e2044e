import type { Random } from "../ports/random.js";

/** A 128-bit id as Kafka prints it: 22 characters of unpadded base64url. Equal ids are equal strings. */
export type Uuid = string;

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const VALUE = new Int8Array(128).fill(-1);
for (let i = 0; i < 64; i++) VALUE[DIGITS.charCodeAt(i)] = i;

export const ZERO_UUID: Uuid = "AAAAAAAAAAAAAAAAAAAAAA";
/** The id of the topic `__cluster_metadata`: (0, 1). */
export const METADATA_TOPIC_ID: Uuid = "AAAAAAAAAAAAAAAAAAAAAQ";
/** Directory ids with a meaning of their own (KIP-858). */
export const DIRECTORY_MIGRATING: Uuid = ZERO_UUID;
export const DIRECTORY_UNASSIGNED: Uuid = "AAAAAAAAAAAAAAAAAAAAAQ";
export const DIRECTORY_LOST: Uuid = "AAAAAAAAAAAAAAAAAAAAAg";

export function uuidFromBytes(b: Uint8Array, at: number): Uuid {
  let text = "";
  let i = at;
  const last = at + 15;
  while (i < last) {
    const triple = (b[i] << 16) | (b[i + 1] << 8) | b[i + 2];
    text += DIGITS[triple >> 18] + DIGITS[(triple >> 12) & 63] + DIGITS[(triple >> 6) & 63] + DIGITS[triple & 63];
    i += 3;
  }
  return text + DIGITS[b[last] >> 2] + DIGITS[(b[last] & 3) << 4];
}

export function isUuid(text: string): boolean {
  if (text.length !== 22) return false;
  for (let i = 0; i < 22; i++) {
    const code = text.charCodeAt(i);
    if (code > 127 || VALUE[code] < 0) return false;
  }
  return (VALUE[text.charCodeAt(21)] & 15) === 0;
}

/** `text` must be a uuid (see `isUuid`). */
export function uuidToBytes(text: Uuid, b: Uint8Array, at: number): void {
  for (let i = 0; i < 20; i += 4) {
    const quad =
      (VALUE[text.charCodeAt(i)] << 18) |
      (VALUE[text.charCodeAt(i + 1)] << 12) |
      (VALUE[text.charCodeAt(i + 2)] << 6) |
      VALUE[text.charCodeAt(i + 3)];
    b[at++] = quad >> 16;
    b[at++] = quad >> 8;
    b[at++] = quad;
  }
  b[at] = (VALUE[text.charCodeAt(20)] << 2) | (VALUE[text.charCodeAt(21)] >> 4);
}

/** A random (version 4) id that is not one of the 100 reserved values and, as Kafka's, does not start with "-". */
export function randomUuid(random: Random): Uuid {
  const bytes = new Uint8Array(16);
  for (;;) {
    random.fill(bytes);
    bytes[6] = (bytes[6] & 0x0f) | 0x40;
    bytes[8] = (bytes[8] & 0x3f) | 0x80;
    const id = uuidFromBytes(bytes, 0);
    if (!id.startsWith("-")) return id;
  }
}
