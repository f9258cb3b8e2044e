import { Apis } from "../../protocol/apis.js";
import { handler } from "../handler.js";

export const describeQuorum = handler({
  api: Apis.DescribeQuorum,
  listeners: ["controller"],
  handle(request, scope) {
    scope.raft.handle(request);
  },
});
