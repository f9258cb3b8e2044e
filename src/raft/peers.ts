import { type NoResponse, PeerLink, type PeerLinkListener } from "../client/peer-link.js";
import type { HostPort } from "../config/node-config.js";
import type { NetworkError, Ports } from "../ports/index.js";

export interface PeersListener {
  /** A connection was made. */
  onPeerOpen(peer: Peer): void;
  /** A connection broke, or was refused: `isGone` when the process at the other end is not there, or was not just now. */
  onPeerClosed(peer: Peer, isGone: boolean): void;
}

/** What a peer is asked; at most one of each is under way. */
export type Errand = "vote" | "begin" | "end" | "fetch" | "update" | "join";

/** A controller's endpoint and the connection to it. */
export class Peer implements PeerLinkListener {
  readonly endpoint: HostPort;
  readonly link: PeerLink;
  /** Before it nothing is sent, by the awake clock: after a failure. */
  notBeforeMs: number;
  private readonly listener: PeersListener;
  private readonly underWay: Set<Errand>;
  /** Why the last call had no answer, as long as the link did not tell that its connection is closed. */
  private lastFailure: NoResponse | null;

  constructor(ports: Ports, endpoint: HostPort, clientId: string, requestTimeoutMs: number, listener: PeersListener) {
    this.endpoint = endpoint;
    this.listener = listener;
    this.notBeforeMs = 0;
    this.underWay = new Set();
    this.lastFailure = null;
    const { host, port } = endpoint;
    this.link = new PeerLink(ports, { host, port, clientId, requestTimeoutMs, negotiates: true }, this);
  }

  mayDo(errand: Errand, nowMs: number): boolean {
    return !this.underWay.has(errand) && nowMs >= this.notBeforeMs;
  }

  begin(errand: Errand): void {
    this.underWay.add(errand);
  }

  end(errand: Errand): void {
    this.underWay.delete(errand);
  }

  /** A call had no answer. */
  fail(errand: Errand, why: NoResponse): void {
    this.underWay.delete(errand);
    this.lastFailure = why;
  }

  backOff(untilMs: number): void {
    this.notBeforeMs = Math.max(this.notBeforeMs, untilMs);
  }

  onLinkOpen(): void {
    this.listener.onPeerOpen(this);
  }

  onLinkClosed(_link: PeerLink, wasOpen: boolean, error: NetworkError | null): void {
    const gaveUp = this.lastFailure === "timeout" || this.lastFailure === "malformed";
    this.lastFailure = null;
    const code = error?.code;
    const broke = wasOpen && (error === null || code === "ECONNRESET" || code === "EPIPE");
    this.listener.onPeerClosed(this, code === "ECONNREFUSED" || (broke && !gaveUp));
  }
}

/** The connections to other controllers, by endpoint. */
export class Peers {
  private readonly ports: Ports;
  private readonly clientId: string;
  private readonly requestTimeoutMs: number;
  private readonly listener: PeersListener;
  private readonly byEndpoint: Map<string, Peer>;

  constructor(ports: Ports, clientId: string, requestTimeoutMs: number, listener: PeersListener) {
    this.ports = ports;
    this.clientId = clientId;
    this.requestTimeoutMs = requestTimeoutMs;
    this.listener = listener;
    this.byEndpoint = new Map();
  }

  at(endpoint: HostPort): Peer {
    const key = `${endpoint.host}:${endpoint.port}`;
    let peer = this.byEndpoint.get(key);
    if (peer === undefined) {
      peer = new Peer(this.ports, endpoint, this.clientId, this.requestTimeoutMs, this.listener);
      this.byEndpoint.set(key, peer);
    }
    return peer;
  }

  all(): Iterable<Peer> {
    return this.byEndpoint.values();
  }

  close(): void {
    for (const peer of this.byEndpoint.values()) peer.link.close();
    this.byEndpoint.clear();
  }
}
