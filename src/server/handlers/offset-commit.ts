import type { EventFeed } from "../../base/events.js";
import { ZERO_UUID } from "../../base/uuid.js";
import type { CommitTopic, CommitTopicResult } from "../../groups/group-request.js";
import type { MetadataImage } from "../../metadata/image.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { OffsetCommitRequest } from "../../protocol/messages/08-offset-commit.js";
import { handler } from "../handler.js";

/** From this version on topics are named by their ids. */
const TOPIC_ID_VERSION = 10;

export const offsetCommit = handler({
  api: Apis.OffsetCommit,
  handle(request, scope) {
    const { body, version } = request;
    if (scope.groups === null) {
      request.respond({ topics: failed(body.topics, ErrorCode.NOT_COORDINATOR) });
      return;
    }
    const refused: CommitTopicResult[] = [];
    const topics = existing(body.topics, scope.image, version >= TOPIC_ID_VERSION, refused);
    if (topics.length === 0) {
      request.respond({ topics: refused });
      return;
    }
    scope.groups.commitOffsets(version, { ...body, topics }, (error, results) => {
      const settled = error === 0 ? results : failed(topics, error);
      if (scope.events.active) announce(scope.events, body, settled);
      request.respond({ topics: merged(settled, refused) });
    });
  },
});

function announce(events: EventFeed, body: OffsetCommitRequest, results: readonly CommitTopicResult[]): void {
  for (const { name: topic, partitions } of results) {
    const asked = body.topics.find((each) => each.name === topic);
    for (const { partitionIndex: partition, errorCode } of partitions) {
      const offset = asked?.partitions.find((each) => each.partitionIndex === partition)?.committedOffset;
      if (errorCode !== ErrorCode.NONE || offset === undefined) continue;
      events.emit({ kind: "offset-committed", topic, partition, offset, detail: { group: body.groupId } });
    }
  }
}

/** The topics and partitions that there are, with names and ids; the others go into `refused`. */
function existing(
  topics: OffsetCommitRequest["topics"],
  image: MetadataImage,
  byId: boolean,
  refused: CommitTopicResult[],
): CommitTopic[] {
  const found: CommitTopic[] = [];
  for (const asked of topics) {
    const topic = byId ? image.topics.byId.get(asked.topicId) : image.topics.byName.get(asked.name);
    if (topic === undefined) {
      const errorCode = byId ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      refused.push(failedTopic(asked.name, byId ? asked.topicId : ZERO_UUID, asked.partitions, errorCode));
      continue;
    }
    const has = (partition: { partitionIndex: number }) => topic.partitions[partition.partitionIndex] !== undefined;
    const partitions = asked.partitions.filter(has);
    if (partitions.length > 0) found.push({ name: topic.name, topicId: topic.id, partitions });
    if (partitions.length === asked.partitions.length) continue;
    const missing = asked.partitions.filter((partition) => !has(partition));
    refused.push(failedTopic(topic.name, topic.id, missing, ErrorCode.UNKNOWN_TOPIC_OR_PARTITION));
  }
  return found;
}

function failed(
  topics: readonly {
    readonly name: string;
    readonly topicId: string;
    readonly partitions: readonly { readonly partitionIndex: number }[];
  }[],
  errorCode: number,
): CommitTopicResult[] {
  return topics.map(({ name, topicId, partitions }) => failedTopic(name, topicId, partitions, errorCode));
}

function failedTopic(
  name: string,
  topicId: string,
  partitions: readonly { readonly partitionIndex: number }[],
  errorCode: number,
): CommitTopicResult {
  return { name, topicId, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) };
}

/** As Apache Kafka answers: what was refused comes first, and a topic of which some partitions were refused appears once. */
function merged(results: readonly CommitTopicResult[], refused: readonly CommitTopicResult[]): CommitTopicResult[] {
  if (refused.length === 0) return [...results];
  const all = refused.map((topic) => ({ ...topic, partitions: [...topic.partitions] }));
  for (const topic of results) {
    const same = all.find((other) => other.name === topic.name && other.topicId === topic.topicId);
    if (same === undefined) all.push({ ...topic, partitions: [...topic.partitions] });
    else same.partitions.push(...topic.partitions);
  }
  return all;
}
