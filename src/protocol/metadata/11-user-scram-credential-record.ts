/** Metadata record 11: a SCRAM credential was set. */
import { bytes, int8, int32, message, string, type Value } from "../schema.js";

export const UserScramCredentialRecord = message("UserScramCredentialRecord", "0", "0+", {
  name: string("0+"),
  mechanism: int8("0+"),
  salt: bytes("0+"),
  storedKey: bytes("0+"),
  serverKey: bytes("0+"),
  iterations: int32("0+"),
});
export type UserScramCredentialRecord = Value<typeof UserScramCredentialRecord>;
