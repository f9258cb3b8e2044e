/** Record type 14: what a member of a share group has. */
import { array, int8, int32, message, string, uuid, type Value } from "../schema.js";

export const ShareGroupCurrentMemberAssignmentKey = message("ShareGroupCurrentMemberAssignmentKey", "0", "none", {
  groupId: string("0"),
  memberId: string("0"),
});
export type ShareGroupCurrentMemberAssignmentKey = Value<typeof ShareGroupCurrentMemberAssignmentKey>;

const topicPartitions = {
  topicId: uuid("0+"),
  partitions: array("0+").of("int32"),
};

export const ShareGroupCurrentMemberAssignmentValue = message("ShareGroupCurrentMemberAssignmentValue", "0", "0+", {
  memberEpoch: int32("0+"),
  previousMemberEpoch: int32("0+"),
  state: int8("0+"),
  assignedPartitions: array("0+").of(topicPartitions),
});
export type ShareGroupCurrentMemberAssignmentValue = Value<typeof ShareGroupCurrentMemberAssignmentValue>;
