import { Apis, type ResponseOf } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

type Result = ResponseOf<typeof Apis.DescribeUserScramCredentials>["results"][number];

export const describeUserScramCredentials = handler({
  api: Apis.DescribeUserScramCredentials,
  handle(request, scope) {
    const credentials = new Map<string, Result["credentialInfos"]>();
    for (const { name, mechanism, iterations } of scope.image.scram.values()) {
      const infos = credentials.get(name);
      if (infos === undefined) credentials.set(name, [{ mechanism, iterations }]);
      else infos.push({ mechanism, iterations });
    }
    const asked = request.body.users?.map(({ name }) => name) ?? [];
    const users = asked.length === 0 ? credentials.keys() : new Set(asked);
    const results: Result[] = [];
    for (const user of users) {
      const infos = credentials.get(user);
      if (asked.indexOf(user) !== asked.lastIndexOf(user)) {
        const message = `Cannot describe SCRAM credentials for the same user twice in a single request: ${user}`;
        results.push({ user, errorCode: ErrorCode.DUPLICATE_RESOURCE, errorMessage: message, credentialInfos: [] });
      } else if (infos === undefined) {
        const message = `Attempt to describe a user credential that does not exist: ${user}`;
        results.push({ user, errorCode: ErrorCode.RESOURCE_NOT_FOUND, errorMessage: message, credentialInfos: [] });
      } else {
        results.push({ user, errorCode: ErrorCode.NONE, errorMessage: "", credentialInfos: infos });
      }
    }
    request.respond({ results });
  },
});
