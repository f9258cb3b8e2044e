import { notDescribed } from "../../groups/group-description.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { GROUP_OPERATIONS } from "../authorized-operations.js";
import { handler } from "../handler.js";

const OPERATIONS_VERSION = 3;
const MESSAGE_VERSION = 6;

export const describeGroups = handler({
  api: Apis.DescribeGroups,
  handle(request, scope) {
    const { version, body } = request;
    const groups =
      scope.groups?.describe(body.groups, version) ??
      body.groups.map((groupId) => notDescribed(groupId, ErrorCode.NOT_COORDINATOR));
    const tellsOperations = version >= OPERATIONS_VERSION && body.includeAuthorizedOperations;
    request.respond({
      groups: groups.map((group) => ({
        ...group,
        members: [...group.members],
        errorMessage: version >= MESSAGE_VERSION ? group.errorMessage : null,
        ...(tellsOperations && group.errorCode === 0 ? { authorizedOperations: GROUP_OPERATIONS } : {}),
      })),
    });
  },
});
