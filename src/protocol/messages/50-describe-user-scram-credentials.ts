/** DescribeUserScramCredentials (key 50): which users have SCRAM credentials. */
import { array, int8, int16, int32, message, string, type Value } from "../schema.js";

export const DescribeUserScramCredentialsRequest = message("DescribeUserScramCredentialsRequest", "0", "0+", {
  users: array("0+", { nullable: "0+" }).of({
    name: string("0+"),
  }),
});
export type DescribeUserScramCredentialsRequest = Value<typeof DescribeUserScramCredentialsRequest>;

export const DescribeUserScramCredentialsResponse = message("DescribeUserScramCredentialsResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+" }),
  results: array("0+").of({
    user: string("0+"),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
    credentialInfos: array("0+").of({
      mechanism: int8("0+"),
      iterations: int32("0+"),
    }),
  }),
});
export type DescribeUserScramCredentialsResponse = Value<typeof DescribeUserScramCredentialsResponse>;
