import type { Connection, ConnectionHandler, NetworkError, TurnTask } from "../ports/index.js";
import { type Api, Apis } from "../protocol/apis.js";
import { decode } from "../protocol/codec.js";
import { type DecodedRequestHeader, decodeRequestHeader, encodeResponse, FrameReader } from "../protocol/frames.js";
import { ProtocolError } from "../protocol/protocol-error.js";
import type { Value } from "../protocol/schema.js";
import type { Authentication } from "./authentication.js";
import type { ConnectionFront } from "./connection-front.js";
import type { Handler } from "./handler.js";
import { apiVersionsOfUnknownVersion } from "./handlers/api-versions.js";
import { plainAddress } from "./network-address.js";
import {
  type ClientConnection,
  type ConnectionObserver,
  type ListenerInfo,
  Request,
  type Responder,
} from "./request.js";

/** Requests of one connection that are handled at a time. */
const REQUESTS_MAX = 64;
const REQUEST_BYTES_MAX = 32 * 1024 * 1024;
/** Bytes that wait here while no request may start; above, the socket is not read. */
const INPUT_BYTES_MAX = 256 * 1024;
/** Bytes that the other side has not taken; above, no request starts. More than any port's own mark, so that the port tells when they left. */
const OUTPUT_BYTES_MAX = 1024 * 1024;

const NO_RESPONSE: readonly Uint8Array[] = [];

/**
 * One accepted connection: bytes become requests, responses become bytes. Responses leave in the order of the requests. As in Kafka a
 * request starts when the one before it is answered, except that a pipelined one (Produce) starts while other pipelined ones wait for
 * theirs: they were appended in order already. Nothing here can grow without bound: what a client sends too much stays in its socket.
 */
export class ServerConnection implements ClientConnection, ConnectionHandler, Responder, TurnTask {
  readonly id: number;
  readonly listener: ListenerInfo;
  readonly remoteAddress: string;
  readonly remotePort: number;
  readonly localPort: number;
  readonly authentication: Authentication;
  clientSoftwareName: string;
  clientSoftwareVersion: string;
  isOpen: boolean;
  /** When bytes came or left, monotonic ms. */
  activeMs: number;
  private readonly front: ConnectionFront;
  private readonly socket: Connection;
  private readonly reader: FrameReader;
  private observers: ConnectionObserver[];
  /** In order of arrival; those behind the first may be answered already. */
  private inFlight: Request[];
  /** Of each in flight: null while it has none. */
  private answers: (readonly Uint8Array[] | null)[];
  private inFlightBytes: number;
  /** Whether what is in flight lets another pipelined request start. */
  private pipelining: boolean;
  /** A whole frame that may not start yet. */
  private nextFrame: Uint8Array | null;
  private isServed: boolean;
  private isAdvancing: boolean;
  private isAdvanceDue: boolean;
  private isPaused: boolean;

  constructor(
    front: ConnectionFront,
    id: number,
    listener: ListenerInfo,
    socket: Connection,
    authentication: Authentication,
    isServed: boolean,
  ) {
    this.front = front;
    this.id = id;
    this.listener = listener;
    this.socket = socket;
    this.remoteAddress = plainAddress(socket.remoteAddress);
    this.remotePort = socket.remotePort;
    this.localPort = socket.localPort;
    this.authentication = authentication;
    this.clientSoftwareName = "unknown";
    this.clientSoftwareVersion = "unknown";
    this.isOpen = true;
    this.activeMs = front.clock.monotonicMs();
    this.reader = new FrameReader(front.requestBytesMax);
    this.observers = [];
    this.inFlight = [];
    this.answers = [];
    this.inFlightBytes = 0;
    this.pipelining = true;
    this.nextFrame = null;
    this.isServed = isServed;
    this.isAdvancing = false;
    this.isAdvanceDue = false;
    this.isPaused = false;
    if (!isServed) this.setPaused(true);
  }

  get principal(): string {
    return this.authentication.principal;
  }

  /** Requests that have not been answered. */
  get requestsInFlight(): number {
    return this.inFlight.length;
  }

  observe(observer: ConnectionObserver): void {
    this.observers.push(observer);
  }

  unobserve(observer: ConnectionObserver): void {
    const at = this.observers.indexOf(observer);
    if (at >= 0) this.observers.splice(at, 1);
  }

  /** The node is ready to answer: what was sent until now is read. */
  serve(): void {
    if (this.isServed) return;
    this.isServed = true;
    this.advance();
  }

  /** Closes once what was sent has left. */
  close(): void {
    if (!this.isOpen) return;
    this.isOpen = false;
    this.socket.end();
    this.dropRequests();
  }

  /** Closes at once. */
  destroy(): void {
    this.isOpen = false;
    this.socket.destroy();
    this.dropRequests();
  }

  onOpen(): void {}

  onData(bytes: Uint8Array): void {
    if (!this.isOpen) return;
    this.front.metrics.bytesIn += bytes.length;
    this.activeMs = this.front.clock.monotonicMs();
    this.reader.push(bytes);
    this.advance();
  }

  onDrain(): void {
    this.activeMs = this.front.clock.monotonicMs();
    this.advance();
  }

  onClose(_error: NetworkError | null): void {
    this.isOpen = false;
    this.dropRequests();
    const observers = this.observers;
    this.observers = [];
    for (const observer of observers) observer.onConnectionClosed(this);
    this.front.onConnectionGone(this);
  }

  respond(request: Request, response: unknown): void {
    if (!this.isOpen) return;
    let chunks: Uint8Array[];
    try {
      chunks = encodeResponse(request.api, request.version, request.correlationId, response as object);
    } catch (error) {
      // A value that this version cannot carry, a text of more than 32767 bytes for instance.
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(`the response to ${request.api.name} cannot be written: ${error.message}`);
      return;
    }
    this.settle(request, chunks);
  }

  finish(request: Request): void {
    if (this.isOpen) this.settle(request, NO_RESPONSE);
  }

  abort(request: Request, reason: string): void {
    if (this.isOpen) this.drop(`${request.api.name}: ${reason}`);
  }

  private settle(request: Request, chunks: readonly Uint8Array[]): void {
    const { inFlight, answers } = this;
    if (inFlight[0] !== request) {
      const at = inFlight.indexOf(request);
      if (at > 0) answers[at] = chunks;
      return;
    }
    answers[0] = chunks;
    const now = this.front.clock.monotonicMs();
    do {
      this.send(inFlight[0], answers[0] as readonly Uint8Array[], now);
      inFlight.shift();
      answers.shift();
    } while (inFlight.length > 0 && answers[0] !== null);
    this.activeMs = now;
    if (!this.isAdvancing) this.advanceLater();
  }

  private send(request: Request, chunks: readonly Uint8Array[], now: number): void {
    const { metrics } = this.front;
    const { key } = request.api;
    metrics.requestMs[key] += now - request.receivedMs;
    metrics.requestsInFlight--;
    metrics.requestBytesInFlight -= request.size;
    this.inFlightBytes -= request.size;
    if (chunks.length === 0) return;
    metrics.responses[key]++;
    for (let i = 0; i < chunks.length; i++) metrics.bytesOut += chunks[i].length;
    this.socket.send(chunks);
  }

  /**
   * Who answers may be in the middle of something, and may answer others next: the request that waited for this answer starts at the end
   * of the turn, not within that.
   */
  private advanceLater(): void {
    if (this.isAdvanceDue) return;
    if (this.nextFrame === null && this.reader.bufferedBytes === 0) return;
    this.isAdvanceDue = true;
    this.front.loop.atTurnEnd(this);
  }

  onTurnEnd(): void {
    this.isAdvanceDue = false;
    if (this.isOpen) this.advance();
  }

  /** Starts what may start. */
  private advance(): void {
    if (this.isAdvancing || !this.isServed) return;
    this.isAdvancing = true;
    try {
      while (this.isOpen && this.startNext());
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.fail(error.message);
    } finally {
      this.isAdvancing = false;
    }
    if (!this.isOpen) return;
    const isBlocked = this.nextFrame !== null || this.socket.bufferedBytes > OUTPUT_BYTES_MAX;
    this.setPaused(isBlocked && this.reader.bufferedBytes > INPUT_BYTES_MAX);
  }

  /** False: there is no request, or it may not start yet. */
  private startNext(): boolean {
    if (this.socket.bufferedBytes > OUTPUT_BYTES_MAX) return false;
    const frame = this.nextFrame ?? this.reader.next();
    if (frame === null) return false;
    const header = decodeRequestHeader(frame);
    const handler = this.handlerOf(header);
    const isPipelined = this.listener.kind === "controller" || handler.pipelined === true;
    if (!this.mayStart(isPipelined)) {
      this.nextFrame = frame;
      return false;
    }
    this.nextFrame = null;
    this.start(handler, header, frame, isPipelined);
    return true;
  }

  private mayStart(isPipelined: boolean): boolean {
    const { length } = this.inFlight;
    if (length === 0) return true;
    return isPipelined && this.pipelining && length < REQUESTS_MAX && this.inFlightBytes < REQUEST_BYTES_MAX;
  }

  private handlerOf(header: DecodedRequestHeader): Handler {
    const handler = this.front.dispatcher.handlerOf(this.listener.kind, header.apiKey);
    if (handler === null) throw new ProtocolError(`the API ${header.apiKey} is not served on this listener`);
    if (!this.authentication.allows(header.apiKey)) {
      throw new ProtocolError(`${handler.api.name} before the client is authenticated`);
    }
    return handler;
  }

  private start(handler: Handler, header: DecodedRequestHeader, frame: Uint8Array, isPipelined: boolean): void {
    const { api } = handler;
    const { apiVersion: version } = header;
    if (version < api.minVersion || version > api.maxVersion) {
      this.startUnknownVersion(api, header, frame);
      return;
    }
    const body = decode(api.request, version, frame, header.bodyAt);
    const request = this.open(api, version, header, body, frame.length);
    this.pipelining = isPipelined;
    this.front.dispatcher.dispatch(handler, request);
  }

  /** Only ApiVersions is answered: whoever asks it does not know yet what is spoken here (KIP-511). */
  private startUnknownVersion(api: Api, header: DecodedRequestHeader, frame: Uint8Array): void {
    if (api.key !== Apis.ApiVersions.key) {
      throw new ProtocolError(`${api.name} has no version ${header.apiVersion}`);
    }
    const body = { clientSoftwareName: "", clientSoftwareVersion: "" };
    this.open(api, 0, header, body, frame.length).respond(apiVersionsOfUnknownVersion());
  }

  private open(
    api: Api,
    version: number,
    header: DecodedRequestHeader,
    body: Value<Api["request"]>,
    size: number,
  ): Request {
    const { correlationId, clientId } = header;
    const { principal, remoteAddress, activeMs } = this;
    const request = new Request(
      api,
      version,
      correlationId,
      clientId,
      body,
      this,
      principal,
      remoteAddress,
      activeMs,
      size,
      this,
    );
    this.inFlight.push(request);
    this.answers.push(null);
    this.inFlightBytes += size;
    this.front.metrics.requestsInFlight++;
    this.front.metrics.requestBytesInFlight += size;
    return request;
  }

  private fail(reason: string): void {
    this.front.metrics.protocolErrors++;
    this.drop(reason);
  }

  private drop(reason: string): void {
    this.front.gate.warn("A connection is closed: what came on it cannot be answered.", {
      listener: this.listener.name,
      remoteAddress: this.remoteAddress,
      remotePort: this.remotePort,
      reason,
    });
    this.close();
  }

  private setPaused(paused: boolean): void {
    if (paused === this.isPaused) return;
    this.isPaused = paused;
    if (paused) this.socket.pause();
    else this.socket.resume();
  }

  /** What is in flight gets no answer any more. */
  private dropRequests(): void {
    const { metrics } = this.front;
    metrics.requestsInFlight -= this.inFlight.length;
    metrics.requestBytesInFlight -= this.inFlightBytes;
    this.inFlight = [];
    this.answers = [];
    this.inFlightBytes = 0;
    this.nextFrame = null;
  }
}
