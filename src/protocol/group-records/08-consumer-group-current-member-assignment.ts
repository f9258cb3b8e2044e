/** Record type 8: what a consumer has, and where it stands on its way. */
import { array, int8, int32, message, string, uuid, type Value } from "../schema.js";

export const ConsumerGroupCurrentMemberAssignmentKey = message("ConsumerGroupCurrentMemberAssignmentKey", "0", "none", {
  groupId: string("0"),
  memberId: string("0"),
});
export type ConsumerGroupCurrentMemberAssignmentKey = Value<typeof ConsumerGroupCurrentMemberAssignmentKey>;

const topicPartitions = {
  topicId: uuid("0+"),
  partitions: array("0+").of("int32"),
  assignmentEpochs: array("0+", { nullable: "0+", tag: 0 }).of("int32"),
};

export const ConsumerGroupCurrentMemberAssignmentValue = message(
  "ConsumerGroupCurrentMemberAssignmentValue",
  "0",
  "0+",
  {
    memberEpoch: int32("0+"),
    previousMemberEpoch: int32("0+"),
    state: int8("0+"),
    assignedPartitions: array("0+").of(topicPartitions),
    partitionsPendingRevocation: array("0+").of(topicPartitions),
  },
);
export type ConsumerGroupCurrentMemberAssignmentValue = Value<typeof ConsumerGroupCurrentMemberAssignmentValue>;
