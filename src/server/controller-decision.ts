import { errorResponse } from "../metadata/controller/responses.js";
import { type Api, Apis } from "../protocol/apis.js";
import { ErrorCode, errorMessage } from "../protocol/errors.js";
import type { Input } from "../protocol/schema.js";
import { forward } from "./forwarding.js";
import { type Handler, handler } from "./handler.js";
import type { Request } from "./request.js";
import type { ServerScope } from "./scope.js";

/** How long a decision may take to be committed where the request does not say. */
const TIMEOUT_MS = 30_000;
/** Whose time-out of 0 or less has passed before anything is done, as in Apache Kafka; of the others it is not looked at. */
const EXPIRES_AT_ONCE: ReadonlySet<number> = new Set(
  [
    Apis.CreateTopics,
    Apis.DeleteTopics,
    Apis.CreatePartitions,
    Apis.ElectLeaders,
    Apis.AlterPartitionReassignments,
  ].map((api) => api.key),
);

/** The handler of an API that the active controller decides: on a broker's listener it is sent on, on a controller's handed over. */
export function decidedByController<A extends Api>(api: A): Handler {
  return handler<A>({
    api,
    handle(request, scope) {
      if (request.connection.listener.kind === "broker") forward(request, scope);
      else decide(request as unknown as Request, scope);
    },
  });
}

/** Lets this node's controller decide; it answers NOT_CONTROLLER where it is not the active one. */
export function decide(request: Request, scope: ServerScope): void {
  decideAs(request, request.body, scope, (response) => request.respond(response));
}

/** The same with another body, or another receiver. */
export function decideAs(
  request: Request,
  body: unknown,
  scope: ServerScope,
  reply: (response: Input<Api["response"]>) => void,
): void {
  const { controller } = scope;
  const { key } = request.api;
  if (controller === null) {
    reply(errorResponse(key, request.version, body, ErrorCode.NOT_CONTROLLER) as Input<Api["response"]>);
    return;
  }
  const { timeoutMs } = body as { timeoutMs?: number };
  if (timeoutMs !== undefined && timeoutMs <= 0 && EXPIRES_AT_ONCE.has(key)) {
    const { REQUEST_TIMED_OUT } = ErrorCode;
    const response = errorResponse(key, request.version, body, REQUEST_TIMED_OUT, errorMessage(REQUEST_TIMED_OUT));
    reply(response as Input<Api["response"]>);
    return;
  }
  const context = {
    principal: request.principal,
    clientHost: request.clientHost,
    listener: request.connection.listener.name,
    timeoutMs: timeoutMs === undefined ? TIMEOUT_MS : Math.max(0, timeoutMs),
  };
  controller.handle(key, request.version, body, context, (response) => reply(response as Input<Api["response"]>));
}
