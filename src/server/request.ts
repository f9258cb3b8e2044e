import type { Api } from "../protocol/apis.js";
import type { Input, Value } from "../protocol/schema.js";

/** The listener on which a connection came in. */
export interface ListenerInfo {
  readonly name: string;
  readonly kind: "broker" | "controller";
  readonly securityProtocol: number;
  /** What is served there, by key: what ApiVersions tells. */
  readonly served: readonly Api[];
}

/** A client's connection as handlers see it. */
export interface ClientConnection {
  /** Unique in this process. */
  readonly id: number;
  readonly listener: ListenerInfo;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localPort: number;
  /** Kafka's form, `User:ANONYMOUS` where nobody authenticated. */
  readonly principal: string;
  /** From ApiVersions (KIP-511); "unknown" before. */
  clientSoftwareName: string;
  clientSoftwareVersion: string;
  readonly isOpen: boolean;
  /** `observer.onConnectionClosed` is called once when it is gone. */
  observe(observer: ConnectionObserver): void;
  unobserve(observer: ConnectionObserver): void;
}

export interface ConnectionObserver {
  onConnectionClosed(connection: ClientConnection): void;
}

/** Where a response goes: a connection, or the envelope that the request came in. */
export interface Responder {
  /** Encodes and sends, in the order of the connection's requests. */
  respond(request: Request, response: unknown): void;
  /** The request has no response (Produce with acks=0). */
  finish(request: Request): void;
  /** Closes the connection: the request cannot be answered. */
  abort(request: Request, reason: string): void;
}

/** One decoded request. Exactly one of `respond`, `finish` and `abort` is to be called, once, in this turn or any later one. */
export class Request<A extends Api = Api> {
  readonly api: A;
  readonly version: number;
  readonly correlationId: number;
  readonly clientId: string | null;
  /** Byte arrays in it are views of the received frame, which nobody writes to; a log may keep and change record bytes. */
  readonly body: Value<A["request"]>;
  readonly connection: ClientConnection;
  /** Of whom it comes; with an envelope not that of the connection. */
  readonly principal: string;
  readonly clientHost: string;
  /** When its last byte was read, monotonic ms. */
  readonly receivedMs: number;
  /** Bytes of its frame. */
  readonly size: number;
  isDone: boolean;
  private readonly responder: Responder;

  constructor(
    api: A,
    version: number,
    correlationId: number,
    clientId: string | null,
    body: Value<A["request"]>,
    connection: ClientConnection,
    principal: string,
    clientHost: string,
    receivedMs: number,
    size: number,
    responder: Responder,
  ) {
    this.api = api;
    this.version = version;
    this.correlationId = correlationId;
    this.clientId = clientId;
    this.body = body;
    this.connection = connection;
    this.principal = principal;
    this.clientHost = clientHost;
    this.receivedMs = receivedMs;
    this.size = size;
    this.isDone = false;
    this.responder = responder;
  }

  respond(response: Input<A["response"]>): void {
    if (this.isDone) return;
    this.isDone = true;
    this.responder.respond(this as unknown as Request, response);
  }

  finish(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.responder.finish(this as unknown as Request);
  }

  abort(reason: string): void {
    if (this.isDone) return;
    this.isDone = true;
    this.responder.abort(this as unknown as Request, reason);
  }
}
