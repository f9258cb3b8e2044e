import { Apis } from "../../protocol/apis.js";
import { handler } from "../handler.js";

export const addRaftVoter = handler({
  api: Apis.AddRaftVoter,
  listeners: ["controller"],
  handle(request, scope) {
    scope.raft.handle(request);
  },
});
