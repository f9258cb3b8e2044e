import { Apis } from "../../protocol/apis.js";
import { handler } from "../handler.js";

export const updateRaftVoter = handler({
  api: Apis.UpdateRaftVoter,
  listeners: ["controller"],
  handle(request, scope) {
    scope.raft.handle(request);
  },
});
