/** Record type 4: partitions and racks of subscribed topics; deprecated, 4.x writes tombstones only. */
import { array, int32, message, string, uuid, type Value } from "../schema.js";

export const ConsumerGroupPartitionMetadataKey = message("ConsumerGroupPartitionMetadataKey", "0", "none", {
  groupId: string("0"),
});
export type ConsumerGroupPartitionMetadataKey = Value<typeof ConsumerGroupPartitionMetadataKey>;

export const ConsumerGroupPartitionMetadataValue = message("ConsumerGroupPartitionMetadataValue", "0", "0+", {
  topics: array("0+").of({
    topicId: uuid("0+"),
    topicName: string("0+"),
    numPartitions: int32("0+"),
    partitionMetadata: array("0+").of({
      partition: int32("0+"),
      racks: array("0+").of("string"),
    }),
  }),
});
export type ConsumerGroupPartitionMetadataValue = Value<typeof ConsumerGroupPartitionMetadataValue>;
