import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { groupClient } from "../group-client.js";
import { handler } from "../handler.js";

/** Version 0 has no rebalance timeout: members of it take the session's for it. From version 7 on the protocol's name may be null. */
export const joinGroup = handler({
  api: Apis.JoinGroup,
  handle(request, scope) {
    const { body, version } = request;
    if (scope.groups === null) {
      request.respond({ errorCode: ErrorCode.NOT_COORDINATOR, protocolName: version >= 7 ? null : "" });
      return;
    }
    const join = version === 0 ? { ...body, rebalanceTimeoutMs: body.sessionTimeoutMs } : body;
    scope.groups.join(groupClient(request), join, (response) => {
      const protocolName = response.protocolName ?? (version >= 7 ? null : "");
      const skipAssignment = version >= 9 && response.skipAssignment === true;
      request.respond({ ...response, protocolName, skipAssignment });
    });
  },
});
