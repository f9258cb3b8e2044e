/**
 * Heartbeat (key 12): keeps a member of a classic group alive.
 *
 * - 0: the first
 * - 1: response adds throttleTimeMs
 * - 2: throttled after the answer (KIP-219)
 * - 3: request adds groupInstanceId
 * - 4: flexible
 */
import { int16, int32, message, string, type Value } from "../schema.js";

export const HeartbeatRequest = message("HeartbeatRequest", "0-4", "4+", {
  groupId: string("0+"),
  generationId: int32("0+"),
  memberId: string("0+"),
  groupInstanceId: string("3+", { nullable: "3+", default: null }),
});
export type HeartbeatRequest = Value<typeof HeartbeatRequest>;

export const HeartbeatResponse = message("HeartbeatResponse", "0-4", "4+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16("0+"),
});
export type HeartbeatResponse = Value<typeof HeartbeatResponse>;
