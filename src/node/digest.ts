import { createRequire } from "node:module";
import { crc32c, crc32cUpdate } from "../base/crc32c.js";
import type { Digest } from "../ports/index.js";

interface NativeCrc32 {
  crc32c(bytes: Uint8Array, initial?: number): number;
}

/** Below this a call into native code costs more than it saves. */
const NATIVE_FROM_BYTES = 64;

/** CRC-32C by the processor's instruction where the native module is installed, by tables elsewhere. */
export function loadDigest(): Digest {
  let native: NativeCrc32;
  try {
    native = createRequire(import.meta.url)("@node-rs/crc32") as NativeCrc32;
  } catch {
    // An optional dependency: not installed, or not for this system. `holdfast doctor` says so.
    return { crc32c, crc32cUpdate };
  }
  return {
    crc32c: (bytes, start, end) =>
      end - start < NATIVE_FROM_BYTES ? crc32c(bytes, start, end) : native.crc32c(bytes.subarray(start, end)),
    crc32cUpdate: (crc, bytes, start, end) =>
      end - start < NATIVE_FROM_BYTES
        ? crc32cUpdate(crc, bytes, start, end)
        : native.crc32c(bytes.subarray(start, end), crc),
  };
}
