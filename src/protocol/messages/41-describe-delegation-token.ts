/**
 * DescribeDelegationToken (key 41): lists delegation tokens.
 *
 * - 1: where 4.x starts
 * - 2: flexible
 * - 3: response adds tokenRequesterPrincipalType and tokenRequesterPrincipalName
 */
import { array, bytes, int16, int32, int64, message, string, type Value } from "../schema.js";

export const DescribeDelegationTokenRequest = message("DescribeDelegationTokenRequest", "1-3", "2+", {
  owners: array("0+", { nullable: "0+" }).of({
    principalType: string("0+"),
    principalName: string("0+"),
  }),
});
export type DescribeDelegationTokenRequest = Value<typeof DescribeDelegationTokenRequest>;

export const DescribeDelegationTokenResponse = message("DescribeDelegationTokenResponse", "1-3", "2+", {
  errorCode: int16("0+"),
  tokens: array("0+").of({
    principalType: string("0+"),
    principalName: string("0+"),
    tokenRequesterPrincipalType: string("3+"),
    tokenRequesterPrincipalName: string("3+"),
    issueTimestamp: int64("0+"),
    expiryTimestamp: int64("0+"),
    maxTimestamp: int64("0+"),
    tokenId: string("0+"),
    hmac: bytes("0+"),
    renewers: array("0+").of({
      principalType: string("0+"),
      principalName: string("0+"),
    }),
  }),
  throttleTimeMs: int32("0+"),
});
export type DescribeDelegationTokenResponse = Value<typeof DescribeDelegationTokenResponse>;
