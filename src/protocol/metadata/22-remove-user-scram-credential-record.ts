/** Metadata record 22: a SCRAM credential was deleted. */
import { int8, message, string, type Value } from "../schema.js";

export const RemoveUserScramCredentialRecord = message("RemoveUserScramCredentialRecord", "0", "0+", {
  name: string("0+"),
  mechanism: int8("0+"),
});
export type RemoveUserScramCredentialRecord = Value<typeof RemoveUserScramCredentialRecord>;
