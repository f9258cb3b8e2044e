import { Apis } from "../../protocol/apis.js";
import { handler } from "../handler.js";

export const vote = handler({
  api: Apis.Vote,
  listeners: ["controller"],
  handle(request, scope) {
    scope.raft.handle(request);
  },
});
