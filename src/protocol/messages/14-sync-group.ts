/**
 * SyncGroup (key 14): the leader of a classic group hands in the assignment, everyone gets their part.
 *
 * - 0: the first
 * - 1: response adds throttleTimeMs
 * - 2: throttled after the answer (KIP-219)
 * - 3: request adds groupInstanceId
 * - 4: flexible
 * - 5: request and response add protocolType and protocolName
 */
import { array, bytes, int16, int32, message, string, type Value } from "../schema.js";

export const SyncGroupRequest = message("SyncGroupRequest", "0-5", "4+", {
  groupId: string("0+"),
  generationId: int32("0+"),
  memberId: string("0+"),
  groupInstanceId: string("3+", { nullable: "3+", default: null }),
  protocolType: string("5+", { nullable: "5+", default: null, ignorable: true }),
  protocolName: string("5+", { nullable: "5+", default: null, ignorable: true }),
  assignments: array("0+").of({
    memberId: string("0+"),
    assignment: bytes("0+"),
  }),
});
export type SyncGroupRequest = Value<typeof SyncGroupRequest>;

export const SyncGroupResponse = message("SyncGroupResponse", "0-5", "4+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16("0+"),
  protocolType: string("5+", { nullable: "5+", default: null, ignorable: true }),
  protocolName: string("5+", { nullable: "5+", default: null, ignorable: true }),
  assignment: bytes("0+"),
});
export type SyncGroupResponse = Value<typeof SyncGroupResponse>;
