import { Apis } from "../../protocol/apis.js";
import { handler } from "../handler.js";

export const fetchSnapshot = handler({
  api: Apis.FetchSnapshot,
  listeners: ["controller"],
  handle(request, scope) {
    scope.raft.handle(request);
  },
});
