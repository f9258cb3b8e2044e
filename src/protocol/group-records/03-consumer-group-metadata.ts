/** Record type 3: the epoch of a consumer group. */
import { int32, int64, message, string, type Value } from "../schema.js";

export const ConsumerGroupMetadataKey = message("ConsumerGroupMetadataKey", "0", "none", {
  groupId: string("0"),
});
export type ConsumerGroupMetadataKey = Value<typeof ConsumerGroupMetadataKey>;

export const ConsumerGroupMetadataValue = message("ConsumerGroupMetadataValue", "0", "0+", {
  epoch: int32("0+"),
  metadataHash: int64("0+", { tag: 0 }),
});
export type ConsumerGroupMetadataValue = Value<typeof ConsumerGroupMetadataValue>;
