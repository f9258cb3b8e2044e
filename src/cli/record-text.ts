/** Bytes of a record as JSON: text, or what is not UTF-8 as it is. */
export function textOf(bytes: Uint8Array | null): string | null | { base64: string } {
  if (bytes === null) return null;
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    // Not text: said as what it is, not hidden behind replacement characters.
    return { base64: Buffer.from(bytes).toString("base64") };
  }
}
