import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

export const listGroups = handler({
  api: Apis.ListGroups,
  handle(request, scope) {
    const { statesFilter, typesFilter } = request.body;
    if (scope.groups === null) request.respond({ errorCode: ErrorCode.COORDINATOR_NOT_AVAILABLE });
    else request.respond(scope.groups.list(statesFilter, typesFilter));
  },
});
