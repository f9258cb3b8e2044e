import { ZERO_UUID } from "../../base/uuid.js";
import type { TopicImage } from "../../metadata/image.js";
import { invalidTopicName, isInternalTopic } from "../../metadata/topic-names.js";
import { Apis, type ResponseOf } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { NO_OPERATIONS, TOPIC_OPERATIONS } from "../authorized-operations.js";
import { brokerNode, leaderToName, offlineReplicas } from "../cluster-view.js";
import { handler } from "../handler.js";
import type { ServerScope } from "../scope.js";

type Response = ResponseOf<typeof Apis.DescribeTopicPartitions>;
type Topic = Response["topics"][number];
type Partition = Topic["partitions"][number];

const NO_LEADER_ID = -1;

/**
 * Topics by name from the cursor on, as many partitions as the client and the broker allow; where some are left, the response has the
 * cursor to go on with (KIP-966).
 */
export const describeTopicPartitions = handler({
  api: Apis.DescribeTopicPartitions,
  handle(request, scope) {
    const { topics, cursor, responsePartitionLimit } = request.body;
    const asksAll = topics.length === 0;
    const from = cursor?.topicName ?? "";
    const names = (asksAll ? [...scope.image.topics.byName.keys()] : [...new Set(topics.map(({ name }) => name))])
      .filter((name) => name >= from)
      .sort();
    // A cursor's topic that is deleted by now is no error where all are asked for: others follow it.
    if (cursor !== null && (cursor.partitionIndex < 0 || (!asksAll && !names.includes(from)))) {
      request.respond({
        topics: topics.map(({ name }) => unknownTopic(name, ErrorCode.INVALID_REQUEST, NO_OPERATIONS)),
      });
      return;
    }
    const limit = Math.max(
      1,
      Math.min(scope.config.number("max.request.partition.size.limit"), responsePartitionLimit),
    );
    const listener = request.connection.listener.name;
    request.respond(page(names, from, cursor?.partitionIndex ?? 0, limit, asksAll, listener, scope));
  },
});

function page(
  names: readonly string[],
  from: string,
  fromPartition: number,
  limit: number,
  asksAll: boolean,
  listener: string,
  scope: ServerScope,
): Pick<Response, "topics" | "nextCursor"> {
  const topics: Topic[] = [];
  let left = limit;
  for (const name of names) {
    if (left === 0) return { topics, nextCursor: { topicName: name, partitionIndex: 0 } };
    const topic = scope.image.topics.byName.get(name);
    if (topic === undefined) {
      const error =
        invalidTopicName(name) === null ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION;
      if (!asksAll) topics.push(unknownTopic(name, error, TOPIC_OPERATIONS));
      continue;
    }
    const start = name === from ? fromPartition : 0;
    const end = Math.min(topic.partitions.length, start + left);
    const partitions: Partition[] = [];
    for (let i = start; i < end; i++) partitions.push(partitionOf(topic, i, listener, scope));
    topics.push({
      errorCode: ErrorCode.NONE,
      name,
      topicId: topic.id,
      isInternal: isInternalTopic(name),
      partitions,
      topicAuthorizedOperations: TOPIC_OPERATIONS,
    });
    if (end < topic.partitions.length) return { topics, nextCursor: { topicName: name, partitionIndex: end } };
    left -= partitions.length;
  }
  return { topics, nextCursor: null };
}

function partitionOf(topic: TopicImage, index: number, listener: string, scope: ServerScope): Partition {
  const partition = topic.partitions[index];
  const leader = leaderToName(scope, topic, partition);
  return {
    errorCode: ErrorCode.NONE,
    partitionIndex: index,
    leaderId: brokerNode(scope.image, leader, listener) === null ? NO_LEADER_ID : leader,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes: partition.replicas as number[],
    isrNodes: partition.isr as number[],
    eligibleLeaderReplicas: partition.elr as number[],
    lastKnownElr: partition.lastKnownElr as number[],
    offlineReplicas: offlineReplicas(scope.image, partition, listener) as number[],
  };
}

function unknownTopic(name: string, errorCode: number, topicAuthorizedOperations: number): Topic {
  const isInternal = errorCode !== ErrorCode.INVALID_REQUEST && isInternalTopic(name);
  return { errorCode, name, topicId: ZERO_UUID, isInternal, partitions: [], topicAuthorizedOperations };
}
