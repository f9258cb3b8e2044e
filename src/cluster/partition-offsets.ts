import { Apis } from "../protocol/apis.js";
import { ErrorCode, errorMessage, errorName, isRetriable } from "../protocol/errors.js";
import type { Admin } from "./admin.js";
import { Failure } from "./failure.js";
import { pause } from "./readiness.js";

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** What ListOffsets takes instead of a time in ms. */
export const EARLIEST = -2;
export const LATEST = -1;

const RETRY_LIMIT_MS = 30_000;
const RETRY_PAUSE_MS = 50;

/** `topic-partition`, as Kafka writes it. */
export function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/**
 * The first offset at or after a time (or EARLIEST, LATEST) of each partition, from its leader; −1: no record is as late. Waits for
 * leaders that change, for half a minute.
 */
export async function offsetsAt(
  admin: Admin,
  partitions: readonly TopicPartition[],
  timestamp: number,
): Promise<Map<string, number>> {
  const found = new Map<string, number>();
  const deadline = Date.now() + RETRY_LIMIT_MS;
  let problem = "";
  for (;;) {
    const left = partitions.filter((each) => !found.has(nameOf(each)));
    if (left.length === 0) return found;
    if (Date.now() > deadline) throw new Failure(`${nameOf(left[0])}: ${problem}`);
    if (problem !== "") await pause(RETRY_PAUSE_MS);
    problem = "no leader answers.";
    for (const [leader, wanted] of await byLeader(admin, left)) {
      try {
        const link = await admin.broker(leader);
        const { topics } = await link.call(Apis.ListOffsets, {
          replicaId: -1,
          topics: [...groupedByTopic(wanted)].map(([name, indexes]) => ({
            name,
            partitions: indexes.map((partitionIndex) => ({ partitionIndex, timestamp })),
          })),
        });
        for (const topic of topics) {
          for (const { partitionIndex, errorCode, offset } of topic.partitions) {
            const name = `${topic.name}-${partitionIndex}`;
            if (errorCode === ErrorCode.NONE) found.set(name, offset);
            else if (isRetriable(errorCode)) problem = errorMessage(errorCode);
            else throw new Error(`${name}: ${errorMessage(errorCode)} (${errorName(errorCode)})`);
          }
        }
      } catch (error) {
        if (!(error instanceof Failure)) throw new Failure((error as Error).message);
        problem = error.message;
      }
    }
  }
}

/** Those with a leader, by its id. A topic that does not exist is a `Failure`. */
async function byLeader(admin: Admin, partitions: readonly TopicPartition[]): Promise<Map<number, TopicPartition[]>> {
  const { topics } = await admin.metadata([...new Set(partitions.map(({ topic }) => topic))]);
  const groups = new Map<number, TopicPartition[]>();
  for (const each of partitions) {
    const topic = topics.find(({ name }) => name === each.topic);
    if (topic === undefined || topic.errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION)
      throw new Failure(`There is no topic ${each.topic}.`, "`holdfast topic list` shows those that exist.");
    const found = topic.partitions.find(({ partitionIndex }) => partitionIndex === each.partition);
    if (found === undefined && topic.errorCode === ErrorCode.NONE)
      throw new Failure(`Topic ${each.topic} has ${topic.partitions.length} partitions, none is ${each.partition}.`);
    if (found === undefined || found.leaderId < 0) continue;
    const group = groups.get(found.leaderId);
    if (group === undefined) groups.set(found.leaderId, [each]);
    else group.push(each);
  }
  return groups;
}

/** Partition numbers by topic. */
export function groupedByTopic(partitions: readonly TopicPartition[]): Map<string, number[]> {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const indexes = topics.get(topic);
    if (indexes === undefined) topics.set(topic, [partition]);
    else indexes.push(partition);
  }
  return topics;
}
