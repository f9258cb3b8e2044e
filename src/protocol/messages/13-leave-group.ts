/**
 * LeaveGroup (key 13): takes members out of a classic group.
 *
 * - 0: the first
 * - 1: response adds throttleTimeMs
 * - 2: throttled after the answer (KIP-219)
 * - 3: request adds members; drops memberId; response adds members; several members, static ones too (KIP-345)
 * - 4: flexible
 * - 5: request adds reason
 */
import { array, int16, int32, message, string, type Value } from "../schema.js";

export const LeaveGroupRequest = message("LeaveGroupRequest", "0-5", "4+", {
  groupId: string("0+"),
  memberId: string("0-2"),
  members: array("3+").of({
    memberId: string("3+"),
    groupInstanceId: string("3+", { nullable: "3+", default: null }),
    reason: string("5+", { nullable: "5+", default: null, ignorable: true }),
  }),
});
export type LeaveGroupRequest = Value<typeof LeaveGroupRequest>;

export const LeaveGroupResponse = message("LeaveGroupResponse", "0-5", "4+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16("0+"),
  members: array("3+").of({
    memberId: string("3+"),
    groupInstanceId: string("3+", { nullable: "3+" }),
    errorCode: int16("3+"),
  }),
});
export type LeaveGroupResponse = Value<typeof LeaveGroupResponse>;
