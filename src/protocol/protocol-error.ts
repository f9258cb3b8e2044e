/**
 * Bytes that are not what the protocol says, or a value that a version cannot carry. Whoever receives such bytes closes the
 * connection: nothing after them can be trusted.
 */
export class ProtocolError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "ProtocolError";
  }
}
