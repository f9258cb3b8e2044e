import { Apis } from "../../protocol/apis.js";
import { handler } from "../handler.js";

/** Fetch of the metadata log, by other controllers and by brokers; partitions of other topics are fetched from brokers. */
export const quorumFetch = handler({
  api: Apis.Fetch,
  listeners: ["controller"],
  handle(request, scope) {
    scope.raft.handle(request);
  },
});
