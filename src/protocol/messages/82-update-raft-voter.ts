/** UpdateRaftVoter (key 82): a voter tells the raft leader its endpoints and its range of kraft.version. */
import { array, int16, int32, message, string, struct, uint16, uuid, type Value } from "../schema.js";

export const UpdateRaftVoterRequest = message("UpdateRaftVoterRequest", "0", "0+", {
  clusterId: string("0+", { nullable: "0+" }),
  currentLeaderEpoch: int32("0+"),
  voterId: int32("0+"),
  voterDirectoryId: uuid("0+"),
  listeners: array("0+").of({
    name: string("0+"),
    host: string("0+"),
    port: uint16("0+"),
  }),
  kRaftVersionFeature: struct("0+").of({
    minSupportedVersion: int16("0+"),
    maxSupportedVersion: int16("0+"),
  }),
});
export type UpdateRaftVoterRequest = Value<typeof UpdateRaftVoterRequest>;

export const UpdateRaftVoterResponse = message("UpdateRaftVoterResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  currentLeader: struct("0+", { tag: 0 }).of({
    leaderId: int32("0+", { default: -1 }),
    leaderEpoch: int32("0+", { default: -1 }),
    host: string("0+"),
    port: int32("0+"),
  }),
});
export type UpdateRaftVoterResponse = Value<typeof UpdateRaftVoterResponse>;
