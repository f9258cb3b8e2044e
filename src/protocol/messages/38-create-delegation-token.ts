/**
 * CreateDelegationToken (key 38): makes a delegation token.
 *
 * - 1: where 4.x starts
 * - 2: flexible
 * - 3: request adds ownerPrincipalType and ownerPrincipalName; response adds tokenRequesterPrincipalType and
 *   tokenRequesterPrincipalName
 */
import { array, bytes, int16, int32, int64, message, string, type Value } from "../schema.js";

export const CreateDelegationTokenRequest = message("CreateDelegationTokenRequest", "1-3", "2+", {
  ownerPrincipalType: string("3+", { nullable: "3+" }),
  ownerPrincipalName: string("3+", { nullable: "3+" }),
  renewers: array("0+").of({
    principalType: string("0+"),
    principalName: string("0+"),
  }),
  maxLifetimeMs: int64("0+"),
});
export type CreateDelegationTokenRequest = Value<typeof CreateDelegationTokenRequest>;

export const CreateDelegationTokenResponse = message("CreateDelegationTokenResponse", "1-3", "2+", {
  errorCode: int16("0+"),
  principalType: string("0+"),
  principalName: string("0+"),
  tokenRequesterPrincipalType: string("3+"),
  tokenRequesterPrincipalName: string("3+"),
  issueTimestampMs: int64("0+"),
  expiryTimestampMs: int64("0+"),
  maxTimestampMs: int64("0+"),
  tokenId: string("0+"),
  hmac: bytes("0+"),
  throttleTimeMs: int32("0+"),
});
export type CreateDelegationTokenResponse = Value<typeof CreateDelegationTokenResponse>;
