/** Record type 17: the epoch of a streams group. */
import { array, int32, int64, message, string, type Value } from "../schema.js";

export const StreamsGroupMetadataKey = message("StreamsGroupMetadataKey", "0", "none", {
  groupId: string("0"),
});
export type StreamsGroupMetadataKey = Value<typeof StreamsGroupMetadataKey>;

const lastAssignmentConfig = {
  key: string("0+"),
  value: string("0+"),
};

export const StreamsGroupMetadataValue = message("StreamsGroupMetadataValue", "0", "0+", {
  epoch: int32("0+"),
  metadataHash: int64("0+"),
  validatedTopologyEpoch: int32("0+", { default: -1, tag: 0 }),
  lastAssignmentConfigs: array("0+", { nullable: "0+", tag: 1 }).of(lastAssignmentConfig),
});
export type StreamsGroupMetadataValue = Value<typeof StreamsGroupMetadataValue>;
