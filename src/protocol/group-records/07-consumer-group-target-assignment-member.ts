/** Record type 7: what a consumer should have. */
import { array, message, string, uuid, type Value } from "../schema.js";

export const ConsumerGroupTargetAssignmentMemberKey = message("ConsumerGroupTargetAssignmentMemberKey", "0", "none", {
  groupId: string("0"),
  memberId: string("0"),
});
export type ConsumerGroupTargetAssignmentMemberKey = Value<typeof ConsumerGroupTargetAssignmentMemberKey>;

export const ConsumerGroupTargetAssignmentMemberValue = message("ConsumerGroupTargetAssignmentMemberValue", "0", "0+", {
  topicPartitions: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of("int32"),
  }),
});
export type ConsumerGroupTargetAssignmentMemberValue = Value<typeof ConsumerGroupTargetAssignmentMemberValue>;
