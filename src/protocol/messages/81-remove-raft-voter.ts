/** RemoveRaftVoter (key 81): takes a voter out of the metadata quorum. */
import { int16, int32, message, string, uuid, type Value } from "../schema.js";

export const RemoveRaftVoterRequest = message("RemoveRaftVoterRequest", "0", "0+", {
  clusterId: string("0+", { nullable: "0+" }),
  voterId: int32("0+"),
  voterDirectoryId: uuid("0+"),
});
export type RemoveRaftVoterRequest = Value<typeof RemoveRaftVoterRequest>;

export const RemoveRaftVoterResponse = message("RemoveRaftVoterResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+", ignorable: true }),
});
export type RemoveRaftVoterResponse = Value<typeof RemoveRaftVoterResponse>;
