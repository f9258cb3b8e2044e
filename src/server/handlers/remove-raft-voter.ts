import { Apis } from "../../protocol/apis.js";
import { forward } from "../forwarding.js";
import { handler } from "../handler.js";

export const removeRaftVoter = handler({
  api: Apis.RemoveRaftVoter,
  handle(request, scope) {
    if (request.connection.listener.kind === "broker") forward(request, scope);
    else scope.raft.handle(request);
  },
});
