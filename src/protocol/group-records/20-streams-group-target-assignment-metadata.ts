/** Record type 20: the epoch of a streams group's target assignment. */
import { int32, int64, message, string, type Value } from "../schema.js";

export const StreamsGroupTargetAssignmentMetadataKey = message("StreamsGroupTargetAssignmentMetadataKey", "0", "none", {
  groupId: string("0"),
});
export type StreamsGroupTargetAssignmentMetadataKey = Value<typeof StreamsGroupTargetAssignmentMetadataKey>;

export const StreamsGroupTargetAssignmentMetadataValue = message(
  "StreamsGroupTargetAssignmentMetadataValue",
  "0",
  "0+",
  {
    assignmentEpoch: int32("0+"),
    assignmentTimestamp: int64("0+", { tag: 0, ignorable: true }),
  },
);
export type StreamsGroupTargetAssignmentMetadataValue = Value<typeof StreamsGroupTargetAssignmentMetadataValue>;
