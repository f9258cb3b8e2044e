import { Apis } from "../../protocol/apis.js";
import { handler } from "../handler.js";

export const endQuorumEpoch = handler({
  api: Apis.EndQuorumEpoch,
  listeners: ["controller"],
  handle(request, scope) {
    scope.raft.handle(request);
  },
});
