/** ShareGroupHeartbeat (key 76): membership and assignment in a share group (KIP-932). */
import { array, int16, int32, message, string, struct, uuid, type Value } from "../schema.js";

export const ShareGroupHeartbeatRequest = message("ShareGroupHeartbeatRequest", "1", "0+", {
  groupId: string("0+"),
  memberId: string("0+"),
  memberEpoch: int32("0+"),
  rackId: string("0+", { nullable: "0+", default: null }),
  subscribedTopicNames: array("0+", { nullable: "0+", default: null }).of("string"),
});
export type ShareGroupHeartbeatRequest = Value<typeof ShareGroupHeartbeatRequest>;

const topicPartitions = {
  topicId: uuid("0+"),
  partitions: array("0+").of("int32"),
};

export const ShareGroupHeartbeatResponse = message("ShareGroupHeartbeatResponse", "1", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+", default: null }),
  memberId: string("0+", { nullable: "0+", default: null }),
  memberEpoch: int32("0+"),
  heartbeatIntervalMs: int32("0+"),
  assignment: struct("0+", { nullable: "0+", default: null }).of({
    topicPartitions: array("0+").of(topicPartitions),
  }),
});
export type ShareGroupHeartbeatResponse = Value<typeof ShareGroupHeartbeatResponse>;
