import { Apis } from "../../protocol/apis.js";
import { handler } from "../handler.js";

export const removeRaftVoter = handler({
  api: Apis.RemoveRaftVoter,
  listeners: ["controller"],
  handle(request, scope) {
    scope.raft.handle(request);
  },
});
