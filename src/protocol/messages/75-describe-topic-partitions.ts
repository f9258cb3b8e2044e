/** DescribeTopicPartitions (key 75): topics in pages, with their eligible leader replicas (KIP-966). */
import { array, bool, int16, int32, message, string, struct, uuid, type Value } from "../schema.js";

export const DescribeTopicPartitionsRequest = message("DescribeTopicPartitionsRequest", "0", "0+", {
  topics: array("0+").of({
    name: string("0+"),
  }),
  responsePartitionLimit: int32("0+", { default: 2000 }),
  cursor: struct("0+", { nullable: "0+", default: null }).of({
    topicName: string("0+"),
    partitionIndex: int32("0+"),
  }),
});
export type DescribeTopicPartitionsRequest = Value<typeof DescribeTopicPartitionsRequest>;

export const DescribeTopicPartitionsResponse = message("DescribeTopicPartitionsResponse", "0", "0+", {
  throttleTimeMs: int32("0+", { ignorable: true }),
  topics: array("0+").of({
    errorCode: int16("0+"),
    name: string("0+", { nullable: "0+" }),
    topicId: uuid("0+", { ignorable: true }),
    isInternal: bool("0+", { ignorable: true }),
    partitions: array("0+").of({
      errorCode: int16("0+"),
      partitionIndex: int32("0+"),
      leaderId: int32("0+"),
      leaderEpoch: int32("0+", { default: -1, ignorable: true }),
      replicaNodes: array("0+").of("int32"),
      isrNodes: array("0+").of("int32"),
      eligibleLeaderReplicas: array("0+", { nullable: "0+", default: null }).of("int32"),
      lastKnownElr: array("0+", { nullable: "0+", default: null }).of("int32"),
      offlineReplicas: array("0+", { ignorable: true }).of("int32"),
    }),
    topicAuthorizedOperations: int32("0+", { default: -2147483648 }),
  }),
  nextCursor: struct("0+", { nullable: "0+", default: null }).of({
    topicName: string("0+"),
    partitionIndex: int32("0+"),
  }),
});
export type DescribeTopicPartitionsResponse = Value<typeof DescribeTopicPartitionsResponse>;
