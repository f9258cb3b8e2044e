/**
 * AddRaftVoter (key 80): adds a voter to the metadata quorum (KIP-853).
 *
 * - 0: the first
 * - 1: request adds ackWhenCommitted
 */
import { array, bool, int16, int32, message, string, uint16, uuid, type Value } from "../schema.js";

export const AddRaftVoterRequest = message("AddRaftVoterRequest", "0-1", "0+", {
  clusterId: string("0+", { nullable: "0+" }),
  timeoutMs: int32("0+"),
  voterId: int32("0+"),
  voterDirectoryId: uuid("0+"),
  listeners: array("0+").of({
    name: string("0+"),
    host: string("0+"),
    port: uint16("0+"),
  }),
  ackWhenCommitted: bool("1+", { default: true }),
});
export type AddRaftVoterRequest = Value<typeof AddRaftVoterRequest>;

export const AddRaftVoterResponse = message("AddRaftVoterResponse", "0-1", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+", ignorable: true }),
});
export type AddRaftVoterResponse = Value<typeof AddRaftVoterResponse>;
