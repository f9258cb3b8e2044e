import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

/** From this version on a member tells the protocol that it thinks the group has. */
const PROTOCOL_VERSION = 5;

export const syncGroup = handler({
  api: Apis.SyncGroup,
  handle(request, scope) {
    const { body, version } = request;
    if (scope.groups === null) {
      request.respond({ errorCode: ErrorCode.NOT_COORDINATOR });
      return;
    }
    if (version >= PROTOCOL_VERSION && (body.protocolType === null || body.protocolName === null)) {
      request.respond({ errorCode: ErrorCode.INCONSISTENT_GROUP_PROTOCOL });
      return;
    }
    scope.groups.sync(body, (response) => request.respond(response));
  },
});
