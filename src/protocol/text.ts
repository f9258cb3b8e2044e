import { ProtocolError } from "./protocol-error.js";

/** The longest string that Kafka writes or reads, in bytes. */
export const TEXT_BYTES_MAX = 0x7fff;

/** Strings that were read lately, by a hash of their bytes: topic names and ids of clients and members come again and again. */
const RECENT_SLOTS = 1024;
const RECENT_BYTES_MAX = 64;
const recent: string[] = new Array(RECENT_SLOTS).fill("");

/** Reads UTF-8 of `length` bytes, which must be there. What is not UTF-8 becomes U+FFFD, as Java's decoder does it. */
export function readText(b: Uint8Array, at: number, length: number): string {
  if (length === 0) return "";
  const end = at + length;
  if (length > RECENT_BYTES_MAX) {
    for (let i = at; i < end; i++) if (b[i] > 127) return readUtf8(b, at, end);
    return readLatin1(b, at, end);
  }
  let hash = length;
  let all = 0;
  for (let i = at; i < end; i++) {
    const c = b[i];
    all |= c;
    hash = Math.imul(hash ^ c, 0x01000193);
  }
  if (all > 127) return readUtf8(b, at, end);
  const slot = (hash ^ (hash >>> 15)) & (RECENT_SLOTS - 1);
  const known = recent[slot];
  if (known.length === length && isText(known, b, at)) return known;
  const text = readLatin1(b, at, end);
  recent[slot] = text;
  return text;
}

function isText(text: string, b: Uint8Array, at: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== b[at + i]) return false;
  return true;
}

const CHUNK = 4096;

function readLatin1(b: Uint8Array, at: number, end: number): string {
  let text = "";
  for (; at < end; at += CHUNK) {
    // The call takes anything with a length and indexes.
    text += String.fromCharCode.apply(null, b.subarray(at, Math.min(end, at + CHUNK)) as unknown as number[]);
  }
  return text;
}

/** As Java's decoder: which bytes of a malformed sequence one U+FFFD stands for differs from the rules of the web for surrogates. */
function readUtf8(b: Uint8Array, at: number, end: number): string {
  let text = "";
  const codes: number[] = [];
  while (at < end) {
    if (codes.length >= CHUNK) {
      text += String.fromCharCode.apply(null, codes);
      codes.length = 0;
    }
    const b1 = b[at++];
    if (b1 < 0x80) {
      codes.push(b1);
    } else if (b1 >= 0xc2 && b1 < 0xe0) {
      if (at < end && isContinuation(b[at])) codes.push(((b1 & 0x1f) << 6) | (b[at++] & 0x3f));
      else codes.push(0xfffd);
    } else if (b1 >= 0xe0 && b1 < 0xf0) {
      const b2 = at < end ? b[at] : 0;
      if (!isContinuation(b2) || (b1 === 0xe0 && b2 < 0xa0)) {
        codes.push(0xfffd);
      } else if (at + 1 < end && isContinuation(b[at + 1])) {
        const code = ((b1 & 0x0f) << 12) | ((b2 & 0x3f) << 6) | (b[at + 1] & 0x3f);
        codes.push(code >= 0xd800 && code < 0xe000 ? 0xfffd : code);
        at += 2;
      } else {
        codes.push(0xfffd);
        at += 1;
      }
    } else if (b1 >= 0xf0 && b1 < 0xf5) {
      const b2 = at < end ? b[at] : 0;
      if (!isContinuation(b2) || (b1 === 0xf0 && b2 < 0x90) || (b1 === 0xf4 && b2 > 0x8f)) {
        codes.push(0xfffd);
      } else if (at + 1 >= end || !isContinuation(b[at + 1])) {
        codes.push(0xfffd);
        at += 1;
      } else if (at + 2 >= end || !isContinuation(b[at + 2])) {
        codes.push(0xfffd);
        at += 2;
      } else {
        const code = ((b1 & 0x07) << 18) | ((b2 & 0x3f) << 12) | ((b[at + 1] & 0x3f) << 6) | (b[at + 2] & 0x3f);
        codes.push(0xd7c0 + (code >> 10), 0xdc00 | (code & 0x3ff));
        at += 3;
      }
    } else {
      codes.push(0xfffd);
    }
  }
  return text + String.fromCharCode.apply(null, codes);
}

function isContinuation(byte: number): boolean {
  return (byte & 0xc0) === 0x80;
}

/** Bytes of `text` in UTF-8; a lone surrogate counts as the "?" that it is written as. */
export function textSize(text: string): number {
  let size = text.length;
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) continue;
    if (code < 0x800) size += 1;
    else if (code < 0xd800 || code > 0xdfff) size += 2;
    else if (isPair(text, i)) {
      size += 2;
      i++;
    }
  }
  return size;
}

/** Writes UTF-8 and returns the position after it. */
export function writeText(b: Uint8Array, at: number, text: string): number {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 0x80) {
      b[at++] = code;
    } else if (code < 0x800) {
      b[at++] = 0xc0 | (code >> 6);
      b[at++] = 0x80 | (code & 0x3f);
    } else if (code < 0xd800 || code > 0xdfff) {
      b[at++] = 0xe0 | (code >> 12);
      b[at++] = 0x80 | ((code >> 6) & 0x3f);
      b[at++] = 0x80 | (code & 0x3f);
    } else if (isPair(text, i)) {
      const point = 0x10000 + ((code & 0x3ff) << 10) + (text.charCodeAt(++i) & 0x3ff);
      b[at++] = 0xf0 | (point >> 18);
      b[at++] = 0x80 | ((point >> 12) & 0x3f);
      b[at++] = 0x80 | ((point >> 6) & 0x3f);
      b[at++] = 0x80 | (point & 0x3f);
    } else {
      b[at++] = 0x3f;
    }
  }
  return at;
}

function isPair(text: string, i: number): boolean {
  if (text.charCodeAt(i) > 0xdbff || i + 1 >= text.length) return false;
  const next = text.charCodeAt(i + 1);
  return next >= 0xdc00 && next <= 0xdfff;
}

/** UTF-8 bytes of `text`. */
export function textBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(textSize(text));
  writeText(bytes, 0, text);
  return bytes;
}

/** Checks the length that a string is written with. */
export function checkTextSize(size: number, field: string): void {
  if (size > TEXT_BYTES_MAX) throw new ProtocolError(`${field}: a string of ${size} bytes is too long`);
}
