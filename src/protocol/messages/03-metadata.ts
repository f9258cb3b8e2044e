/**
 * Metadata (key 3): brokers, topics, partitions and their leaders.
 *
 * - 0: the first
 * - 1: request topics may be null; response adds rack, controllerId and isInternal
 * - 2: response adds clusterId
 * - 3: response adds throttleTimeMs
 * - 4: request adds allowAutoTopicCreation; KIP-204
 * - 5: response adds offlineReplicas
 * - 6: throttled after the answer (KIP-219)
 * - 7: response adds leaderEpoch
 * - 8: request adds includeClusterAuthorizedOperations and includeTopicAuthorizedOperations; response adds
 *   topicAuthorizedOperations and clusterAuthorizedOperations
 * - 9: flexible
 * - 10: request adds topicId; name may be null; response adds topicId
 * - 11: request drops includeClusterAuthorizedOperations; response drops clusterAuthorizedOperations
 * - 12: response name may be null
 * - 13: response adds errorCode
 */
import { array, bool, int16, int32, message, string, uuid, type Value } from "../schema.js";

export const MetadataRequest = message("MetadataRequest", "0-13", "9+", {
  topics: array("0+", { nullable: "1+" }).of({
    topicId: uuid("10+", { ignorable: true }),
    name: string("0+", { nullable: "10+" }),
  }),
  allowAutoTopicCreation: bool("4+", { default: true }),
  includeClusterAuthorizedOperations: bool("8-10"),
  includeTopicAuthorizedOperations: bool("8+"),
});
export type MetadataRequest = Value<typeof MetadataRequest>;

export const MetadataResponse = message("MetadataResponse", "0-13", "9+", {
  throttleTimeMs: int32("3+", { ignorable: true }),
  brokers: array("0+").of({
    nodeId: int32("0+"),
    host: string("0+"),
    port: int32("0+"),
    rack: string("1+", { nullable: "1+", default: null, ignorable: true }),
  }),
  clusterId: string("2+", { nullable: "2+", default: null, ignorable: true }),
  controllerId: int32("1+", { default: -1, ignorable: true }),
  topics: array("0+").of({
    errorCode: int16("0+"),
    name: string("0+", { nullable: "12+" }),
    topicId: uuid("10+", { ignorable: true }),
    isInternal: bool("1+", { ignorable: true }),
    partitions: array("0+").of({
      errorCode: int16("0+"),
      partitionIndex: int32("0+"),
      leaderId: int32("0+"),
      leaderEpoch: int32("7+", { default: -1, ignorable: true }),
      replicaNodes: array("0+").of("int32"),
      isrNodes: array("0+").of("int32"),
      offlineReplicas: array("5+", { ignorable: true }).of("int32"),
    }),
    topicAuthorizedOperations: int32("8+", { default: -2147483648 }),
  }),
  clusterAuthorizedOperations: int32("8-10", { default: -2147483648 }),
  errorCode: int16("13+", { ignorable: true }),
});
export type MetadataResponse = Value<typeof MetadataResponse>;
