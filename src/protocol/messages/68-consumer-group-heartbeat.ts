/**
 * ConsumerGroupHeartbeat (key 68): membership and assignment in a group of the consumer protocol (KIP-848).
 *
 * - 0: the first
 * - 1: request adds subscribedTopicRegex
 */
import { array, int16, int32, message, string, struct, uuid, type Value } from "../schema.js";

export const ConsumerGroupHeartbeatRequest = message("ConsumerGroupHeartbeatRequest", "0-1", "0+", {
  groupId: string("0+"),
  memberId: string("0+"),
  memberEpoch: int32("0+"),
  instanceId: string("0+", { nullable: "0+", default: null }),
  rackId: string("0+", { nullable: "0+", default: null }),
  rebalanceTimeoutMs: int32("0+", { default: -1 }),
  subscribedTopicNames: array("0+", { nullable: "0+", default: null }).of("string"),
  subscribedTopicRegex: string("1+", { nullable: "1+", default: null }),
  serverAssignor: string("0+", { nullable: "0+", default: null }),
  topicPartitions: array("0+", { nullable: "0+", default: null }).of({
    topicId: uuid("0+"),
    partitions: array("0+").of("int32"),
  }),
});
export type ConsumerGroupHeartbeatRequest = Value<typeof ConsumerGroupHeartbeatRequest>;

const topicPartitions = {
  topicId: uuid("0+"),
  partitions: array("0+").of("int32"),
};

export const ConsumerGroupHeartbeatResponse = message("ConsumerGroupHeartbeatResponse", "0-1", "0+", {
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
export type ConsumerGroupHeartbeatResponse = Value<typeof ConsumerGroupHeartbeatResponse>;
