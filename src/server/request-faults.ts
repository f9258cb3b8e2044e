import type { Timers } from "../ports/index.js";
import { Apis } from "../protocol/apis.js";
import { errorName } from "../protocol/errors.js";
import type { Handler } from "./handler.js";
import { Request, type Responder } from "./request.js";
import { errorResponseOf } from "./request-error.js";

/** Stands between a connection and the handlers: for tests of clients. */
export interface RequestInterceptor {
  /** True: it took the request over, and calls `proceed`, or answers, when it likes. */
  intercept(handler: Handler, request: Request, proceed: (request: Request) => void): boolean;
}

/** A fault that hits requests of clients, not those between brokers. */
export interface RequestFault {
  /** Tells faults apart: one that is given again goes on with its count. */
  readonly id: number;
  /** `error`: the answer is this error; `delay`: it is handled later; `reset`: the connection breaks, nothing was done. */
  readonly type: "error" | "delay" | "reset";
  readonly apiKey: number;
  /** Of `error`. */
  readonly errorCode: number;
  /** Of `delay`. */
  readonly ms: number;
  /** null: of any client. */
  readonly clientId: string | null;
  /** How many requests it hits; null: until it is taken away. */
  readonly times: number | null;
}

/** Client ids of brokers, of quorum members and of Holdfast's own tools: hit only by a fault that names them. */
const OWN_CLIENT = /^(broker-\d+-|raft-client-\d+$|holdfast-cli$)/;

/** The faults of one broker. Without any, requests pass at the price of one comparison. */
export class RequestFaults implements RequestInterceptor {
  private readonly timers: Timers;
  private active: { readonly fault: RequestFault; left: number }[];

  constructor(timers: Timers) {
    this.timers = timers;
    this.active = [];
  }

  /** Those that hold from now on. */
  set(faults: readonly RequestFault[]): void {
    this.active = faults.map((fault) => {
      const known = this.active.find((each) => each.fault.id === fault.id);
      return { fault, left: known?.left ?? fault.times ?? Number.POSITIVE_INFINITY };
    });
  }

  intercept(handler: Handler, request: Request, proceed: (request: Request) => void): boolean {
    if (this.active.length === 0) return false;
    const hit = this.active.find(({ fault, left }) => left > 0 && concerns(fault, request));
    if (hit === undefined) return false;
    hit.left--;
    const { fault } = hit;
    switch (fault.type) {
      case "reset":
        request.abort("a fault was asked for: the connection breaks");
        break;
      case "delay":
        this.timers.schedule(fault.ms, { onTimer: () => proceed(request) });
        break;
      case "error":
        answerWithError(handler, request, fault.errorCode, proceed);
    }
    return true;
  }
}

function concerns(fault: RequestFault, request: Request): boolean {
  if (fault.apiKey !== request.api.key || request.connection.listener.kind !== "broker") return false;
  const clientId = request.clientId ?? "";
  return fault.clientId === null ? !OWN_CLIENT.test(clientId) : fault.clientId === clientId;
}

function answerWithError(
  handler: Handler,
  request: Request,
  errorCode: number,
  proceed: (request: Request) => void,
): void {
  if (request.api.key === Apis.Produce.key && (request.body as { acks: number }).acks === 0) {
    // As Kafka does with an error that nobody waits for.
    request.abort(`a fault was asked for: ${errorName(errorCode)} without an answer`);
  } else if (handler.api.key === Apis.Metadata.key) {
    // Clients need the brokers of the answer also where its topics are errors.
    proceed(withResponder(request, new MetadataSpoiler(request, errorCode)));
  } else {
    request.respond(errorResponseOf(request.api, request.version, request.body, errorCode));
  }
}

function withResponder(request: Request, responder: Responder): Request {
  const { api, version, correlationId, clientId, body, connection } = request;
  const { principal, clientHost, receivedMs, size } = request;
  return new Request(
    api,
    version,
    correlationId,
    clientId,
    body,
    connection,
    principal,
    clientHost,
    receivedMs,
    size,
    responder,
  );
}

/** Hands on what the handler answers, with the error in each topic. */
class MetadataSpoiler implements Responder {
  private readonly request: Request;
  private readonly errorCode: number;

  constructor(request: Request, errorCode: number) {
    this.request = request;
    this.errorCode = errorCode;
  }

  respond(_request: Request, response: unknown): void {
    const { topics = [], ...rest } = response as { topics?: readonly object[] };
    const spoiled = topics.map((topic) => ({ ...topic, errorCode: this.errorCode, partitions: [] }));
    this.request.respond({ ...rest, topics: spoiled } as object);
  }

  finish(): void {
    this.request.finish();
  }

  abort(_request: Request, reason: string): void {
    this.request.abort(reason);
  }
}
