import type { Admin } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import { nameOf } from "../../cluster/partition-offsets.js";
import { describeTopics } from "../../cluster/topics.js";
import { Apis } from "../../protocol/apis.js";
import type {
  DescribeTopicPartitionsRequest,
  DescribeTopicPartitionsResponse,
} from "../../protocol/messages/75-describe-topic-partitions.js";
import type { TopicDetail } from "../shapes.js";
import { configsOf } from "./brokers.js";
import { offsetsOfAll } from "./partition-view.js";

const LIMIT_MS = 3_000;

/** A topic with what each partition holds; −1: nobody tells. */
export async function topicDetail(admin: Admin, name: string): Promise<TopicDetail> {
  const [[topic], configs] = await Promise.all([describeTopics(admin, [name]), configsOf(admin, 2, name)]);
  const places = topic.partitions.map((each) => ({ ...each, topic: name }));
  const brokers = [...new Set(topic.partitions.map(({ leader }) => leader))].filter((id) => id !== null);
  const [offsets, elrs, ...sizes] = await Promise.all([
    offsetsOfAll(admin, places),
    elrsOf(admin, name),
    ...brokers.map((id) => sizesOn(admin, id, name)),
  ]);
  const byBroker = new Map(brokers.map((id, index) => [id, sizes[index]]));
  const partitions = topic.partitions.map((each) => {
    const { start, end } = offsets.get(nameOf({ topic: name, partition: each.partition })) ?? { start: -1, end: -1 };
    const bytes = (each.leader === null ? undefined : byBroker.get(each.leader)?.get(each.partition)) ?? -1;
    return { ...each, start, end, bytes, elr: elrs.get(each.partition) ?? [] };
  });
  return { ...topic, partitions, configs };
}

/** Eligible leader replicas by partition; nothing where brokers do not serve the question. It is answered in pages. */
async function elrsOf(admin: Admin, topic: string): Promise<Map<number, readonly number[]>> {
  const found = new Map<number, readonly number[]>();
  const link = await admin.any();
  if (link.versionOf(Apis.DescribeTopicPartitions) === null) return found;
  let cursor: DescribeTopicPartitionsRequest["cursor"] = null;
  do {
    const answer: DescribeTopicPartitionsResponse = await link.call(
      Apis.DescribeTopicPartitions,
      { topics: [{ name: topic }], cursor },
      LIMIT_MS,
    );
    for (const each of answer.topics[0]?.partitions ?? [])
      found.set(each.partitionIndex, each.eligibleLeaderReplicas ?? []);
    cursor = answer.nextCursor;
  } while (cursor !== null);
  return found;
}

/** Bytes of the topic's logs in the directories of one broker, by partition. */
async function sizesOn(admin: Admin, broker: number, topic: string): Promise<Map<number, number>> {
  const found = new Map<number, number>();
  try {
    const link = await admin.broker(broker);
    const { results } = await link.call(Apis.DescribeLogDirs, { topics: null }, LIMIT_MS);
    for (const { topics } of results) {
      for (const { name, partitions } of topics) {
        if (name !== topic) continue;
        for (const { partitionIndex, partitionSize, isFutureKey } of partitions)
          if (!isFutureKey) found.set(partitionIndex, partitionSize);
      }
    }
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
  }
  return found;
}
