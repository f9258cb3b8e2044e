/**
 * JoinGroup (key 11): joins a classic group, or rebalances it.
 *
 * - 0: the first
 * - 1: request adds rebalanceTimeoutMs
 * - 2: response adds throttleTimeMs
 * - 3: throttled after the answer (KIP-219)
 * - 4: a first join gets MEMBER_ID_REQUIRED and an id (KIP-394)
 * - 5: request and response add groupInstanceId; static members (KIP-345)
 * - 6: flexible
 * - 7: response adds protocolType; protocolName may be null
 * - 8: request adds reason
 * - 9: response adds skipAssignment
 */
import { array, bool, bytes, int16, int32, message, string, type Value } from "../schema.js";

export const JoinGroupRequest = message("JoinGroupRequest", "0-9", "6+", {
  groupId: string("0+"),
  sessionTimeoutMs: int32("0+"),
  rebalanceTimeoutMs: int32("1+", { default: -1, ignorable: true }),
  memberId: string("0+"),
  groupInstanceId: string("5+", { nullable: "5+", default: null }),
  protocolType: string("0+"),
  protocols: array("0+").of({
    name: string("0+"),
    metadata: bytes("0+"),
  }),
  reason: string("8+", { nullable: "8+", default: null, ignorable: true }),
});
export type JoinGroupRequest = Value<typeof JoinGroupRequest>;

export const JoinGroupResponse = message("JoinGroupResponse", "0-9", "6+", {
  throttleTimeMs: int32("2+", { ignorable: true }),
  errorCode: int16("0+"),
  generationId: int32("0+", { default: -1 }),
  protocolType: string("7+", { nullable: "7+", default: null, ignorable: true }),
  protocolName: string("0+", { nullable: "7+" }),
  leader: string("0+"),
  skipAssignment: bool("9+"),
  memberId: string("0+"),
  members: array("0+").of({
    memberId: string("0+"),
    groupInstanceId: string("5+", { nullable: "5+", default: null, ignorable: true }),
    metadata: bytes("0+"),
  }),
});
export type JoinGroupResponse = Value<typeof JoinGroupResponse>;
