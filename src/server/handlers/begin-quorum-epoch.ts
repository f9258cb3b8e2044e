import { Apis } from "../../protocol/apis.js";
import { handler } from "../handler.js";

export const beginQuorumEpoch = handler({
  api: Apis.BeginQuorumEpoch,
  listeners: ["controller"],
  handle(request, scope) {
    scope.raft.handle(request);
  },
});
