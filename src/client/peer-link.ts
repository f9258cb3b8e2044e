import { readInt32 } from "../base/bytes.js";
import type { Connection, ConnectionHandler, NetworkError, Ports, Timer, TimerTask } from "../ports/index.js";
import { type Api, Apis, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import { decodeResponse, encodeRequest, FrameReader } from "../protocol/frames.js";
import { ProtocolError } from "../protocol/protocol-error.js";
import type { Input } from "../protocol/schema.js";

/**
 * Why there is no response. Except with `refused` and `unsupported` nobody knows whether the request took effect.
 *
 * - `refused`: nothing listens there, which proves that the process is gone;
 * - `disconnected`: the connection broke or could not be made;
 * - `timeout`: no response in time; the connection is closed, since what comes later could not be told apart;
 * - `unsupported`: the peer speaks no version of this API that we speak;
 * - `malformed`: what came is no response to what was asked; the connection is closed.
 */
export type NoResponse = "refused" | "disconnected" | "timeout" | "unsupported" | "malformed";

/** Who waits for a response. Exactly one of the two is called, once, in a turn of its own. An object, so that pooled operations can be it. */
export interface CallHandler<A extends Api = Api> {
  onResponse(response: ResponseOf<A>, version: number): void;
  onNoResponse(why: NoResponse): void;
}

export interface PeerLinkOptions {
  readonly host: string;
  readonly port: number;
  readonly clientId: string;
  /** Of a call that gives none of its own, ms. */
  readonly requestTimeoutMs: number;
  /** Largest response, bytes. */
  readonly responseBytesMax?: number;
  /** Ask ApiVersions first on each connection, so that `callNewest` can choose versions. */
  readonly negotiates?: boolean;
}

/** What a link tells of its connection, besides answering calls. */
export interface PeerLinkListener {
  onLinkOpen(link: PeerLink): void;
  /** The connection broke, or could not be made (`wasOpen` false). Pending calls were told before. */
  onLinkClosed(link: PeerLink, wasOpen: boolean, error: NetworkError | null): void;
}

interface Pending {
  readonly api: Api;
  readonly version: number;
  readonly handler: CallHandler;
  readonly deadlineMs: number;
}

/** A call that waits for the peer's versions. */
interface Queued {
  readonly api: Api;
  readonly versionMin: number;
  readonly versionMax: number;
  readonly body: unknown;
  readonly handler: CallHandler;
  readonly timeoutMs: number;
}

const RESPONSE_BYTES_MAX = 104857600;
/** For a loop that stood still to read what came meanwhile. */
const STALL_GRACE_MS = 50;

/**
 * Requests to one peer over one connection, which is made at the first call and made anew at the first call after it broke: there is
 * no retry and no back-off here, whoever calls decides on those. Requests are pipelined; responses come in order.
 */
export class PeerLink implements TimerTask {
  readonly host: string;
  readonly port: number;
  listener: PeerLinkListener | null;
  private readonly ports: Ports;
  private readonly options: PeerLinkOptions;
  private connection: LinkConnection | null;
  /** By correlation id, in the order of sending. */
  private pending: Map<number, Pending>;
  private queued: Queued[];
  private versions: Map<number, { min: number; max: number }> | null;
  private nextCorrelationId: number;
  private timer: Timer | null;
  /** When the timer is due, and what the loop had been stalled in all when it was set. */
  private timerDueMs: number;
  private timerStalledMs: number;

  constructor(ports: Ports, options: PeerLinkOptions, listener: PeerLinkListener | null = null) {
    this.ports = ports;
    this.options = options;
    this.host = options.host;
    this.port = options.port;
    this.listener = listener;
    this.connection = null;
    this.pending = new Map();
    this.queued = [];
    this.versions = null;
    this.nextCorrelationId = 0;
    this.timer = null;
    this.timerDueMs = 0;
    this.timerStalledMs = 0;
  }

  get isOpen(): boolean {
    return this.connection?.isOpen ?? false;
  }

  /** Calls that have no answer yet. */
  get pendingCount(): number {
    return this.pending.size + this.queued.length;
  }

  /** Makes the connection now, so that its state is known (`listener`); does nothing where there is one. */
  connect(): void {
    if (this.connection !== null) return;
    this.versions = null;
    const connection = new LinkConnection(this, this.options.responseBytesMax ?? RESPONSE_BYTES_MAX);
    this.connection = connection;
    connection.socket = this.ports.network.connect(this.host, this.port, connection);
    if (this.options.negotiates === true) {
      const body = { clientSoftwareName: "holdfast", clientSoftwareVersion: "0" };
      this.send(Apis.ApiVersions, 3, body, new Negotiation(this), this.options.requestTimeoutMs);
    }
  }

  /** Sends in just this version. */
  call<A extends Api>(
    api: A,
    version: number,
    body: Input<A["request"]>,
    handler: CallHandler<A>,
    timeoutMs = this.options.requestTimeoutMs,
  ): void {
    this.connect();
    this.send(api, version, body, handler as CallHandler, timeoutMs);
  }

  /** Sends in the newest version that both speak, from `versionMin` to `versionMax`. Needs `negotiates`. */
  callNewest<A extends Api>(
    api: A,
    body: Input<A["request"]>,
    handler: CallHandler<A>,
    versionMax = api.maxVersion,
    timeoutMs = this.options.requestTimeoutMs,
    versionMin = api.minVersion,
  ): void {
    this.connect();
    const queued = { api, versionMin, versionMax, body, handler: handler as CallHandler, timeoutMs };
    if (this.versions === null) this.queued.push(queued);
    else this.sendQueued(queued);
  }

  /** The newest version that both speak; −1 where there is none, null while it is not known. */
  versionOf(api: Api): number | null {
    if (this.versions === null) return null;
    const served = this.versions.get(api.key);
    if (served === undefined) return -1;
    const version = Math.min(served.max, api.maxVersion);
    return version >= Math.max(served.min, api.minVersion) ? version : -1;
  }

  /** Closes the connection, if there is one; pending calls hear `disconnected`. A later call opens it again. */
  close(): void {
    if (this.connection !== null) this.drop("disconnected", null);
  }

  private send(api: Api, version: number, body: unknown, handler: CallHandler, timeoutMs: number): void {
    const id = this.nextCorrelationId;
    this.nextCorrelationId = (id + 1) & 0x7fffffff;
    const now = this.ports.clock.monotonicMs();
    const deadlineMs = now + timeoutMs;
    this.pending.set(id, { api, version, handler, deadlineMs });
    this.connection?.socket?.send(
      encodeRequest(api, version, id, this.options.clientId, body as Input<Api["request"]>),
    );
    if (this.timer === null || deadlineMs < this.timerDueMs) this.watch(deadlineMs, now);
  }

  private sendQueued(queued: Queued): void {
    const newest = this.versionOf(queued.api) as number;
    const version = Math.min(newest, queued.versionMax);
    if (newest < 0 || version < queued.versionMin) queued.handler.onNoResponse("unsupported");
    else this.send(queued.api, version, queued.body, queued.handler, queued.timeoutMs);
  }

  private watch(dueMs: number, nowMs: number): void {
    this.timer?.cancel();
    this.timerDueMs = dueMs;
    this.timerStalledMs = this.ports.loop.stalledMs();
    this.timer = this.ports.timers.schedule(Math.max(1, dueMs - nowMs), this);
  }

  /** Deadlines are looked at by one timer for all calls. What the loop was stalled does not count: the answer may lie in the socket. */
  onTimer(): void {
    this.timer = null;
    if (this.pending.size === 0) return;
    const now = this.ports.clock.monotonicMs();
    let earliest = Number.POSITIVE_INFINITY;
    for (const call of this.pending.values()) earliest = Math.min(earliest, call.deadlineMs);
    if (earliest > now) this.watch(earliest, now);
    else if (this.ports.loop.stalledMs() !== this.timerStalledMs) this.watch(now + STALL_GRACE_MS, now);
    else this.drop("timeout", null);
  }

  /** Of the negotiation. */
  onVersions(versions: Map<number, { min: number; max: number }>): void {
    this.versions = versions;
    const queued = this.queued;
    this.queued = [];
    for (const each of queued) this.sendQueued(each);
  }

  /** Of the negotiation: the peer spoke no version 3, but told which it speaks. */
  negotiateOldest(): void {
    this.send(Apis.ApiVersions, 0, {}, new Negotiation(this), this.options.requestTimeoutMs);
  }

  /** Of the connection. */
  onOpened(connection: LinkConnection): void {
    if (connection === this.connection) this.listener?.onLinkOpen(this);
  }

  onFrame(connection: LinkConnection, frame: Uint8Array): void {
    if (connection !== this.connection) return;
    const id = frame.length >= 4 ? readInt32(frame, 0) : -1;
    const call = this.pending.get(id);
    if (call === undefined) {
      this.drop("malformed", null);
      return;
    }
    let body: unknown;
    try {
      body = decodeResponse(call.api, call.version, frame).body;
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.ports.logger.warn("A peer's response cannot be read; the connection is closed.", {
        host: this.host,
        port: this.port,
        api: call.api.name,
        error: error.message,
      });
      this.drop("malformed", null);
      return;
    }
    this.pending.delete(id);
    call.handler.onResponse(body as ResponseOf<Api>, call.version);
  }

  onMalformed(connection: LinkConnection): void {
    if (connection === this.connection) this.drop("malformed", null);
  }

  onClosed(connection: LinkConnection, error: NetworkError | null): void {
    if (connection === this.connection) this.drop(error?.code === "ECONNREFUSED" ? "refused" : "disconnected", error);
  }

  private drop(why: NoResponse, error: NetworkError | null): void {
    const connection = this.connection as LinkConnection;
    this.connection = null;
    this.versions = null;
    this.timer?.cancel();
    this.timer = null;
    const { pending, queued } = this;
    this.pending = new Map();
    this.queued = [];
    connection.socket?.destroy();
    for (const call of pending.values()) call.handler.onNoResponse(why);
    for (const call of queued) call.handler.onNoResponse(why);
    this.listener?.onLinkClosed(this, connection.isOpen, error);
  }
}

class Negotiation implements CallHandler<typeof Apis.ApiVersions> {
  private readonly link: PeerLink;

  constructor(link: PeerLink) {
    this.link = link;
  }

  onResponse(response: ResponseOf<typeof Apis.ApiVersions>, version: number): void {
    if (response.errorCode === ErrorCode.UNSUPPORTED_VERSION && version > 0) {
      this.link.negotiateOldest();
      return;
    }
    const versions = new Map<number, { min: number; max: number }>();
    for (const { apiKey, minVersion, maxVersion } of response.apiKeys) {
      versions.set(apiKey, { min: minVersion, max: maxVersion });
    }
    this.link.onVersions(versions);
  }

  /** The link tells those that wait. */
  onNoResponse(): void {}
}

/** The events of one connection; the link ignores those of connections that it gave up. */
class LinkConnection implements ConnectionHandler {
  /** Set right after it was made; no event comes before. */
  socket: Connection | null;
  isOpen: boolean;
  private readonly link: PeerLink;
  private readonly reader: FrameReader;

  constructor(link: PeerLink, responseBytesMax: number) {
    this.link = link;
    this.reader = new FrameReader(responseBytesMax);
    this.socket = null;
    this.isOpen = false;
  }

  onOpen(): void {
    this.isOpen = true;
    this.link.onOpened(this);
  }

  onData(bytes: Uint8Array): void {
    this.reader.push(bytes);
    for (;;) {
      let frame: Uint8Array | null;
      try {
        frame = this.reader.next();
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.link.onMalformed(this);
        return;
      }
      if (frame === null) return;
      this.link.onFrame(this, frame);
    }
  }

  onDrain(): void {}

  onClose(error: NetworkError | null): void {
    this.link.onClosed(this, error);
  }
}
