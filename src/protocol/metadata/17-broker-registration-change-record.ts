/**
 * Metadata record 17: fenced, in controlled shutdown, directories: what changed about a registration.
 *
 * - 0: the first
 * - 1: adds inControlledShutdown (tagged)
 * - 2: adds logDirs (tagged)
 * - 3: adds cordonedLogDirs (tagged)
 */
import { array, int8, int32, int64, message, type Value } from "../schema.js";

export const BrokerRegistrationChangeRecord = message("BrokerRegistrationChangeRecord", "0-3", "0+", {
  brokerId: int32("0+"),
  brokerEpoch: int64("0+"),
  fenced: int8("0+", { tag: 0 }),
  inControlledShutdown: int8("1+", { tag: 1 }),
  logDirs: array("2+", { tag: 2 }).of("uuid"),
  cordonedLogDirs: array("3+", { nullable: "3+", default: null, tag: 3 }).of("uuid"),
});
export type BrokerRegistrationChangeRecord = Value<typeof BrokerRegistrationChangeRecord>;
