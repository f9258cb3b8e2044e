import type { NodeConfig } from "../config/node-config.js";
import type { NetworkError, Ports } from "../ports/index.js";
import type { Handler } from "./handler.js";
import type { ListenerInfo } from "./request.js";
import type { ServerScope } from "./scope.js";
import { ServerMetrics } from "./server-metrics.js";

/** What became of `listen`; called once for each listener, in a later turn. */
export interface ListenObserver {
  /** `port` is the one that was bound: where port 0 was asked for, one that was free. */
  onListening(listener: ListenerInfo, port: number): void;
  /** Nothing listens there: the node cannot start. */
  onListenFailed(listener: ListenerInfo, error: NetworkError): void;
}

/** The front of a node: its listeners, the connections that came in on them, and who handles their requests. */
export class ServerFront {
  readonly metrics: ServerMetrics;

  constructor(_ports: Ports, _config: NodeConfig, _scope: ServerScope, _handlers: readonly Handler[]) {
    this.metrics = new ServerMetrics();
  }

  /** Binds the listeners of that kind. Connections are accepted, but nothing is read from them before `serve`. */
  listen(_kind: "broker" | "controller", _observer: ListenObserver): void {
    throw new Error("not there yet");
  }

  /** Starts to read from connections of that kind, those that came in before too. */
  serve(_kind: "broker" | "controller"): void {}

  /** The port that a listener is bound to; 0 before it is. */
  portOf(_listenerName: string): number {
    return 0;
  }

  /** Stops accepting on that kind of listeners; connections that came in stay. */
  stopListening(_kind: "broker" | "controller"): void {}

  /** Stops accepting and closes every connection, once what was sent has left. Requests that are being handled get no answer. */
  close(): void {}
}
