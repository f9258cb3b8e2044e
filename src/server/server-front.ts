import { assert } from "../base/assert.js";
import type { ListenerConfig, NodeConfig } from "../config/node-config.js";
import type {
  Clock,
  Connection,
  ConnectionHandler,
  ListenHandler,
  Loop,
  NetworkError,
  NetworkListener,
  Ports,
  Timer,
  TimerTask,
} from "../ports/index.js";
import type { ListenerKind } from "../protocol/apis.js";
import { NoAuthentication } from "./authentication.js";
import type { ConnectionFront } from "./connection-front.js";
import { ConnectionLimits } from "./connection-limits.js";
import { Dispatcher } from "./dispatcher.js";
import type { Handler } from "./handler.js";
import { HANDLERS } from "./handlers/registry.js";
import { ImageConfigs } from "./image-configs.js";
import { LogGate } from "./log-gate.js";
import { plainAddress } from "./network-address.js";
import type { ListenerInfo } from "./request.js";
import type { ServerScope } from "./scope.js";
import { ServerConnection } from "./server-connection.js";
import type { ServerMetrics } from "./server-metrics.js";

/** What became of `listen`; called once for each listener, in a later turn. */
export interface ListenObserver {
  /** `port` is the one that was bound: where port 0 was asked for, one that was free. */
  onListening(listener: ListenerInfo, port: number): void;
  /** Nothing listens there: the node cannot start. */
  onListenFailed(listener: ListenerInfo, error: NetworkError): void;
}

/** Connections are looked at for idleness so often. */
const IDLE_CHECK_MS = 10_000;

/** The front of a node: its listeners, the connections that came in on them, and who handles their requests. */
export class ServerFront implements ConnectionFront, TimerTask {
  readonly metrics: ServerMetrics;
  readonly clock: Clock;
  readonly loop: Loop;
  readonly dispatcher: Dispatcher;
  readonly gate: LogGate;
  readonly requestBytesMax: number;
  private readonly ports: Ports;
  private readonly config: NodeConfig;
  private readonly limits: ConnectionLimits;
  private readonly idleMaxMs: number;
  private readonly acceptors: Acceptor[];
  private readonly connections: Set<ServerConnection>;
  private readonly served: Set<ListenerKind>;
  private nextConnectionId: number;
  private timer: Timer | null;
  private lastCheckMs: number;
  private lastStalledMs: number;

  constructor(ports: Ports, config: NodeConfig, scope: ServerScope, handlers: readonly Handler[] = HANDLERS) {
    this.ports = ports;
    this.config = config;
    this.clock = ports.clock;
    this.loop = ports.loop;
    this.metrics = scope.front.metrics;
    const logger = ports.logger.child({ component: "server" });
    this.dispatcher = new Dispatcher(scope, handlers, this.metrics, logger);
    scope.front.dispatcher = this.dispatcher;
    this.gate = new LogGate(ports.clock, logger);
    this.requestBytesMax = config.number("socket.request.max.bytes");
    const configs = new ImageConfigs(config);
    this.limits = new ConnectionLimits(() => configs.brokerValues(scope.image));
    this.idleMaxMs = config.number("connections.max.idle.ms");
    this.acceptors = [];
    this.connections = new Set();
    this.served = new Set();
    this.nextConnectionId = 0;
    this.timer = null;
    this.lastCheckMs = 0;
    this.lastStalledMs = 0;
  }

  /** Binds the listeners of that kind. Connections are accepted, but nothing is read from them before `serve`. */
  listen(kind: ListenerKind, observer: ListenObserver): void {
    for (const listener of this.config.listeners) {
      const isController = this.config.controllerListenerNames.includes(listener.name);
      if (isController !== (kind === "controller")) continue;
      // Brokers use it to keep the cluster going: clients on other listeners must not crowd them out.
      const isProtected =
        isController || (listener.name === this.config.interBrokerListenerName && this.hasOthers(listener));
      const info: ListenerInfo = {
        name: listener.name,
        kind,
        securityProtocol: listener.securityProtocol,
        served: this.dispatcher.served(kind),
      };
      const acceptor = new Acceptor(this, info, isProtected, observer);
      this.acceptors.push(acceptor);
      acceptor.socket = this.ports.network.listen(listener.host, listener.port, acceptor);
    }
    if (this.timer === null && this.idleMaxMs > 0) {
      this.lastCheckMs = this.clock.monotonicMs();
      this.lastStalledMs = this.ports.loop.stalledMs();
      this.timer = this.ports.timers.schedule(IDLE_CHECK_MS, this);
    }
  }

  /** Starts to read from connections of that kind, those that came in before too. */
  serve(kind: ListenerKind): void {
    this.served.add(kind);
    for (const connection of this.connections) if (connection.listener.kind === kind) connection.serve();
  }

  /** The port that a listener is bound to; 0 before it is. */
  portOf(listenerName: string): number {
    return this.acceptors.find(({ info }) => info.name === listenerName)?.port ?? 0;
  }

  /** Stops accepting on that kind of listeners; connections that came in stay. */
  stopListening(kind: ListenerKind): void {
    for (const acceptor of this.acceptors) if (acceptor.info.kind === kind) acceptor.close();
  }

  /** Stops accepting and closes every connection, once what was sent has left. Requests that are being handled get no answer. */
  close(): void {
    for (const acceptor of this.acceptors) acceptor.close();
    for (const connection of this.connections) connection.close();
    this.timer?.cancel();
    this.timer = null;
  }

  /** As `close`, at once. */
  destroy(): void {
    this.close();
    for (const connection of this.connections) connection.destroy();
  }

  /** Of an acceptor: null where the connection is one too many. */
  accept(acceptor: Acceptor, socket: Connection): ServerConnection | null {
    const address = plainAddress(socket.remoteAddress);
    if (!this.limits.admits(address, acceptor.isProtected)) {
      this.metrics.connectionsRefused++;
      this.gate.warn("A connection is refused: there are too many.", {
        listener: acceptor.info.name,
        remoteAddress: address,
      });
      return null;
    }
    this.limits.add(address);
    this.metrics.connections++;
    this.metrics.connectionsAccepted++;
    const id = this.nextConnectionId++;
    const isServed = this.served.has(acceptor.info.kind);
    const connection = new ServerConnection(this, id, acceptor.info, socket, new NoAuthentication(), isServed);
    this.connections.add(connection);
    return connection;
  }

  onConnectionGone(connection: ServerConnection): void {
    if (!this.connections.delete(connection)) return;
    this.limits.remove(connection.remoteAddress);
    this.metrics.connections--;
    this.metrics.connectionsClosed++;
  }

  /** Closes idle connections; the time for which the loop stood still is nobody's idleness. */
  onTimer(): void {
    const now = this.clock.monotonicMs();
    const stalledMs = this.ports.loop.stalledMs();
    const lateMs = Math.max(stalledMs - this.lastStalledMs, now - this.lastCheckMs - 2 * IDLE_CHECK_MS);
    this.lastCheckMs = now;
    this.lastStalledMs = stalledMs;
    for (const connection of this.connections) {
      if (lateMs > 0) connection.activeMs += lateMs;
      if (now - connection.activeMs < this.idleMaxMs || connection.requestsInFlight > 0) continue;
      // One that is closing already has not taken what was sent to it.
      if (connection.isOpen) this.metrics.connectionsIdleClosed++;
      connection.destroy();
    }
    this.timer = this.ports.timers.schedule(IDLE_CHECK_MS, this);
  }

  private hasOthers(listener: ListenerConfig): boolean {
    const { listeners, controllerListenerNames } = this.config;
    return listeners.some(({ name }) => name !== listener.name && !controllerListenerNames.includes(name));
  }
}

/** One listener. */
class Acceptor implements ListenHandler {
  readonly info: ListenerInfo;
  readonly isProtected: boolean;
  socket: NetworkListener | null;
  port: number;
  private readonly front: ServerFront;
  private readonly observer: ListenObserver;

  constructor(front: ServerFront, info: ListenerInfo, isProtected: boolean, observer: ListenObserver) {
    this.front = front;
    this.info = info;
    this.isProtected = isProtected;
    this.observer = observer;
    this.socket = null;
    this.port = 0;
  }

  close(): void {
    this.socket?.close();
    this.socket = null;
  }

  onListening(port: number): void {
    assert(this.port === 0, "a listener is bound once");
    this.port = port;
    this.observer.onListening(this.info, port);
  }

  onListenError(error: NetworkError): void {
    this.socket = null;
    this.observer.onListenFailed(this.info, error);
  }

  onAccept(socket: Connection): ConnectionHandler {
    const connection = this.front.accept(this, socket);
    if (connection !== null) return connection;
    socket.destroy();
    return REFUSED;
  }
}

/** The end of a connection that was refused. */
const REFUSED: ConnectionHandler = {
  onOpen(): void {},
  onData(): void {},
  onDrain(): void {},
  onClose(): void {},
};
