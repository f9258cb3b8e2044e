/** Metadata record 26: a delegation token was removed. */
import { message, string, type Value } from "../schema.js";

export const RemoveDelegationTokenRecord = message("RemoveDelegationTokenRecord", "0", "0+", {
  tokenId: string("0+"),
});
export type RemoveDelegationTokenRecord = Value<typeof RemoveDelegationTokenRecord>;
