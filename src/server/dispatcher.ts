import { AssertionError, assert } from "../base/assert.js";
import type { Logger } from "../ports/index.js";
import type { Api, ListenerKind } from "../protocol/apis.js";
import { ProtocolError } from "../protocol/protocol-error.js";
import type { Handler } from "./handler.js";
import type { Request } from "./request.js";
import type { RequestInterceptor } from "./request-faults.js";
import type { ServerScope } from "./scope.js";
import type { ServerMetrics } from "./server-metrics.js";

/** Finds who serves an API on a kind of listener, and hands requests over. */
export class Dispatcher {
  /** Sees requests before their handlers do; null but in tests of clients. */
  interceptor: RequestInterceptor | null;
  private readonly scope: ServerScope;
  private readonly metrics: ServerMetrics;
  private readonly logger: Logger;
  /** By API key. */
  private readonly broker: (Handler | null)[];
  private readonly controller: (Handler | null)[];

  constructor(scope: ServerScope, handlers: readonly Handler[], metrics: ServerMetrics, logger: Logger) {
    this.interceptor = null;
    this.scope = scope;
    this.metrics = metrics;
    this.logger = logger;
    this.broker = tableOf(handlers, "broker");
    this.controller = tableOf(handlers, "controller");
  }

  /** Null: not served there. */
  handlerOf(kind: ListenerKind, apiKey: number): Handler | null {
    const table = kind === "broker" ? this.broker : this.controller;
    return table[apiKey] ?? null;
  }

  /** By key. */
  served(kind: ListenerKind): readonly Api[] {
    const table = kind === "broker" ? this.broker : this.controller;
    return table.filter((handler) => handler !== null).map((handler) => handler.api);
  }

  /**
   * A request that its handler finds to be unreadable (an embedded message is broken) closes the connection, as one that the front cannot
   * read does. Anything else that a handler throws is a bug: a broken assertion stops the node, the rest costs this connection and is
   * counted, since a request that fails everywhere must not take one broker down after the other.
   */
  dispatch(handler: Handler, request: Request): void {
    this.metrics.requests[request.api.key]++;
    const { interceptor } = this;
    if (interceptor !== null && this.isIntercepted(interceptor, handler, request)) return;
    this.hand(handler, request);
  }

  private isIntercepted(interceptor: RequestInterceptor, handler: Handler, request: Request): boolean {
    return interceptor.intercept(handler, request, (later) => this.hand(handler, later));
  }

  private hand(handler: Handler, request: Request): void {
    try {
      handler.handle(request, this.scope);
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      if (error instanceof ProtocolError) {
        this.metrics.protocolErrors++;
        request.abort(error.message);
        return;
      }
      this.onHandlerFailed(request, error);
    }
  }

  private onHandlerFailed(request: Request, error: unknown): void {
    this.metrics.handlerFailures++;
    this.logger.error("A handler failed, which is a bug of this broker. The connection is closed.", {
      api: request.api.name,
      version: request.version,
      clientId: request.clientId,
      error: error instanceof Error ? (error.stack ?? error.message) : String(error),
    });
    request.abort("its handler failed");
  }
}

function tableOf(handlers: readonly Handler[], kind: ListenerKind): (Handler | null)[] {
  const keyMax = handlers.reduce((max, { api }) => Math.max(max, api.key), 0);
  const table: (Handler | null)[] = new Array(keyMax + 1).fill(null);
  for (const handler of handlers) {
    if (!(handler.listeners ?? handler.api.listeners).includes(kind)) continue;
    assert(table[handler.api.key] === null, `two handlers of ${handler.api.name} on one listener`);
    table[handler.api.key] = handler;
  }
  return table;
}
