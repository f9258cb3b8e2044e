/** Metadata record 10: a delegation token was made or changed. */
import { array, int64, message, string, type Value } from "../schema.js";

export const DelegationTokenRecord = message("DelegationTokenRecord", "0", "0+", {
  owner: string("0+"),
  requester: string("0+"),
  renewers: array("0+").of("string"),
  issueTimestamp: int64("0+"),
  maxTimestamp: int64("0+"),
  expirationTimestamp: int64("0+"),
  tokenId: string("0+"),
});
export type DelegationTokenRecord = Value<typeof DelegationTokenRecord>;
