/**
 * Stream sockets as the core sees them: bytes in order within a connection, in any split. Handlers are called in turns of
 * their own, never from within a call of the core into the port.
 */
export interface Network {
  /** Listens; `handler.onListening` or `handler.onListenError` follows. Port 0 picks a free one. */
  listen(host: string, port: number, handler: ListenHandler): NetworkListener;
  /** Connects; `handler.onOpen` or `handler.onClose` follows. */
  connect(host: string, port: number, handler: ConnectionHandler): Connection;
}

export interface NetworkListener {
  /** Stops accepting; connections that were accepted stay. */
  close(): void;
}

export interface ListenHandler {
  onListening(port: number): void;
  onListenError(error: NetworkError): void;
  /** A new connection; the handler that it returns receives its events (`onOpen` is not called for it). */
  onAccept(connection: Connection): ConnectionHandler;
}

export interface ConnectionHandler {
  onOpen(): void;
  /** Bytes that arrived. They belong to the receiver: the port does not write to them again. */
  onData(bytes: Uint8Array): void;
  /** `bufferedBytes` went back to 0 after it had passed the port's mark. */
  onDrain(): void;
  /** The last call: the other side closed (error null), or the connection broke or could not be made. */
  onClose(error: NetworkError | null): void;
}

export interface Connection {
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localAddress: string;
  readonly localPort: number;
  /** Sends the chunks in order, without copying: they must not change until they have left. All sends of one turn leave together. */
  send(chunks: readonly Uint8Array[]): void;
  /** Bytes that were given to `send` and have not left yet. */
  readonly bufferedBytes: number;
  pause(): void;
  resume(): void;
  /** Closes after what was sent has left. `onClose(null)` follows. */
  end(): void;
  /** Closes at once. `onClose` follows. */
  destroy(): void;
}

/** `code` is the operating system's: `ECONNREFUSED` proves that nothing listens there, `ECONNRESET`, `ETIMEDOUT`, `EADDRINUSE` … */
export class NetworkError extends Error {
  readonly code: string;
  constructor(code: string, message: string) {
    // Made in answer to an event: its stack says nothing, and clients that try again and again make many.
    const stacks = Error as { stackTraceLimit?: number };
    const { stackTraceLimit } = stacks;
    stacks.stackTraceLimit = 0;
    super(message);
    stacks.stackTraceLimit = stackTraceLimit;
    this.name = "NetworkError";
    this.code = code;
  }
}
