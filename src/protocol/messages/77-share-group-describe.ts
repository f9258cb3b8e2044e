/** ShareGroupDescribe (key 77): state and members of share groups. */
import { array, bool, int16, int32, message, string, struct, uuid, type Value } from "../schema.js";

export const ShareGroupDescribeRequest = message("ShareGroupDescribeRequest", "1", "0+", {
  groupIds: array("0+").of("string"),
  includeAuthorizedOperations: bool("0+"),
});
export type ShareGroupDescribeRequest = Value<typeof ShareGroupDescribeRequest>;

const topicPartitions = {
  topicId: uuid("0+"),
  topicName: string("0+"),
  partitions: array("0+").of("int32"),
};

const assignment = {
  topicPartitions: array("0+").of(topicPartitions),
};

export const ShareGroupDescribeResponse = message("ShareGroupDescribeResponse", "1", "0+", {
  throttleTimeMs: int32("0+"),
  groups: array("0+").of({
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+", default: null }),
    groupId: string("0+"),
    groupState: string("0+"),
    groupEpoch: int32("0+"),
    assignmentEpoch: int32("0+"),
    assignorName: string("0+"),
    members: array("0+").of({
      memberId: string("0+"),
      rackId: string("0+", { nullable: "0+", default: null }),
      memberEpoch: int32("0+"),
      clientId: string("0+"),
      clientHost: string("0+"),
      subscribedTopicNames: array("0+").of("string"),
      assignment: struct("0+").of(assignment),
    }),
    authorizedOperations: int32("0+", { default: -2147483648 }),
  }),
});
export type ShareGroupDescribeResponse = Value<typeof ShareGroupDescribeResponse>;
