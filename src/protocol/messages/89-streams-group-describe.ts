/** StreamsGroupDescribe (key 89): state, topology and members of streams groups. */
import { array, bool, int16, int32, int64, message, string, struct, uint16, type Value } from "../schema.js";

export const StreamsGroupDescribeRequest = message("StreamsGroupDescribeRequest", "0", "0+", {
  groupIds: array("0+").of("string"),
  includeAuthorizedOperations: bool("0+"),
});
export type StreamsGroupDescribeRequest = Value<typeof StreamsGroupDescribeRequest>;

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

const endpoint = {
  host: string("0+"),
  port: uint16("0+"),
};

const taskOffset = {
  subtopologyId: string("0+"),
  partition: int32("0+"),
  offset: int64("0+"),
};

const taskIds = {
  subtopologyId: string("0+"),
  partitions: array("0+").of("int32"),
};

const assignment = {
  activeTasks: array("0+").of(taskIds),
  standbyTasks: array("0+").of(taskIds),
  warmupTasks: array("0+").of(taskIds),
};

export const StreamsGroupDescribeResponse = message("StreamsGroupDescribeResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  groups: array("0+").of({
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+", default: null }),
    groupId: string("0+"),
    groupState: string("0+"),
    groupEpoch: int32("0+"),
    assignmentEpoch: int32("0+"),
    topology: struct("0+", { nullable: "0+", default: null }).of({
      epoch: int32("0+"),
      subtopologies: array("0+", { nullable: "0+", default: null }).of({
        subtopologyId: string("0+"),
        sourceTopics: array("0+").of("string"),
        repartitionSinkTopics: array("0+").of("string"),
        stateChangelogTopics: array("0+").of(topicInfo),
        repartitionSourceTopics: array("0+").of(topicInfo),
      }),
    }),
    members: array("0+").of({
      memberId: string("0+"),
      memberEpoch: int32("0+"),
      instanceId: string("0+", { nullable: "0+", default: null }),
      rackId: string("0+", { nullable: "0+", default: null }),
      clientId: string("0+"),
      clientHost: string("0+"),
      topologyEpoch: int32("0+"),
      processId: string("0+"),
      userEndpoint: struct("0+", { nullable: "0+", default: null }).of(endpoint),
      clientTags: array("0+").of(keyValue),
      taskOffsets: array("0+").of(taskOffset),
      taskEndOffsets: array("0+").of(taskOffset),
      assignment: struct("0+").of(assignment),
      targetAssignment: struct("0+").of(assignment),
      isClassic: bool("0+"),
    }),
    authorizedOperations: int32("0+", { default: -2147483648 }),
  }),
});
export type StreamsGroupDescribeResponse = Value<typeof StreamsGroupDescribeResponse>;
