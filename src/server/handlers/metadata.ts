import { ZERO_UUID } from "../../base/uuid.js";
import type { PartitionImage, TopicImage } from "../../metadata/image.js";
import { invalidTopicName, isInternalTopic } from "../../metadata/topic-names.js";
import { Apis, type ResponseOf } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { CLUSTER_OPERATIONS, NO_OPERATIONS, TOPIC_OPERATIONS } from "../authorized-operations.js";
import { brokerNode, brokerNodes, isAvailable, leaderToName, offlineReplicas, someBrokerId } from "../cluster-view.js";
import { handler } from "../handler.js";
import type { Request } from "../request.js";
import type { ServerScope } from "../scope.js";

type MetadataApi = typeof Apis.Metadata;
type Topic = ResponseOf<MetadataApi>["topics"][number];
type Partition = Topic["partitions"][number];

const NO_LEADER_ID = -1;
/** First version in which a topic may be asked for by its id. */
const TOPIC_IDS_FROM = 12;
/** First version that tells of a leader without the client's listener as such. */
const LISTENER_NOT_FOUND_FROM = 6;

export const metadata = handler({
  api: Apis.Metadata,
  handle(request, scope) {
    const { body, version, connection } = request;
    if (version < TOPIC_IDS_FROM && body.topics?.some(({ name, topicId }) => name === null || topicId !== ZERO_UUID)) {
      request.respond(errorResponse(request, ErrorCode.INVALID_REQUEST));
      return;
    }
    const topics = topicsOf(request, scope);
    const asksClusterOperations = version >= 8 && version <= 10 && body.includeClusterAuthorizedOperations;
    request.respond({
      brokers: brokerNodes(scope.image, connection.listener.name).filter(({ isFenced }) => !isFenced),
      clusterId: scope.clusterId,
      controllerId: someBrokerId(scope),
      topics,
      clusterAuthorizedOperations: asksClusterOperations ? CLUSTER_OPERATIONS : NO_OPERATIONS,
    });
  },
});

function errorResponse(request: Request<MetadataApi>, errorCode: number): Partial<ResponseOf<MetadataApi>> {
  const topics = (request.body.topics ?? []).map(({ name, topicId }) => ({
    ...topicError(errorCode, name ?? "", topicId),
    isInternal: false,
  }));
  return { errorCode, topics };
}

function topicsOf(request: Request<MetadataApi>, scope: ServerScope): Topic[] {
  const { body, version } = request;
  const { topics: images } = scope.image;
  const view = new View(request, scope);
  const topics: Topic[] = [];
  if (body.topics === null || (version === 0 && body.topics.length === 0)) {
    for (const topic of images.byName.values()) topics.push(view.topic(topic));
    return topics;
  }
  const ids = new Set<string>();
  for (const { topicId } of body.topics) if (topicId !== ZERO_UUID) ids.add(topicId);
  for (const id of ids) {
    const topic = images.byId.get(id);
    topics.push(topic === undefined ? topicError(ErrorCode.UNKNOWN_TOPIC_ID, null, id) : view.topic(topic));
  }
  // Where topics are asked for by their ids, names do not count.
  if (ids.size > 0) return topics;
  const missing = new Set<string>();
  const seen = new Set<string>();
  for (const { name } of body.topics) {
    if (name === null || seen.has(name)) continue;
    seen.add(name);
    const topic = images.byName.get(name);
    if (topic === undefined) missing.add(name);
    else topics.push(view.topic(topic));
  }
  if (missing.size > 0) topics.push(...missingTopics([...missing], request, scope, view));
  return topics;
}

function missingTopics(
  names: readonly string[],
  request: Request<MetadataApi>,
  scope: ServerScope,
  view: View,
): Topic[] {
  const creates = request.body.allowAutoTopicCreation && scope.config.boolean("auto.create.topics.enable");
  const errors = creates
    ? scope.front.topicCreation.createFor(names, request as unknown as Request)
    : names.map((name) =>
        invalidTopicName(name) === null ? ErrorCode.UNKNOWN_TOPIC_OR_PARTITION : ErrorCode.INVALID_TOPIC_EXCEPTION,
      );
  return names.map((name, i) => ({
    ...topicError(errors[i], name, ZERO_UUID),
    topicAuthorizedOperations: view.topicOperations,
  }));
}

function topicError(errorCode: number, name: string | null, topicId: string): Topic {
  return {
    errorCode,
    name,
    topicId,
    isInternal: name !== null && isInternalTopic(name),
    partitions: [],
    topicAuthorizedOperations: NO_OPERATIONS,
  };
}

/** Topics as one request is told of them. */
class View {
  readonly topicOperations: number;
  private readonly scope: ServerScope;
  private readonly listener: string;
  private readonly version: number;

  constructor(request: Request<MetadataApi>, scope: ServerScope) {
    this.scope = scope;
    this.listener = request.connection.listener.name;
    this.version = request.version;
    const asks = request.version >= 8 && request.body.includeTopicAuthorizedOperations;
    this.topicOperations = asks ? TOPIC_OPERATIONS : NO_OPERATIONS;
  }

  topic(topic: TopicImage): Topic {
    return {
      errorCode: ErrorCode.NONE,
      name: topic.name,
      topicId: topic.id,
      isInternal: isInternalTopic(topic.name),
      partitions: topic.partitions.map((partition) => this.partition(topic, partition)),
      topicAuthorizedOperations: this.topicOperations,
    };
  }

  private partition(topic: TopicImage, partition: PartitionImage): Partition {
    const { image } = this.scope;
    const leader = leaderToName(this.scope, topic, partition);
    const hasLeader = brokerNode(image, leader, this.listener) !== null;
    const replicaNodes = this.visible(partition.replicas);
    const isrNodes = this.visible(partition.isr);
    const isComplete = replicaNodes.length === partition.replicas.length && isrNodes.length === partition.isr.length;
    return {
      errorCode: hasLeader ? (isComplete ? ErrorCode.NONE : ErrorCode.REPLICA_NOT_AVAILABLE) : this.leaderError(leader),
      partitionIndex: partition.index,
      leaderId: hasLeader ? leader : NO_LEADER_ID,
      leaderEpoch: partition.leaderEpoch,
      replicaNodes: replicaNodes as number[],
      isrNodes: isrNodes as number[],
      offlineReplicas: offlineReplicas(image, partition, this.listener) as number[],
    };
  }

  /** Version 0 has no word for offline replicas: they are left out. */
  private visible(ids: readonly number[]): readonly number[] {
    if (this.version > 0) return ids;
    return ids.filter((id) => isAvailable(this.scope.image, id, this.listener));
  }

  private leaderError(leader: number): number {
    if (this.version < LISTENER_NOT_FOUND_FROM || !this.scope.image.cluster.brokers.has(leader)) {
      return ErrorCode.LEADER_NOT_AVAILABLE;
    }
    return ErrorCode.LISTENER_NOT_FOUND;
  }
}
