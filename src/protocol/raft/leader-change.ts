/**
 * The control record with which a raft leader opens its epoch.
 *
 * - 0: the first
 * - 1: adds voterDirectoryId
 */
import { array, int16, int32, message, uuid, type Value } from "../schema.js";

const voter = {
  voterId: int32("0+"),
  voterDirectoryId: uuid("1+"),
};

export const LeaderChangeMessage = message("LeaderChangeMessage", "0-1", "0+", {
  version: int16("0+"),
  leaderId: int32("0+"),
  voters: array("0+").of(voter),
  grantingVoters: array("0+").of(voter),
});
export type LeaderChangeMessage = Value<typeof LeaderChangeMessage>;
