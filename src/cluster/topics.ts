import { Apis } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import { type Admin, expectNone } from "./admin.js";
import { Failure } from "./failure.js";
import type { TopicSpec } from "./topic-spec.js";

export interface TopicReport {
  readonly name: string;
  readonly topicId: string;
  readonly isInternal: boolean;
  readonly partitions: readonly PartitionReport[];
}

export interface PartitionReport {
  readonly partition: number;
  /** null: none. */
  readonly leader: number | null;
  readonly leaderEpoch: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly offlineReplicas: readonly number[];
}

/** Names null: all topics. A name that does not exist is a `Failure`. */
export async function describeTopics(admin: Admin, names: readonly string[] | null): Promise<TopicReport[]> {
  const { topics } = await admin.metadata(names);
  return topics
    .map((topic) => {
      if (topic.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION) {
        throw new Failure(`There is no topic ${topic.name}.`, "`holdfast topic list` shows those that exist.");
      }
      expectNone(topic.errorCode, null, `Topic ${topic.name}`);
      return {
        name: topic.name ?? "",
        topicId: topic.topicId,
        isInternal: topic.isInternal,
        partitions: topic.partitions
          .map((each) => ({
            partition: each.partitionIndex,
            leader: each.leaderId < 0 ? null : each.leaderId,
            leaderEpoch: each.leaderEpoch,
            replicas: each.replicaNodes,
            isr: each.isrNodes,
            offlineReplicas: each.offlineReplicas,
          }))
          .sort((a, b) => a.partition - b.partition),
      };
    })
    .sort((a, b) => (a.name < b.name ? -1 : 1));
}

export interface CreatedTopic {
  readonly name: string;
  readonly topicId: string;
  readonly partitions: number;
  readonly replicationFactor: number;
  /** False: it was there before (only with `ifNotExists`). */
  readonly created: boolean;
}

export async function createTopic(
  admin: Admin,
  topic: TopicSpec,
  configs: Readonly<Record<string, string>>,
  ifNotExists: boolean,
): Promise<CreatedTopic> {
  const link = await admin.any();
  const { topics } = await link.call(Apis.CreateTopics, {
    topics: [
      {
        name: topic.name,
        numPartitions: topic.partitions ?? -1,
        replicationFactor: topic.replicationFactor ?? -1,
        configs: Object.entries(configs).map(([name, value]) => ({ name, value })),
      },
    ],
    timeoutMs: 30_000,
  });
  const [result] = topics;
  if (result.errorCode === ErrorCode.TOPIC_ALREADY_EXISTS && ifNotExists) {
    const [found] = await describeTopics(admin, [topic.name]);
    const replicationFactor = found.partitions[0]?.replicas.length ?? 0;
    return {
      name: found.name,
      topicId: found.topicId,
      partitions: found.partitions.length,
      replicationFactor,
      created: false,
    };
  }
  expectNone(result.errorCode, result.errorMessage, `The topic ${topic.name} was not created`);
  return {
    name: result.name,
    topicId: result.topicId,
    partitions: result.numPartitions,
    replicationFactor: result.replicationFactor,
    created: true,
  };
}

export async function deleteTopics(admin: Admin, names: readonly string[]): Promise<void> {
  const link = await admin.any();
  const byName = (link.versionOf(Apis.DeleteTopics) ?? 0) >= 6;
  const { responses } = await link.call(
    Apis.DeleteTopics,
    byName
      ? { topics: names.map((name) => ({ name })), timeoutMs: 30_000 }
      : { topicNames: [...names], timeoutMs: 30_000 },
  );
  for (const { name, errorCode, errorMessage } of responses)
    expectNone(errorCode, errorMessage, `The topic ${name} was not deleted`);
}

/** `count` is what the topic is to have in all. */
export async function addPartitions(admin: Admin, name: string, count: number): Promise<void> {
  const link = await admin.any();
  const request = { topics: [{ name, count, assignments: null }], timeoutMs: 30_000, validateOnly: false };
  const { results } = await link.call(Apis.CreatePartitions, request);
  expectNone(results[0].errorCode, results[0].errorMessage, `The topic ${name} was not altered`);
}
