import {
  type Connection,
  type ConnectionHandler,
  type ListenHandler,
  type Network,
  NetworkError,
  type NetworkListener,
} from "../../ports/index.js";
import type { GateResource, ProcessGate } from "./process-gate.js";

/**
 * Who is connected with whom, and what is cut, among the brokers of one process. A cut link is silent: what was sent over it waits and
 * arrives once the link is whole, a connection that is made meanwhile is neither accepted nor refused.
 */
export class Wiring {
  /** Ports on which a broker listens. */
  private readonly listeners: Map<number, number>;
  /** Local ports of connections that a broker made. */
  private readonly outgoing: Map<number, number>;
  /** `from>to` by how many faults. */
  private readonly cuts: Map<string, number>;
  private readonly waiting: Set<WiredConnection>;

  constructor() {
    this.listeners = new Map();
    this.outgoing = new Map();
    this.cuts = new Map();
    this.waiting = new Set();
  }

  /** Ports are fixed for a cluster's life, also while a broker is down. */
  addListener(port: number, brokerId: number): void {
    this.listeners.set(port, brokerId);
  }

  addOutgoing(port: number, brokerId: number): void {
    this.outgoing.set(port, brokerId);
  }

  removeOutgoing(port: number): void {
    this.outgoing.delete(port);
  }

  /** null: nobody of this cluster. */
  brokerAt(port: number): number | null {
    return this.listeners.get(port) ?? this.outgoing.get(port) ?? null;
  }

  isCut(from: number, to: number): boolean {
    return this.cuts.has(`${from}>${to}`);
  }

  /** One way; the same again counts twice. */
  cut(from: number, to: number): void {
    const key = `${from}>${to}`;
    this.cuts.set(key, (this.cuts.get(key) ?? 0) + 1);
  }

  restore(from: number, to: number): void {
    const key = `${from}>${to}`;
    const count = this.cuts.get(key) ?? 0;
    if (count > 1) this.cuts.set(key, count - 1);
    else this.cuts.delete(key);
    for (const connection of [...this.waiting]) connection.onRestored();
  }

  wait(connection: WiredConnection): void {
    this.waiting.add(connection);
  }

  stopWaiting(connection: WiredConnection): void {
    this.waiting.delete(connection);
  }
}

interface WiredConnection {
  onRestored(): void;
}

/** How long a connection may take to be made, ms, as on the machine's own network. */
const CONNECT_TIMEOUT_MS = 10_000;

/** The network as one broker of this process sees it. */
export class GatedNetwork implements Network {
  private readonly inner: Network;
  private readonly gate: ProcessGate;
  private readonly wiring: Wiring;
  private readonly brokerId: number;

  constructor(inner: Network, gate: ProcessGate, wiring: Wiring, brokerId: number) {
    this.inner = inner;
    this.gate = gate;
    this.wiring = wiring;
    this.brokerId = brokerId;
  }

  listen(host: string, port: number, handler: ListenHandler): NetworkListener {
    const { gate, wiring, brokerId } = this;
    const listener = this.inner.listen(host, port, {
      onListening: (bound) => gate.run(() => handler.onListening(bound)),
      onListenError: (error) => gate.run(() => handler.onListenError(error)),
      onAccept: (connection) => {
        const accepted = new GatedConnection(gate, wiring, brokerId);
        accepted.accept(connection, handler);
        return accepted;
      },
    });
    const resource = { onProcessKilled: () => listener.close() };
    gate.hold(resource);
    return {
      close: () => {
        gate.letGo(resource);
        listener.close();
      },
    };
  }

  connect(host: string, port: number, handler: ConnectionHandler): Connection {
    const connection = new GatedConnection(this.gate, this.wiring, this.brokerId);
    connection.connect(this.inner, host, port, handler);
    return connection;
  }
}

/** Both halves of a connection: what the broker sends with, and what hears of the socket. */
class GatedConnection implements Connection, ConnectionHandler, GateResource, WiredConnection {
  private readonly gate: ProcessGate;
  private readonly wiring: Wiring;
  private readonly brokerId: number;
  private socket: Connection | null;
  private handler: ConnectionHandler | null;
  /** Of a connection that waits for its link to be whole. */
  private delayed: (() => void) | null;
  private timer: NodeJS.Timeout | null;
  /** What came over a link that is cut. */
  private held: (() => void)[];
  private outgoingPort: number;
  private isClosed: boolean;
  private queued: Uint8Array[];
  /** What an accepted connection's handler was not told yet, since its broker was paused. */
  private toPort: number;

  constructor(gate: ProcessGate, wiring: Wiring, brokerId: number) {
    this.gate = gate;
    this.wiring = wiring;
    this.brokerId = brokerId;
    this.socket = null;
    this.handler = null;
    this.delayed = null;
    this.timer = null;
    this.held = [];
    this.outgoingPort = -1;
    this.isClosed = false;
    this.queued = [];
    this.toPort = -1;
    gate.hold(this);
  }

  connect(network: Network, host: string, port: number, handler: ConnectionHandler): void {
    this.handler = handler;
    this.toPort = port;
    if (!this.isCutOff()) {
      this.socket = network.connect(host, port, this);
      return;
    }
    this.delayed = () => {
      this.socket = network.connect(host, port, this);
      if (this.queued.length > 0) this.socket.send(this.queued);
      this.queued = [];
    };
    this.timer = setTimeout(() => {
      this.timer = null;
      this.delayed = null;
      this.wiring.stopWaiting(this);
      this.finish(new NetworkError("ETIMEDOUT", `no connection to ${host}:${port} within ${CONNECT_TIMEOUT_MS} ms`));
    }, CONNECT_TIMEOUT_MS);
    this.wiring.wait(this);
  }

  accept(socket: Connection, handler: ListenHandler): void {
    this.socket = socket;
    this.gate.run(() => {
      this.handler = handler.onAccept(this);
    });
  }

  get remoteAddress(): string {
    return this.socket?.remoteAddress ?? "";
  }

  get remotePort(): number {
    return this.socket?.remotePort ?? this.toPort;
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
    if (this.isClosed) return;
    if (this.socket === null) this.queued.push(...chunks);
    else this.socket.send(chunks);
  }

  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    this.socket?.resume();
  }

  end(): void {
    if (this.socket === null) this.destroy();
    else this.socket.end();
  }

  destroy(): void {
    if (this.socket !== null) {
      this.held = [];
      this.socket.destroy();
      return;
    }
    this.delayed = null;
    setImmediate(() => this.finish(null));
  }

  onOpen(): void {
    this.outgoingPort = this.socket?.localPort ?? -1;
    if (this.outgoingPort > 0) this.wiring.addOutgoing(this.outgoingPort, this.brokerId);
    this.deliver(() => this.handler?.onOpen());
  }

  onData(bytes: Uint8Array): void {
    this.deliver(() => this.handler?.onData(bytes));
  }

  onDrain(): void {
    this.gate.run(() => this.handler?.onDrain());
  }

  onClose(error: NetworkError | null): void {
    this.deliver(() => this.finish(error));
  }

  /** Hands on what came, unless the link from there is cut: then it waits, and all that follows. */
  private deliver(turn: () => void): void {
    if (this.held.length === 0 && !this.isCutOff()) {
      this.gate.run(turn);
      return;
    }
    this.held.push(turn);
    this.wiring.wait(this);
  }

  private isCutOff(): boolean {
    const port = this.socket === null ? this.toPort : this.socket.remotePort;
    const other = this.wiring.brokerAt(port);
    if (other === null) return false;
    // To connect, packets must go both ways.
    if (this.socket === null && this.wiring.isCut(this.brokerId, other)) return true;
    return this.wiring.isCut(other, this.brokerId);
  }

  onRestored(): void {
    if (this.isCutOff()) return;
    this.wiring.stopWaiting(this);
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    const delayed = this.delayed;
    this.delayed = null;
    delayed?.();
    const held = this.held;
    this.held = [];
    for (const turn of held) this.gate.run(turn);
  }

  private finish(error: NetworkError | null): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.release();
    this.gate.run(() => this.handler?.onClose(error));
  }

  private release(): void {
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    this.wiring.stopWaiting(this);
    if (this.outgoingPort > 0) this.wiring.removeOutgoing(this.outgoingPort);
    this.gate.letGo(this);
  }

  onProcessKilled(): void {
    this.isClosed = true;
    this.held = [];
    this.delayed = null;
    this.release();
    this.socket?.destroy();
  }
}
