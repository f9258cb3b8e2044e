import { connect, Socket } from "node:net";
import {
  type Connection,
  type ConnectionHandler,
  type ListenHandler,
  NetworkError,
  type Timer,
  type Timers,
  type TimerTask,
  type TurnTask,
} from "../ports/index.js";
import type { NodeLoop } from "./loop.js";
import { allocate, type ReceiveBuffers, type SocketReader } from "./receive-buffers.js";

/** A peer whose machine is gone is noticed by the kernel's probes from then on, ms. */
export const KEEP_ALIVE_MS = 60_000;
/** Bytes that wait above which `onDrain` tells when they have left. */
const DRAIN_MARK_BYTES = 256 * 1024;
/** Up to here the chunks of a turn are joined: cheaper than handing each to the kernel. */
const JOIN_BYTES_MAX = 8 * 1024;
const JOIN_SLAB_BYTES = 64 * 1024;

let joinSlab = allocate(JOIN_SLAB_BYTES);
let joinAt = 0;

/** connecting → open → closed, or connecting → closed. */
type State = "connecting" | "open" | "closed";

/**
 * One TCP connection. What is sent in a turn leaves at its end in one system call. Events of the socket that come after `onClose`,
 * or for which the core has shown no interest any more (after `end`), are dropped here.
 */
export class SocketConnection implements Connection, TurnTask, TimerTask {
  remoteAddress: string;
  remotePort: number;
  localAddress: string;
  localPort: number;
  private readonly loop: NodeLoop;
  private readonly reader: SocketReader;
  private handler: ConnectionHandler;
  private socket: Socket | null;
  private state: State;
  private outbox: Uint8Array[];
  private outboxBytes: number;
  private isFlushPlanned: boolean;
  private isEnding: boolean;
  private isPaused: boolean;
  private passedMark: boolean;
  private error: NetworkError | null;
  private deadline: Timer | null;
  private readonly onWritten: () => void;

  constructor(loop: NodeLoop, buffers: ReceiveBuffers, handler: ConnectionHandler) {
    this.remoteAddress = "";
    this.remotePort = 0;
    this.localAddress = "";
    this.localPort = 0;
    this.loop = loop;
    this.reader = buffers.reader();
    this.handler = handler;
    this.socket = null;
    this.state = "connecting";
    this.outbox = [];
    this.outboxBytes = 0;
    this.isFlushPlanned = false;
    this.isEnding = false;
    this.isPaused = false;
    this.passedMark = false;
    this.error = null;
    this.deadline = null;
    this.onWritten = () => this.written();
  }

  get bufferedBytes(): number {
    return this.outboxBytes + (this.socket?.writableLength ?? 0);
  }

  send(chunks: readonly Uint8Array[]): void {
    if (this.isEnding || this.state === "closed") return;
    for (let i = 0; i < chunks.length; i++) {
      this.outbox.push(chunks[i]);
      this.outboxBytes += chunks[i].length;
    }
    if (this.state === "open") this.planFlush();
  }

  pause(): void {
    this.isPaused = true;
    if (this.state === "open") this.socket?.pause();
  }

  resume(): void {
    this.isPaused = false;
    if (this.state === "open") this.socket?.resume();
  }

  end(): void {
    if (this.isEnding || this.state === "closed") return;
    this.isEnding = true;
    if (this.state === "open") this.planFlush();
    else this.socket?.destroy();
  }

  destroy(): void {
    this.isEnding = true;
    this.outbox.length = 0;
    this.outboxBytes = 0;
    this.socket?.destroy();
  }

  /** The time to connect is over. */
  onTimer(): void {
    this.deadline = null;
    if (this.state !== "connecting") return;
    this.error = new NetworkError("ETIMEDOUT", `no answer from ${this.remoteAddress}:${this.remotePort}`);
    this.socket?.destroy();
  }

  onTurnEnd(): void {
    this.isFlushPlanned = false;
    if (this.state !== "open" || this.socket === null) return;
    if (this.outboxBytes > 0) this.flush(this.socket);
    if (this.isEnding) this.socket.destroySoon();
  }

  /** Of `connectSocket`. */
  connectTo(host: string, port: number, timeoutMs: number, timers: Timers): void {
    this.remoteAddress = host;
    this.remotePort = port;
    const socket = connect({
      host,
      port,
      noDelay: true,
      keepAlive: true,
      keepAliveInitialDelay: KEEP_ALIVE_MS,
      onread: this.onread(),
    });
    this.attach(socket);
    this.deadline = timers.schedule(timeoutMs, this);
    socket.once("connect", () => {
      this.deadline?.cancel();
      this.deadline = null;
      if (this.isEnding) return;
      this.opened(socket);
      this.handler.onOpen();
    });
  }

  /** Of `acceptSocket`: what the listener's owner returns for this connection gets its events. */
  accepted(socket: Socket, listenHandler: ListenHandler): void {
    const { _handle: handle } = socket as unknown as { _handle: { useUserBuffer?: unknown } | null };
    if (handle === null) return;
    if (typeof handle.useUserBuffer === "function") {
      // A server cannot be told how its sockets shall read, so a second socket takes the handle over.
      (socket as unknown as { _handle: null })._handle = null;
      this.attach(new Socket({ handle, onread: this.onread() } as unknown as ConstructorParameters<typeof Socket>[0]));
    } else {
      socket.on("data", (bytes: Buffer) => this.received(new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.length)));
      this.attach(socket);
    }
    const own = this.socket as Socket;
    this.remoteAddress = plainAddress(own.remoteAddress ?? "");
    this.remotePort = own.remotePort ?? 0;
    this.state = "open";
    this.localAddress = plainAddress(own.localAddress ?? "");
    this.localPort = own.localPort ?? 0;
    this.handler = listenHandler.onAccept(this);
    if (!this.isPaused) own.resume();
  }

  private onread(): { buffer: () => Uint8Array; callback: (count: number) => boolean } {
    const { reader } = this;
    let isAfterRead = false;
    return {
      // Asked for each handle that is tried (a name may have several addresses), and after each read for another buffer, if any.
      buffer: () => {
        if (!isAfterRead) return reader.current;
        isAfterRead = false;
        return reader.nextBuffer() as Uint8Array;
      },
      callback: (count) => {
        isAfterRead = true;
        this.received(reader.take(count));
        return true;
      },
    };
  }

  private attach(socket: Socket): void {
    this.socket = socket;
    socket.on("error", (error: NodeJS.ErrnoException) => {
      this.error ??= networkError(error);
    });
    socket.once("close", () => this.closed());
  }

  private opened(socket: Socket): void {
    this.state = "open";
    this.localAddress = plainAddress(socket.localAddress ?? "");
    this.localPort = socket.localPort ?? 0;
    this.remoteAddress = plainAddress(socket.remoteAddress ?? this.remoteAddress);
    if (this.isPaused) socket.pause();
    if (this.outboxBytes > 0) this.planFlush();
  }

  private received(bytes: Uint8Array): void {
    if (!this.isEnding && this.state === "open") this.handler.onData(bytes);
  }

  private closed(): void {
    if (this.state === "closed") return;
    this.state = "closed";
    this.deadline?.cancel();
    this.deadline = null;
    this.reader.close();
    this.outbox.length = 0;
    this.outboxBytes = 0;
    // What broke while we closed is nobody's concern.
    const error = this.isEnding ? null : this.error;
    this.isEnding = true;
    this.handler.onClose(error);
  }

  private planFlush(): void {
    if (this.isFlushPlanned) return;
    this.isFlushPlanned = true;
    this.loop.atFlush(this);
  }

  private flush(socket: Socket): void {
    const chunks = this.outbox;
    const bytes = this.outboxBytes;
    this.outbox = [];
    this.outboxBytes = 0;
    if (chunks.length === 1) socket.write(chunks[0], this.onWritten);
    else if (bytes <= JOIN_BYTES_MAX) socket.write(join(chunks, bytes), this.onWritten);
    else {
      socket.cork();
      const last = chunks.length - 1;
      for (let i = 0; i < last; i++) socket.write(chunks[i]);
      socket.write(chunks[last], this.onWritten);
      socket.uncork();
    }
    // Also where the kernel took all of it at once: whoever saw it wait is told that it left.
    if (bytes > DRAIN_MARK_BYTES || socket.writableLength > DRAIN_MARK_BYTES) this.passedMark = true;
  }

  private written(): void {
    if (!this.passedMark || this.state !== "open" || this.isEnding || this.bufferedBytes > 0) return;
    this.passedMark = false;
    this.handler.onDrain();
  }
}

export function connectSocket(
  loop: NodeLoop,
  timers: Timers,
  buffers: ReceiveBuffers,
  host: string,
  port: number,
  timeoutMs: number,
  handler: ConnectionHandler,
): SocketConnection {
  const connection = new SocketConnection(loop, buffers, handler);
  connection.connectTo(host, port, timeoutMs, timers);
  return connection;
}

export function acceptSocket(loop: NodeLoop, buffers: ReceiveBuffers, socket: Socket, handler: ListenHandler): void {
  new SocketConnection(loop, buffers, NOBODY).accepted(socket, handler);
}

/** Until the listener's owner has named the handler of a connection. */
const NOBODY: ConnectionHandler = { onOpen() {}, onData() {}, onDrain() {}, onClose() {} };

function join(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  if (joinAt + bytes > JOIN_SLAB_BYTES) {
    joinSlab = allocate(JOIN_SLAB_BYTES);
    joinAt = 0;
  }
  const from = joinAt;
  for (let i = 0; i < chunks.length; i++) {
    joinSlab.set(chunks[i], joinAt);
    joinAt += chunks[i].length;
  }
  return joinSlab.subarray(from, joinAt);
}

/** Of a socket that serves both families an IPv4 address comes as an IPv6 one. */
function plainAddress(address: string): string {
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

/** What Node reports, with the operating system's code; of several addresses that were tried the first tells. */
export function networkError(error: NodeJS.ErrnoException): NetworkError {
  const inner = (error as unknown as { errors?: NodeJS.ErrnoException[] }).errors?.[0];
  return new NetworkError(error.code ?? inner?.code ?? "EIO", error.message || (inner?.message ?? "connection failed"));
}
