/**
 * ExpireDelegationToken (key 40): shortens the life of a delegation token.
 *
 * - 1: where 4.x starts
 * - 2: flexible
 */
import { bytes, int16, int32, int64, message, type Value } from "../schema.js";

export const ExpireDelegationTokenRequest = message("ExpireDelegationTokenRequest", "1-2", "2+", {
  hmac: bytes("0+"),
  expiryTimePeriodMs: int64("0+"),
});
export type ExpireDelegationTokenRequest = Value<typeof ExpireDelegationTokenRequest>;

export const ExpireDelegationTokenResponse = message("ExpireDelegationTokenResponse", "1-2", "2+", {
  errorCode: int16("0+"),
  expiryTimestampMs: int64("0+"),
  throttleTimeMs: int32("0+"),
});
export type ExpireDelegationTokenResponse = Value<typeof ExpireDelegationTokenResponse>;
