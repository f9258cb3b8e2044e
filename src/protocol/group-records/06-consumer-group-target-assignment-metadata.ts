/** Record type 6: the epoch of a consumer group's target assignment. */
import { int32, int64, message, string, type Value } from "../schema.js";

export const ConsumerGroupTargetAssignmentMetadataKey = message(
  "ConsumerGroupTargetAssignmentMetadataKey",
  "0",
  "none",
  {
    groupId: string("0"),
  },
);
export type ConsumerGroupTargetAssignmentMetadataKey = Value<typeof ConsumerGroupTargetAssignmentMetadataKey>;

export const ConsumerGroupTargetAssignmentMetadataValue = message(
  "ConsumerGroupTargetAssignmentMetadataValue",
  "0",
  "0+",
  {
    assignmentEpoch: int32("0+"),
    assignmentTimestamp: int64("0+", { tag: 0, ignorable: true }),
  },
);
export type ConsumerGroupTargetAssignmentMetadataValue = Value<typeof ConsumerGroupTargetAssignmentMetadataValue>;
