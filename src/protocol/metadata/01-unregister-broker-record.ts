/** Metadata record 1: a broker's registration is gone. */
import { int32, int64, message, type Value } from "../schema.js";

export const UnregisterBrokerRecord = message("UnregisterBrokerRecord", "0", "0+", {
  brokerId: int32("0+"),
  brokerEpoch: int64("0+"),
});
export type UnregisterBrokerRecord = Value<typeof UnregisterBrokerRecord>;
