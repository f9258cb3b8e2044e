/**
 * Vote (key 52): asks for a vote, or a pre-vote, in a raft election.
 *
 * - 0: the first
 * - 1: request adds voterId, replicaDirectoryId and voterDirectoryId; response adds nodeEndpoints (tagged)
 * - 2: request adds preVote
 */
import { array, bool, int16, int32, int64, message, string, uint16, uuid, type Value } from "../schema.js";

export const VoteRequest = message("VoteRequest", "0-2", "0+", {
  clusterId: string("0+", { nullable: "0+", default: null }),
  voterId: int32("1+", { default: -1, ignorable: true }),
  topics: array("0+").of({
    topicName: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      replicaEpoch: int32("0+"),
      replicaId: int32("0+"),
      replicaDirectoryId: uuid("1+", { ignorable: true }),
      voterDirectoryId: uuid("1+", { ignorable: true }),
      lastOffsetEpoch: int32("0+"),
      lastOffset: int64("0+"),
      preVote: bool("2+"),
    }),
  }),
});
export type VoteRequest = Value<typeof VoteRequest>;

export const VoteResponse = message("VoteResponse", "0-2", "0+", {
  errorCode: int16("0+"),
  topics: array("0+").of({
    topicName: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
      leaderId: int32("0+"),
      leaderEpoch: int32("0+"),
      voteGranted: bool("0+"),
    }),
  }),
  nodeEndpoints: array("1+", { tag: 0 }).of({
    nodeId: int32("1+"),
    host: string("1+"),
    port: uint16("1+"),
  }),
});
export type VoteResponse = Value<typeof VoteResponse>;
