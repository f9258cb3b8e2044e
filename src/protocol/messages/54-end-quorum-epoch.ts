/**
 * EndQuorumEpoch (key 54): a raft leader resigns and names who should follow.
 *
 * - 0: the first
 * - 1: flexible; request adds preferredCandidates and leaderEndpoints; drops preferredSuccessors; response adds
 *   nodeEndpoints (tagged)
 */
import { array, int16, int32, message, string, uint16, uuid, type Value } from "../schema.js";

export const EndQuorumEpochRequest = message("EndQuorumEpochRequest", "0-1", "1+", {
  clusterId: string("0+", { nullable: "0+", default: null }),
  topics: array("0+").of({
    topicName: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      leaderId: int32("0+"),
      leaderEpoch: int32("0+"),
      preferredSuccessors: array("0", { ignorable: true }).of("int32"),
      preferredCandidates: array("1+", { ignorable: true }).of({
        candidateId: int32("1+"),
        candidateDirectoryId: uuid("1+"),
      }),
    }),
  }),
  leaderEndpoints: array("1+", { ignorable: true }).of({
    name: string("1+"),
    host: string("1+"),
    port: uint16("1+"),
  }),
});
export type EndQuorumEpochRequest = Value<typeof EndQuorumEpochRequest>;

export const EndQuorumEpochResponse = message("EndQuorumEpochResponse", "0-1", "1+", {
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
export type EndQuorumEpochResponse = Value<typeof EndQuorumEpochResponse>;
