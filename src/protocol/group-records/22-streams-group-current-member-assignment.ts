/** Record type 22: the tasks that a member of a streams group has. */
import { array, int8, int32, message, string, type Value } from "../schema.js";

export const StreamsGroupCurrentMemberAssignmentKey = message("StreamsGroupCurrentMemberAssignmentKey", "0", "none", {
  groupId: string("0"),
  memberId: string("0"),
});
export type StreamsGroupCurrentMemberAssignmentKey = Value<typeof StreamsGroupCurrentMemberAssignmentKey>;

const taskIds = {
  subtopologyId: string("0+"),
  partitions: array("0+").of("int32"),
  assignmentEpochs: array("0+", { nullable: "0+", tag: 0 }).of("int32"),
};

export const StreamsGroupCurrentMemberAssignmentValue = message("StreamsGroupCurrentMemberAssignmentValue", "0", "0+", {
  memberEpoch: int32("0+"),
  previousMemberEpoch: int32("0+"),
  state: int8("0+"),
  activeTasks: array("0+").of(taskIds),
  standbyTasks: array("0+").of(taskIds),
  warmupTasks: array("0+").of(taskIds),
  activeTasksPendingRevocation: array("0+").of(taskIds),
  standbyTasksPendingRevocation: array("0+").of(taskIds),
  warmupTasksPendingRevocation: array("0+").of(taskIds),
});
export type StreamsGroupCurrentMemberAssignmentValue = Value<typeof StreamsGroupCurrentMemberAssignmentValue>;
