/**
 * BrokerRegistration (key 62): a broker registers with the controller.
 *
 * - 0: the first
 * - 1: request adds isMigratingZkBroker
 * - 2: request adds logDirs
 * - 3: request adds previousBrokerEpoch
 * - 4: features whose lowest level is 0 may be declared
 */
import { array, bool, int16, int32, int64, message, string, uint16, uuid, type Value } from "../schema.js";

export const BrokerRegistrationRequest = message("BrokerRegistrationRequest", "0-4", "0+", {
  brokerId: int32("0+"),
  clusterId: string("0+"),
  incarnationId: uuid("0+"),
  listeners: array("0+").of({
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
  isMigratingZkBroker: bool("1+"),
  logDirs: array("2+", { ignorable: true }).of("uuid"),
  previousBrokerEpoch: int64("3+", { default: -1, ignorable: true }),
});
export type BrokerRegistrationRequest = Value<typeof BrokerRegistrationRequest>;

export const BrokerRegistrationResponse = message("BrokerRegistrationResponse", "0-4", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  brokerEpoch: int64("0+", { default: -1 }),
});
export type BrokerRegistrationResponse = Value<typeof BrokerRegistrationResponse>;
