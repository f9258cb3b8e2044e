/** Record type 13: what a member of a share group should have. */
import { array, message, string, uuid, type Value } from "../schema.js";

export const ShareGroupTargetAssignmentMemberKey = message("ShareGroupTargetAssignmentMemberKey", "0", "none", {
  groupId: string("0"),
  memberId: string("0"),
});
export type ShareGroupTargetAssignmentMemberKey = Value<typeof ShareGroupTargetAssignmentMemberKey>;

export const ShareGroupTargetAssignmentMemberValue = message("ShareGroupTargetAssignmentMemberValue", "0", "0+", {
  topicPartitions: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of("int32"),
  }),
});
export type ShareGroupTargetAssignmentMemberValue = Value<typeof ShareGroupTargetAssignmentMemberValue>;
