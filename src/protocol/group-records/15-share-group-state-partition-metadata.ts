/** Record type 15: which share partitions are initialised, and which are being deleted. */
import { array, message, string, uuid, type Value } from "../schema.js";

export const ShareGroupStatePartitionMetadataKey = message("ShareGroupStatePartitionMetadataKey", "0", "none", {
  groupId: string("0"),
});
export type ShareGroupStatePartitionMetadataKey = Value<typeof ShareGroupStatePartitionMetadataKey>;

const topicPartitionsInfo = {
  topicId: uuid("0+"),
  topicName: string("0+"),
  partitions: array("0+").of("int32"),
};

const topicInfo = {
  topicId: uuid("0+"),
  topicName: string("0+"),
};

export const ShareGroupStatePartitionMetadataValue = message("ShareGroupStatePartitionMetadataValue", "0", "0+", {
  initializingTopics: array("0+").of(topicPartitionsInfo),
  initializedTopics: array("0+").of(topicPartitionsInfo),
  deletingTopics: array("0+").of(topicInfo),
});
export type ShareGroupStatePartitionMetadataValue = Value<typeof ShareGroupStatePartitionMetadataValue>;
