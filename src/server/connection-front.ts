import type { Clock, Loop } from "../ports/index.js";
import type { Dispatcher } from "./dispatcher.js";
import type { LogGate } from "./log-gate.js";
import type { ServerConnection } from "./server-connection.js";
import type { ServerMetrics } from "./server-metrics.js";

/** What connections need of the front that they belong to. */
export interface ConnectionFront {
  readonly clock: Clock;
  readonly loop: Loop;
  readonly metrics: ServerMetrics;
  readonly dispatcher: Dispatcher;
  readonly gate: LogGate;
  /** `socket.request.max.bytes` */
  readonly requestBytesMax: number;
  onConnectionGone(connection: ServerConnection): void;
}
