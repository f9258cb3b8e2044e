/** Record type 12: the epoch of a share group's target assignment. */
import { int32, int64, message, string, type Value } from "../schema.js";

export const ShareGroupTargetAssignmentMetadataKey = message("ShareGroupTargetAssignmentMetadataKey", "0", "none", {
  groupId: string("0"),
});
export type ShareGroupTargetAssignmentMetadataKey = Value<typeof ShareGroupTargetAssignmentMetadataKey>;

export const ShareGroupTargetAssignmentMetadataValue = message("ShareGroupTargetAssignmentMetadataValue", "0", "0+", {
  assignmentEpoch: int32("0+"),
  assignmentTimestamp: int64("0+", { tag: 0, ignorable: true }),
});
export type ShareGroupTargetAssignmentMetadataValue = Value<typeof ShareGroupTargetAssignmentMetadataValue>;
