/** PushTelemetry (key 72): client metrics. */
import { bool, bytes, int8, int16, int32, message, uuid, type Value } from "../schema.js";

export const PushTelemetryRequest = message("PushTelemetryRequest", "0", "0+", {
  clientInstanceId: uuid("0+"),
  subscriptionId: int32("0+"),
  terminating: bool("0+"),
  compressionType: int8("0+"),
  metrics: bytes("0+"),
});
export type PushTelemetryRequest = Value<typeof PushTelemetryRequest>;

export const PushTelemetryResponse = message("PushTelemetryResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
});
export type PushTelemetryResponse = Value<typeof PushTelemetryResponse>;
