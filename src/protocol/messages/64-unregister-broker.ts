/** UnregisterBroker (key 64): removes a broker's registration. */
import { int16, int32, message, string, type Value } from "../schema.js";

export const UnregisterBrokerRequest = message("UnregisterBrokerRequest", "0", "0+", {
  brokerId: int32("0+"),
});
export type UnregisterBrokerRequest = Value<typeof UnregisterBrokerRequest>;

export const UnregisterBrokerResponse = message("UnregisterBrokerResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+" }),
});
export type UnregisterBrokerResponse = Value<typeof UnregisterBrokerResponse>;
