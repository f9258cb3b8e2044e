/** AllocateProducerIds (key 67): a broker takes a block of producer ids. */
import { int16, int32, int64, message, type Value } from "../schema.js";

export const AllocateProducerIdsRequest = message("AllocateProducerIdsRequest", "0", "0+", {
  brokerId: int32("0+"),
  brokerEpoch: int64("0+", { default: -1 }),
});
export type AllocateProducerIdsRequest = Value<typeof AllocateProducerIdsRequest>;

export const AllocateProducerIdsResponse = message("AllocateProducerIdsResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  producerIdStart: int64("0+"),
  producerIdLen: int32("0+"),
});
export type AllocateProducerIdsResponse = Value<typeof AllocateProducerIdsResponse>;
