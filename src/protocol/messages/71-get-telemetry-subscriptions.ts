/** GetTelemetrySubscriptions (key 71): which client metrics the cluster wants (KIP-714). */
import { array, bool, int16, int32, message, uuid, type Value } from "../schema.js";

export const GetTelemetrySubscriptionsRequest = message("GetTelemetrySubscriptionsRequest", "0", "0+", {
  clientInstanceId: uuid("0+"),
});
export type GetTelemetrySubscriptionsRequest = Value<typeof GetTelemetrySubscriptionsRequest>;

export const GetTelemetrySubscriptionsResponse = message("GetTelemetrySubscriptionsResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  clientInstanceId: uuid("0+"),
  subscriptionId: int32("0+"),
  acceptedCompressionTypes: array("0+").of("int8"),
  pushIntervalMs: int32("0+"),
  telemetryMaxBytes: int32("0+"),
  deltaTemporality: bool("0+"),
  requestedMetrics: array("0+").of("string"),
});
export type GetTelemetrySubscriptionsResponse = Value<typeof GetTelemetrySubscriptionsResponse>;
