/**
 * BeginQuorumEpoch (key 53): a new raft leader announces itself.
 *
 * - 0: the first
 * - 1: flexible; request adds voterId, voterDirectoryId and leaderEndpoints; response adds nodeEndpoints (tagged)
 */
import { array, int16, int32, message, string, uint16, uuid, type Value } from "../schema.js";

export const BeginQuorumEpochRequest = message("BeginQuorumEpochRequest", "0-1", "1+", {
  clusterId: string("0+", { nullable: "0+", default: null }),
  voterId: int32("1+", { default: -1, ignorable: true }),
  topics: array("0+").of({
    topicName: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      voterDirectoryId: uuid("1+", { ignorable: true }),
      leaderId: int32("0+"),
      leaderEpoch: int32("0+"),
    }),
  }),
  leaderEndpoints: array("1+", { ignorable: true }).of({
    name: string("1+"),
    host: string("1+"),
    port: uint16("1+"),
  }),
});
export type BeginQuorumEpochRequest = Value<typeof BeginQuorumEpochRequest>;

export const BeginQuorumEpochResponse = message("BeginQuorumEpochResponse", "0-1", "1+", {
  errorCode: int16("0+"),
  topics: array("0+").of({
    topicName: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
      leaderId: int32("0+"),
      leaderEpoch: int32("0+"),
    }),
  }),
  nodeEndpoints: array("1+", { tag: 0 }).of({
    nodeId: int32("1+"),
    host: string("1+"),
    port: uint16("1+"),
  }),
});
export type BeginQuorumEpochResponse = Value<typeof BeginQuorumEpochResponse>;
