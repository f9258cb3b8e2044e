/**
 * BrokerHeartbeat (key 63): keeps a registration alive, and asks to be fenced, unfenced or shut down.
 *
 * - 0: the first
 * - 1: request adds offlineLogDirs (tagged)
 * - 2: request adds cordonedLogDirs (tagged)
 */
import { array, bool, int16, int32, int64, message, type Value } from "../schema.js";

export const BrokerHeartbeatRequest = message("BrokerHeartbeatRequest", "0-2", "0+", {
  brokerId: int32("0+"),
  brokerEpoch: int64("0+", { default: -1 }),
  currentMetadataOffset: int64("0+"),
  wantFence: bool("0+"),
  wantShutDown: bool("0+"),
  offlineLogDirs: array("1+", { tag: 0 }).of("uuid"),
  cordonedLogDirs: array("2+", { nullable: "2+", default: null, tag: 1 }).of("uuid"),
});
export type BrokerHeartbeatRequest = Value<typeof BrokerHeartbeatRequest>;

export const BrokerHeartbeatResponse = message("BrokerHeartbeatResponse", "0-2", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  isCaughtUp: bool("0+"),
  isFenced: bool("0+", { default: true }),
  shouldShutDown: bool("0+"),
});
export type BrokerHeartbeatResponse = Value<typeof BrokerHeartbeatResponse>;
