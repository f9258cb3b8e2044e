import type { Api } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import type { Input } from "../protocol/schema.js";
import { forward, respondError } from "./forwarding.js";
import { type Handler, handler } from "./handler.js";
import type { Request } from "./request.js";
import type { ServerScope } from "./scope.js";

/** How long a decision may take to be committed where the request does not say. */
const TIMEOUT_MS = 30_000;

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
  const { controller } = scope;
  if (controller === null) {
    respondError(request, ErrorCode.NOT_CONTROLLER);
    return;
  }
  const { timeoutMs } = request.body as { timeoutMs?: number };
  const context = {
    principal: request.principal,
    clientHost: request.clientHost,
    listener: request.connection.listener.name,
    timeoutMs: timeoutMs === undefined ? TIMEOUT_MS : Math.max(0, timeoutMs),
  };
  controller.handle(request.api.key, request.version, request.body, context, (response) =>
    request.respond(response as Input<Api["response"]>),
  );
}
