import { createServer, type Server, type Socket } from "node:net";
import type { ConnectionHandler, ListenHandler, Network, NetworkListener } from "../ports/index.js";
import type { NodeLoop } from "./loop.js";
import { ReceiveBuffers } from "./receive-buffers.js";
import {
  acceptSocket,
  connectSocket,
  KEEP_ALIVE_MS,
  networkError,
  type SocketConnection,
} from "./socket-connection.js";
import type { NodeTimers } from "./timers.js";

/** How long a connection may take to be made, ms (Kafka's socket.connection.setup.timeout.ms). */
const CONNECT_TIMEOUT_MS = 10_000;
/** Connections that the kernel completes before we accept them; it caps the number itself. */
const BACKLOG = 1024;

/** TCP by Node's sockets. */
export class NodeNetwork implements Network {
  private readonly loop: NodeLoop;
  private readonly timers: NodeTimers;
  private readonly buffers: ReceiveBuffers;

  constructor(loop: NodeLoop, timers: NodeTimers) {
    this.loop = loop;
    this.timers = timers;
    this.buffers = new ReceiveBuffers();
  }

  listen(host: string, port: number, handler: ListenHandler): NetworkListener {
    return new Listener(this.loop, this.buffers, host, port, handler);
  }

  connect(host: string, port: number, handler: ConnectionHandler): SocketConnection {
    return connectSocket(this.loop, this.timers, this.buffers, host, port, CONNECT_TIMEOUT_MS, handler);
  }
}

class Listener implements NetworkListener {
  private readonly server: Server;
  private isClosed: boolean;

  constructor(loop: NodeLoop, buffers: ReceiveBuffers, host: string, port: number, handler: ListenHandler) {
    this.isClosed = false;
    this.server = createServer(
      { noDelay: true, keepAlive: true, keepAliveInitialDelay: KEEP_ALIVE_MS, pauseOnConnect: true },
      (socket: Socket) => acceptSocket(loop, buffers, socket, handler),
    );
    this.server.once("error", (error: NodeJS.ErrnoException) => {
      if (!this.isClosed) handler.onListenError(networkError(error));
    });
    this.server.listen({ host: host === "" ? undefined : host, port, backlog: BACKLOG, exclusive: true }, () => {
      const address = this.server.address();
      if (!this.isClosed && address !== null && typeof address === "object") handler.onListening(address.port);
    });
  }

  close(): void {
    if (this.isClosed) return;
    this.isClosed = true;
    this.server.close();
  }
}
