import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

export const deleteGroups = handler({
  api: Apis.DeleteGroups,
  handle(request, scope) {
    const names = [...new Set(request.body.groupsNames)];
    const respond = (errorOf: (groupId: string) => number) =>
      request.respond({ results: names.map((groupId) => ({ groupId, errorCode: errorOf(groupId) })) });
    if (scope.groups === null) respond(() => ErrorCode.NOT_COORDINATOR);
    else scope.groups.deleteGroups(names, (errors) => respond((groupId) => errors.get(groupId) ?? ErrorCode.NONE));
  },
});
