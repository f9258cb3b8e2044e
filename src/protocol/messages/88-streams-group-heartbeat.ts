/** StreamsGroupHeartbeat (key 88): membership, topology and tasks of a streams group (KIP-1071). */
import { array, bool, int8, int16, int32, int64, message, string, struct, uint16, type Value } from "../schema.js";

const keyValue = {
  key: string("0+"),
  value: string("0+"),
};

const topicInfo = {
  name: string("0+"),
  partitions: int32("0+"),
  replicationFactor: int16("0+"),
  topicConfigs: array("0+").of(keyValue),
};

const taskIds = {
  subtopologyId: string("0+"),
  partitions: array("0+").of("int32"),
};

const endpoint = {
  host: string("0+"),
  port: uint16("0+"),
};

const taskOffset = {
  subtopologyId: string("0+"),
  partition: int32("0+"),
  offset: int64("0+"),
};

export const StreamsGroupHeartbeatRequest = message("StreamsGroupHeartbeatRequest", "0", "0+", {
  groupId: string("0+"),
  memberId: string("0+"),
  memberEpoch: int32("0+"),
  endpointInformationEpoch: int32("0+"),
  instanceId: string("0+", { nullable: "0+", default: null }),
  rackId: string("0+", { nullable: "0+", default: null }),
  rebalanceTimeoutMs: int32("0+", { default: -1 }),
  topology: struct("0+", { nullable: "0+", default: null }).of({
    epoch: int32("0+"),
    subtopologies: array("0+").of({
      subtopologyId: string("0+"),
      sourceTopics: array("0+").of("string"),
      sourceTopicRegex: array("0+").of("string"),
      stateChangelogTopics: array("0+").of(topicInfo),
      repartitionSinkTopics: array("0+").of("string"),
      repartitionSourceTopics: array("0+").of(topicInfo),
      copartitionGroups: array("0+").of({
        sourceTopics: array("0+").of("int16"),
        sourceTopicRegex: array("0+").of("int16"),
        repartitionSourceTopics: array("0+").of("int16"),
      }),
    }),
  }),
  activeTasks: array("0+", { nullable: "0+", default: null }).of(taskIds),
  standbyTasks: array("0+", { nullable: "0+", default: null }).of(taskIds),
  warmupTasks: array("0+", { nullable: "0+", default: null }).of(taskIds),
  processId: string("0+", { nullable: "0+", default: null }),
  userEndpoint: struct("0+", { nullable: "0+", default: null }).of(endpoint),
  clientTags: array("0+", { nullable: "0+", default: null }).of(keyValue),
  taskOffsets: array("0+", { nullable: "0+", default: null }).of(taskOffset),
  taskEndOffsets: array("0+", { nullable: "0+", default: null }).of(taskOffset),
  shutdownApplication: bool("0+"),
});
export type StreamsGroupHeartbeatRequest = Value<typeof StreamsGroupHeartbeatRequest>;

const status = {
  statusCode: int8("0+"),
  statusDetail: string("0+"),
};

const topicPartition = {
  topic: string("0+"),
  partitions: array("0+").of("int32"),
};

export const StreamsGroupHeartbeatResponse = message("StreamsGroupHeartbeatResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+", default: null }),
  memberId: string("0+"),
  memberEpoch: int32("0+"),
  heartbeatIntervalMs: int32("0+"),
  acceptableRecoveryLag: int32("0+"),
  taskOffsetIntervalMs: int32("0+"),
  status: array("0+", { nullable: "0+" }).of(status),
  activeTasks: array("0+", { nullable: "0+", default: null }).of(taskIds),
  standbyTasks: array("0+", { nullable: "0+", default: null }).of(taskIds),
  warmupTasks: array("0+", { nullable: "0+", default: null }).of(taskIds),
  endpointInformationEpoch: int32("0+"),
  partitionsByUserEndpoint: array("0+", { nullable: "0+", default: null }).of({
    userEndpoint: struct("0+").of(endpoint),
    activePartitions: array("0+").of(topicPartition),
    standbyPartitions: array("0+").of(topicPartition),
  }),
});
export type StreamsGroupHeartbeatResponse = Value<typeof StreamsGroupHeartbeatResponse>;
