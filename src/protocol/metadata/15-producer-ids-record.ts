/** Metadata record 15: a block of producer ids was handed out. */
import { int32, int64, message, type Value } from "../schema.js";

export const ProducerIdsRecord = message("ProducerIdsRecord", "0", "0+", {
  brokerId: int32("0+"),
  brokerEpoch: int64("0+", { default: -1 }),
  nextProducerId: int64("0+"),
});
export type ProducerIdsRecord = Value<typeof ProducerIdsRecord>;
