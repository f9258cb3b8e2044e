/**
 * What the quorum-state file holds, there as JSON: version 0 under kraft.version 0, version 1 under 1.
 *
 * - 0: the first
 * - 1: adds votedDirectoryId; drops clusterId, appliedOffset and currentVoters
 */
import { array, int32, int64, message, string, uuid, type Value } from "../schema.js";

export const QuorumStateData = message("QuorumStateData", "0-1", "0+", {
  clusterId: string("0"),
  leaderId: int32("0+", { default: -1 }),
  leaderEpoch: int32("0+", { default: -1 }),
  votedId: int32("0+", { default: -1 }),
  votedDirectoryId: uuid("1+"),
  appliedOffset: int64("0"),
  currentVoters: array("0", { nullable: "0" }).of({
    voterId: int32("0"),
  }),
});
export type QuorumStateData = Value<typeof QuorumStateData>;
