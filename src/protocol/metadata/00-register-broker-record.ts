/**
 * Metadata record 0: a broker registered.
 *
 * - 0: the first
 * - 1: adds inControlledShutdown
 * - 2: adds isMigratingZkBroker
 * - 3: adds logDirs (tagged)
 * - 4: adds cordonedLogDirs (tagged)
 */
import { array, bool, int16, int32, int64, message, string, uint16, uuid, type Value } from "../schema.js";

export const RegisterBrokerRecord = message("RegisterBrokerRecord", "0-4", "0+", {
  brokerId: int32("0+"),
  isMigratingZkBroker: bool("2+"),
  incarnationId: uuid("0+"),
  brokerEpoch: int64("0+"),
  endPoints: array("0+").of({
    name: string("0+"),
    host: string("0+"),
    port: uint16("0+"),
    securityProtocol: int16("0+"),
  }),
  features: array("0+").of({
    name: string("0+"),
    minSupportedVersion: int16("0+"),
    maxSupportedVersion: int16("0+"),
  }),
  rack: string("0+", { nullable: "0+" }),
  fenced: bool("0+", { default: true }),
  inControlledShutdown: bool("1+"),
  logDirs: array("3+", { tag: 0 }).of("uuid"),
  cordonedLogDirs: array("4+", { nullable: "4+", default: null, tag: 1 }).of("uuid"),
});
export type RegisterBrokerRecord = Value<typeof RegisterBrokerRecord>;
