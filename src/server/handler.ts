import type { Api } from "../protocol/apis.js";
import type { Request } from "./request.js";
import type { ServerScope } from "./scope.js";

/** How one API is served. One file for each API in `handlers/`; `handlers/registry.ts` lists them all. */
export interface Handler<A extends Api = Api> {
  readonly api: A;
  /** Served only there; by default wherever Kafka serves it (`Api.listeners`). */
  readonly listeners?: readonly ("broker" | "controller")[];
  /**
   * Whether a request may start while earlier ones of its connection, pipelined too, wait for their responses. Otherwise it starts when
   * the one before it is answered, as in Kafka. On a controller's listener all of them may.
   */
  readonly pipelined?: boolean;
  /** Answers now, or keeps the request and answers later. Throws for programmers' errors only. */
  handle(request: Request<A>, scope: ServerScope): void;
}

/** Keeps the type of the API between the declaration's fields. */
export function handler<A extends Api>(declaration: Handler<A>): Handler {
  return declaration as unknown as Handler;
}
