import {
  type Connection,
  type ConnectionHandler,
  type ListenHandler,
  type Network,
  NetworkError,
  type NetworkListener,
  type Timer,
  type Timers,
} from "../ports/index.js";

/** A link to the broker that listens on these ports, and what does not pass. */
export interface LinkCut {
  readonly ports: readonly number[];
  /** Nothing that this broker sends arrives. */
  readonly out: boolean;
  /** Nothing arrives here. */
  readonly in: boolean;
}

/** How long a connection may take to be made, ms, as on the machine's own network. */
const CONNECT_TIMEOUT_MS = 10_000;

/**
 * A network whose links to given ports can be cut, at the end that makes the connections: each broker of a partitioned pair cuts its own.
 * A cut link is silent. What is sent over it waits and arrives once the link is whole, as TCP would repeat it; a connection that is made
 * meanwhile is neither accepted nor refused.
 */
export class FaultableNetwork implements Network {
  private readonly inner: Network;
  private readonly timers: Timers;
  private readonly connections: Set<FaultableConnection>;
  private cuts: readonly LinkCut[];

  constructor(inner: Network, timers: Timers) {
    this.inner = inner;
    this.timers = timers;
    this.connections = new Set();
    this.cuts = [];
  }

  /** Those that hold from now on. */
  setCuts(cuts: readonly LinkCut[]): void {
    this.cuts = cuts;
    // What was held is handed on in a turn of its own.
    for (const connection of this.connections) this.timers.schedule(0, { onTimer: () => connection.onCutsChanged() });
  }

  listen(host: string, port: number, handler: ListenHandler): NetworkListener {
    return this.inner.listen(host, port, handler);
  }

  connect(host: string, port: number, handler: ConnectionHandler): Connection {
    const connection = new FaultableConnection(this, this.timers, host, port, handler);
    this.connections.add(connection);
    connection.start(this.inner);
    return connection;
  }

  // Of this file.

  isCut(port: number, direction: "out" | "in"): boolean {
    for (const cut of this.cuts) if (cut[direction] && cut.ports.includes(port)) return true;
    return false;
  }

  forget(connection: FaultableConnection): void {
    this.connections.delete(connection);
  }
}

class FaultableConnection implements Connection, ConnectionHandler {
  private readonly network: FaultableNetwork;
  private readonly timers: Timers;
  private readonly host: string;
  private readonly port: number;
  private readonly handler: ConnectionHandler;
  /** null: it waits for its link to be whole. */
  private socket: Connection | null;
  private inner: Network | null;
  private timer: Timer | null;
  /** What came over a link that is cut. */
  private held: (() => void)[];
  private queued: Uint8Array[];
  private endsAfterQueue: boolean;
  private isDestroyed: boolean;
  private isClosed: boolean;

  constructor(network: FaultableNetwork, timers: Timers, host: string, port: number, handler: ConnectionHandler) {
    this.network = network;
    this.timers = timers;
    this.host = host;
    this.port = port;
    this.handler = handler;
    this.socket = null;
    this.inner = null;
    this.timer = null;
    this.held = [];
    this.queued = [];
    this.endsAfterQueue = false;
    this.isDestroyed = false;
    this.isClosed = false;
  }

  start(inner: Network): void {
    if (!this.isCut("out") && !this.isCut("in")) {
      this.socket = inner.connect(this.host, this.port, this);
      return;
    }
    this.inner = inner;
    this.timer = this.timers.schedule(CONNECT_TIMEOUT_MS, {
      onTimer: () => {
        const text = `no connection to ${this.host}:${this.port} within ${CONNECT_TIMEOUT_MS} ms`;
        this.finish(new NetworkError("ETIMEDOUT", text));
      },
    });
  }

  get remoteAddress(): string {
    return this.socket?.remoteAddress ?? this.host;
  }

  get remotePort(): number {
    return this.port;
  }

  get localAddress(): string {
    return this.socket?.localAddress ?? "";
  }

  get localPort(): number {
    return this.socket?.localPort ?? 0;
  }

  get bufferedBytes(): number {
    let bytes = this.socket?.bufferedBytes ?? 0;
    for (const chunk of this.queued) bytes += chunk.length;
    return bytes;
  }

  send(chunks: readonly Uint8Array[]): void {
    if (this.socket !== null && this.queued.length === 0 && !this.isCut("out")) this.socket.send(chunks);
    else this.queued.push(...chunks);
  }

  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    this.socket?.resume();
  }

  end(): void {
    if (this.queued.length > 0 && this.socket !== null) this.endsAfterQueue = true;
    else if (this.socket === null) this.destroy();
    else this.socket.end();
  }

  destroy(): void {
    this.isDestroyed = true;
    this.held = [];
    this.queued = [];
    if (this.socket !== null) this.socket.destroy();
    else this.timers.schedule(0, { onTimer: () => this.finish(null) });
  }

  onCutsChanged(): void {
    if (this.isClosed || this.isDestroyed) return;
    if (this.socket === null) {
      if (this.isCut("out") || this.isCut("in")) return;
      this.timer?.cancel();
      this.timer = null;
      this.socket = (this.inner as Network).connect(this.host, this.port, this);
    }
    if (!this.isCut("out") && this.queued.length > 0) {
      const { queued } = this;
      this.queued = [];
      this.socket.send(queued);
      if (this.endsAfterQueue) this.socket.end();
    }
    while (this.held.length > 0 && !this.isCut("in")) this.held.shift()?.();
  }

  onOpen(): void {
    this.deliver(() => this.handler.onOpen());
  }

  onData(bytes: Uint8Array): void {
    if (this.held.length === 0 && !this.isCut("in")) this.handler.onData(bytes);
    else this.held.push(() => this.handler.onData(bytes));
  }

  onDrain(): void {
    this.handler.onDrain();
  }

  onClose(error: NetworkError | null): void {
    if (this.isDestroyed) this.finish(error);
    else this.deliver(() => this.finish(error));
  }

  private deliver(turn: () => void): void {
    if (this.held.length === 0 && !this.isCut("in")) turn();
    else this.held.push(turn);
  }

  private isCut(direction: "out" | "in"): boolean {
    return this.network.isCut(this.port, direction);
  }

  private finish(error: NetworkError | null): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.timer?.cancel();
    this.timer = null;
    this.network.forget(this);
    this.handler.onClose(error);
  }
}
