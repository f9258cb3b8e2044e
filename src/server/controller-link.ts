import { type CallHandler, type NoResponse, PeerLink } from "../client/peer-link.js";
import type { HostPort } from "../config/node-config.js";
import type { Ports, Timer, TimerTask } from "../ports/index.js";
import type { Api, ResponseOf } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import type { Input } from "../protocol/schema.js";

/** Where the active controller is, as far as this node knows; `RaftNode` tells it. */
export interface ControllerLocation {
  readonly leaderEndpoint: HostPort | null;
}

/**
 * Between two attempts at the same controller, at first and at most: it may have been elected but not be active yet, or be starting again. A
 * dead one is asked less and less often: when another is elected, `onLeaderChanged` tells.
 */
const RETRY_MIN_MS = 10;
const RETRY_MAX_MS = 80;

/**
 * One connection to the active controller, which follows it from node to node. A call is sent again after a broken connection and after
 * NOT_CONTROLLER until its time is over.
 */
export class ControllerLink implements TimerTask {
  private readonly ports: Ports;
  private readonly location: ControllerLocation;
  private readonly clientId: string;
  private peer: PeerLink | null;
  /** Calls that are not under way, in the order in which they came. */
  private waiting: ControllerCall[];
  private timer: Timer | null;
  private retryMs: number;
  private isClosed: boolean;

  constructor(ports: Ports, location: ControllerLocation, clientId: string) {
    this.ports = ports;
    this.location = location;
    this.clientId = clientId;
    this.peer = null;
    this.waiting = [];
    this.timer = null;
    this.retryMs = RETRY_MIN_MS;
    this.isClosed = false;
  }

  /** `handler` is told in a turn of its own: the answer (never NOT_CONTROLLER), `timeout`, `unsupported` or, after `close`, `disconnected`. */
  call<A extends Api>(
    api: A,
    body: Input<A["request"]>,
    handler: CallHandler<A>,
    timeoutMs: number,
    versionMax = api.maxVersion,
  ): void {
    const deadlineMs = this.ports.clock.monotonicMs() + timeoutMs;
    const call = new ControllerCall(this, api, body, handler as CallHandler, deadlineMs, versionMax);
    this.waiting.push(call);
    if (this.waiting.length === 1 && !this.isClosed) this.flush();
    else this.retryLater();
  }

  /** The quorum has another leader, or none: what was asked of the old one goes to the new one. */
  onLeaderChanged(): void {
    const endpoint = this.location.leaderEndpoint;
    if (endpoint === null || this.isClosed) return;
    this.retryMs = RETRY_MIN_MS;
    const { peer } = this;
    if (peer !== null && (peer.host !== endpoint.host || peer.port !== endpoint.port)) this.dropPeer();
    this.flush();
  }

  /** Calls that are under way or wait hear `disconnected`, now or in a turn of their own. */
  close(): void {
    this.isClosed = true;
    this.dropPeer();
    this.retryLater();
  }

  /** Of a call: it was not answered by the active controller. */
  retry(call: ControllerCall): void {
    this.waiting.push(call);
    this.retryLater();
  }

  /** Of a call: the active controller answered it. */
  onAnswered(): void {
    this.retryMs = RETRY_MIN_MS;
  }

  onTimer(): void {
    this.timer = null;
    this.retryMs = Math.min(RETRY_MAX_MS, this.retryMs * 2);
    const now = this.ports.clock.monotonicMs();
    const late = this.isClosed ? this.waiting : this.waiting.filter((call) => call.deadlineMs <= now);
    this.waiting = this.isClosed ? [] : this.waiting.filter((call) => call.deadlineMs > now);
    this.flush();
    for (const call of late) call.handler.onNoResponse(this.isClosed ? "disconnected" : "timeout");
  }

  private flush(): void {
    if (this.waiting.length === 0 || this.isClosed) return;
    const endpoint = this.location.leaderEndpoint;
    if (endpoint === null) {
      this.retryLater();
      return;
    }
    const now = this.ports.clock.monotonicMs();
    const calls = this.waiting;
    this.waiting = [];
    const peer = this.peerAt(endpoint);
    for (const call of calls) {
      peer.callNewest(
        call.api,
        call.body as Input<Api["request"]>,
        call,
        call.versionMax,
        Math.max(1, call.deadlineMs - now),
      );
    }
  }

  private peerAt(endpoint: HostPort): PeerLink {
    const { peer } = this;
    if (peer !== null && peer.host === endpoint.host && peer.port === endpoint.port) return peer;
    if (peer !== null) this.dropPeer();
    const { host, port } = endpoint;
    this.peer = new PeerLink(this.ports, {
      host,
      port,
      clientId: this.clientId,
      requestTimeoutMs: 30000,
      negotiates: true,
    });
    return this.peer;
  }

  private dropPeer(): void {
    const { peer } = this;
    this.peer = null;
    peer?.close();
  }

  private retryLater(): void {
    if (this.waiting.length > 0) this.timer ??= this.ports.timers.schedule(this.isClosed ? 0 : this.retryMs, this);
  }
}

class ControllerCall implements CallHandler {
  readonly api: Api;
  readonly body: unknown;
  readonly handler: CallHandler;
  readonly deadlineMs: number;
  readonly versionMax: number;
  private readonly link: ControllerLink;

  constructor(
    link: ControllerLink,
    api: Api,
    body: unknown,
    handler: CallHandler,
    deadlineMs: number,
    versionMax: number,
  ) {
    this.link = link;
    this.api = api;
    this.body = body;
    this.handler = handler;
    this.deadlineMs = deadlineMs;
    this.versionMax = versionMax;
  }

  onResponse(response: ResponseOf<Api>, version: number): void {
    if ((response as { errorCode?: number }).errorCode === ErrorCode.NOT_CONTROLLER) this.link.retry(this);
    else {
      this.link.onAnswered();
      this.handler.onResponse(response, version);
    }
  }

  onNoResponse(why: NoResponse): void {
    if (why === "unsupported" || why === "malformed") this.handler.onNoResponse(why);
    else this.link.retry(this);
  }
}
