import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

export const heartbeat = handler({
  api: Apis.Heartbeat,
  handle(request, scope) {
    if (scope.groups === null) request.respond({ errorCode: ErrorCode.NOT_COORDINATOR });
    else scope.groups.heartbeat(request.body, (errorCode) => request.respond({ errorCode }));
  },
});
