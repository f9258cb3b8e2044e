import type {
  Connection,
  ConnectionHandler,
  ListenHandler,
  Network,
  NetworkError,
  NetworkListener,
} from "../../ports/index.js";
import type { GateResource, ProcessGate } from "./process-gate.js";

/** Sockets of a cluster's brokers that are not closed yet, those of dead ones too. */
export class OpenSockets {
  private count: number;
  private waiting: (() => void)[];

  constructor() {
    this.count = 0;
    this.waiting = [];
  }

  opened(): void {
    this.count++;
  }

  closed(): void {
    this.count--;
    if (this.count > 0) return;
    const { waiting } = this;
    this.waiting = [];
    for (const each of waiting) each();
  }

  untilNone(): Promise<void> {
    if (this.count === 0) return Promise.resolve();
    return new Promise((resolve) => this.waiting.push(resolve));
  }
}

/** The network as one broker of this process has it: its turns are the broker's, its sockets go with the broker. */
export class GatedNetwork implements Network {
  private readonly inner: Network;
  private readonly gate: ProcessGate;
  private readonly sockets: OpenSockets;

  constructor(inner: Network, gate: ProcessGate, sockets: OpenSockets) {
    this.inner = inner;
    this.gate = gate;
    this.sockets = sockets;
  }

  listen(host: string, port: number, handler: ListenHandler): NetworkListener {
    const { gate, sockets } = this;
    const listener = this.inner.listen(host, port, {
      onListening: (bound) => gate.run(() => handler.onListening(bound)),
      onListenError: (error) => gate.run(() => handler.onListenError(error)),
      onAccept: (socket) => {
        const accepted = new GatedConnection(gate, sockets);
        accepted.accept(socket, handler);
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
    const connection = new GatedConnection(this.gate, this.sockets);
    connection.connect(this.inner, host, port, handler);
    return connection;
  }
}

/** Both halves of a connection: what the broker sends with, and what hears of the socket. */
class GatedConnection implements Connection, ConnectionHandler, GateResource {
  private readonly gate: ProcessGate;
  private readonly sockets: OpenSockets;
  private socket: Connection | null;
  private handler: ConnectionHandler | null;

  constructor(gate: ProcessGate, sockets: OpenSockets) {
    this.gate = gate;
    this.sockets = sockets;
    sockets.opened();
    this.socket = null;
    this.handler = null;
    gate.hold(this);
  }

  connect(network: Network, host: string, port: number, handler: ConnectionHandler): void {
    this.handler = handler;
    this.socket = network.connect(host, port, this);
  }

  accept(socket: Connection, handler: ListenHandler): void {
    this.socket = socket;
    // A paused broker is told once it goes on; what comes meanwhile waits behind that.
    this.gate.run(() => {
      this.handler = handler.onAccept(this);
    });
  }

  get remoteAddress(): string {
    return this.socket?.remoteAddress ?? "";
  }

  get remotePort(): number {
    return this.socket?.remotePort ?? 0;
  }

  get localAddress(): string {
    return this.socket?.localAddress ?? "";
  }

  get localPort(): number {
    return this.socket?.localPort ?? 0;
  }

  get bufferedBytes(): number {
    return this.socket?.bufferedBytes ?? 0;
  }

  send(chunks: readonly Uint8Array[]): void {
    if (!this.gate.isDead) this.socket?.send(chunks);
  }

  pause(): void {
    this.socket?.pause();
  }

  resume(): void {
    this.socket?.resume();
  }

  end(): void {
    this.socket?.end();
  }

  destroy(): void {
    this.socket?.destroy();
  }

  onOpen(): void {
    this.gate.run(() => this.handler?.onOpen());
  }

  onData(bytes: Uint8Array): void {
    this.gate.run(() => this.handler?.onData(bytes));
  }

  onDrain(): void {
    this.gate.run(() => this.handler?.onDrain());
  }

  onClose(error: NetworkError | null): void {
    this.sockets.closed();
    this.gate.letGo(this);
    this.gate.run(() => this.handler?.onClose(error));
  }

  onProcessKilled(): void {
    this.socket?.destroy();
  }
}
