/** Record type 21: the tasks that a member of a streams group should have. */
import { array, message, string, type Value } from "../schema.js";

export const StreamsGroupTargetAssignmentMemberKey = message("StreamsGroupTargetAssignmentMemberKey", "0", "none", {
  groupId: string("0"),
  memberId: string("0"),
});
export type StreamsGroupTargetAssignmentMemberKey = Value<typeof StreamsGroupTargetAssignmentMemberKey>;

const taskIds = {
  subtopologyId: string("0+"),
  partitions: array("0+").of("int32"),
};

export const StreamsGroupTargetAssignmentMemberValue = message("StreamsGroupTargetAssignmentMemberValue", "0", "0+", {
  activeTasks: array("0+").of(taskIds),
  standbyTasks: array("0+").of(taskIds),
  warmupTasks: array("0+").of(taskIds),
});
export type StreamsGroupTargetAssignmentMemberValue = Value<typeof StreamsGroupTargetAssignmentMemberValue>;
