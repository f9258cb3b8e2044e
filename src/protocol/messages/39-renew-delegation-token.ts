/**
 * RenewDelegationToken (key 39): prolongs a delegation token.
 *
 * - 1: where 4.x starts
 * - 2: flexible
 */
import { bytes, int16, int32, int64, message, type Value } from "../schema.js";

export const RenewDelegationTokenRequest = message("RenewDelegationTokenRequest", "1-2", "2+", {
  hmac: bytes("0+"),
  renewPeriodMs: int64("0+"),
});
export type RenewDelegationTokenRequest = Value<typeof RenewDelegationTokenRequest>;

export const RenewDelegationTokenResponse = message("RenewDelegationTokenResponse", "1-2", "2+", {
  errorCode: int16("0+"),
  expiryTimestampMs: int64("0+"),
  throttleTimeMs: int32("0+"),
});
export type RenewDelegationTokenResponse = Value<typeof RenewDelegationTokenResponse>;
