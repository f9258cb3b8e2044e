import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

/** From this version on a request has several members, each with an error of its own (KIP-345). */
const MEMBERS_VERSION = 3;

export const leaveGroup = handler({
  api: Apis.LeaveGroup,
  handle(request, scope) {
    const { body, version } = request;
    if (scope.groups === null) {
      request.respond({ errorCode: ErrorCode.NOT_COORDINATOR });
      return;
    }
    if (version >= MEMBERS_VERSION) {
      scope.groups.leave(body, (response) => request.respond(response));
      return;
    }
    const member = { memberId: body.memberId, groupInstanceId: null, reason: null };
    scope.groups.leave({ ...body, memberId: "", members: [member] }, ({ errorCode, members }) => {
      request.respond({ errorCode: errorCode || members?.[0]?.errorCode || ErrorCode.NONE });
    });
  },
});
