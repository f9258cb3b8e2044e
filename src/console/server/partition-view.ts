import type { Admin } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import { describeTopics } from "../../cluster/topics.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { PartitionView } from "../story/event.js";

const LIMIT_MS = 2_000;
const LATEST = -1;
const EARLIEST = -2;
/** Who asks so is answered by followers too, with the end of the log and not of what is committed. */
const DEBUGGING_REPLICA = -2;

/** What the protocol tells about one partition. Throws a `Failure` when it does not exist or nobody answers. */
export async function partitionView(admin: Admin, topic: string, partition: number): Promise<PartitionView> {
  const [found] = await describeTopics(admin, [topic]);
  const each = found.partitions.find((candidate) => candidate.partition === partition);
  if (each === undefined) throw new Failure(`${topic} has no partition ${partition}.`);
  const [offsets, ends, elr, minInsync] = await Promise.all([
    each.leader === null ? null : offsetsOf(admin, each.leader, topic, partition),
    endsOf(admin, each.replicas, topic, partition),
    elrOf(admin, topic, partition),
    topicNumber(admin, topic, "min.insync.replicas"),
  ]);
  return {
    topic,
    partition,
    leader: each.leader,
    epoch: each.leaderEpoch,
    replicas: each.replicas,
    isr: each.isr,
    elr,
    start: offsets?.start ?? -1,
    highWatermark: offsets?.end ?? -1,
    ends,
    minInsync,
  };
}

/** Log start, and the high watermark, which is the end that a reader sees. null: the leader does not answer. */
export async function offsetsOf(
  admin: Admin,
  leader: number,
  topic: string,
  partition: number,
): Promise<{ start: number; end: number } | null> {
  try {
    const link = await admin.broker(leader);
    const at = async (timestamp: number): Promise<number> => {
      const topics = [{ name: topic, partitions: [{ partitionIndex: partition, timestamp }] }];
      const answer = await link.call(Apis.ListOffsets, { replicaId: -1, topics }, LIMIT_MS);
      const { errorCode, offset } = answer.topics[0].partitions[0];
      return errorCode === ErrorCode.NONE ? offset : -1;
    };
    const [start, end] = await Promise.all([at(EARLIEST), at(LATEST)]);
    return { start, end };
  } catch (error) {
    if (error instanceof Failure) return null;
    throw error;
  }
}

/**
 * The end of each replica's log as its own broker says it, asked as Apache Kafka's own tools ask when they look into replicas. Those
 * that do not answer are left out.
 */
async function endsOf(
  admin: Admin,
  replicas: readonly number[],
  topic: string,
  partition: number,
): Promise<Record<string, number>> {
  const ends: Record<string, number> = {};
  const topics = [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: LATEST }] }];
  await Promise.all(
    replicas.map(async (id) => {
      try {
        const link = await admin.broker(id);
        const answer = await link.call(Apis.ListOffsets, { replicaId: DEBUGGING_REPLICA, topics }, LIMIT_MS);
        const { errorCode, offset } = answer.topics[0].partitions[0];
        if (errorCode === ErrorCode.NONE) ends[id] = offset;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
    }),
  );
  return ends;
}

async function elrOf(admin: Admin, topic: string, partition: number): Promise<readonly number[]> {
  const link = await admin.any();
  if (link.versionOf(Apis.DescribeTopicPartitions) === null) return [];
  const answer = await link.call(Apis.DescribeTopicPartitions, { topics: [{ name: topic }] }, LIMIT_MS);
  const found = answer.topics[0]?.partitions.find((each) => each.partitionIndex === partition);
  return found?.eligibleLeaderReplicas ?? [];
}

/** A topic's effective value; −1 when it is not told. */
async function topicNumber(admin: Admin, topic: string, name: string): Promise<number> {
  const link = await admin.any();
  const resources = [{ resourceType: 2, resourceName: topic, configurationKeys: [name] }];
  const { results } = await link.call(Apis.DescribeConfigs, { resources }, LIMIT_MS);
  const value = Number(results[0]?.configs[0]?.value ?? Number.NaN);
  return Number.isFinite(value) ? value : -1;
}
