/** AlterUserScramCredentials (key 51): adds, changes and deletes SCRAM credentials. */
import { array, bytes, int8, int16, int32, message, string, type Value } from "../schema.js";

export const AlterUserScramCredentialsRequest = message("AlterUserScramCredentialsRequest", "0", "0+", {
  deletions: array("0+").of({
    name: string("0+"),
    mechanism: int8("0+"),
  }),
  upsertions: array("0+").of({
    name: string("0+"),
    mechanism: int8("0+"),
    iterations: int32("0+"),
    salt: bytes("0+"),
    saltedPassword: bytes("0+"),
  }),
});
export type AlterUserScramCredentialsRequest = Value<typeof AlterUserScramCredentialsRequest>;

export const AlterUserScramCredentialsResponse = message("AlterUserScramCredentialsResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  results: array("0+").of({
    user: string("0+"),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
  }),
});
export type AlterUserScramCredentialsResponse = Value<typeof AlterUserScramCredentialsResponse>;
