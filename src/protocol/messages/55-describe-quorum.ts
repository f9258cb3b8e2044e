/**
 * DescribeQuorum (key 55): leader, voters and observers of the metadata quorum.
 *
 * - 0: the first
 * - 1: response adds lastFetchTimestamp and lastCaughtUpTimestamp
 * - 2: response adds errorMessage, replicaDirectoryId and nodes
 */
import { array, int16, int32, int64, message, string, uint16, uuid, type Value } from "../schema.js";

export const DescribeQuorumRequest = message("DescribeQuorumRequest", "0-2", "0+", {
  topics: array("0+").of({
    topicName: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
    }),
  }),
});
export type DescribeQuorumRequest = Value<typeof DescribeQuorumRequest>;

const replicaState = {
  replicaId: int32("0+"),
  replicaDirectoryId: uuid("2+"),
  logEndOffset: int64("0+"),
  lastFetchTimestamp: int64("1+", { default: -1, ignorable: true }),
  lastCaughtUpTimestamp: int64("1+", { default: -1, ignorable: true }),
};

export const DescribeQuorumResponse = message("DescribeQuorumResponse", "0-2", "0+", {
  errorCode: int16("0+"),
  errorMessage: string("2+", { nullable: "2+", ignorable: true }),
  topics: array("0+").of({
    topicName: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("2+", { nullable: "2+", ignorable: true }),
      leaderId: int32("0+"),
      leaderEpoch: int32("0+"),
      highWatermark: int64("0+"),
      currentVoters: array("0+").of(replicaState),
      observers: array("0+").of(replicaState),
    }),
  }),
  nodes: array("2+").of({
    nodeId: int32("2+"),
    listeners: array("2+").of({
      name: string("2+"),
      host: string("2+"),
      port: uint16("2+"),
    }),
  }),
});
export type DescribeQuorumResponse = Value<typeof DescribeQuorumResponse>;
