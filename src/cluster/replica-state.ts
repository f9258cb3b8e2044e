import { Apis } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import type { Admin } from "./admin.js";
import type { BrokerLink } from "./broker-link.js";
import { LATEST } from "./partition-offsets.js";

const LIMIT_MS = 2_000;
/** Who asks so is answered by followers too, with the end of the log and not of what is committed. */
const DEBUGGING_REPLICA = -2;

/**
 * The end of a replica's log as its own broker says it, asked as Apache Kafka's own tools ask when they look into replicas; null: the broker
 * has no such replica, or does not tell. Throws a `Failure` when it does not answer.
 */
export async function logEndOf(link: BrokerLink, topic: string, partition: number): Promise<number | null> {
  const topics = [{ name: topic, partitions: [{ partitionIndex: partition, timestamp: LATEST }] }];
  const answer = await link.call(Apis.ListOffsets, { replicaId: DEBUGGING_REPLICA, topics }, LIMIT_MS);
  const { errorCode, offset } = answer.topics[0].partitions[0];
  return errorCode === ErrorCode.NONE && offset >= 0 ? offset : null;
}

/** Replicas that are not in sync, but have all that was committed (KIP-966); nothing where brokers do not serve the question. */
export async function eligibleReplicasOf(admin: Admin, topic: string, partition: number): Promise<readonly number[]> {
  const link = await admin.any();
  if (link.versionOf(Apis.DescribeTopicPartitions) === null) return [];
  const cursor = { topicName: topic, partitionIndex: partition };
  const request = { topics: [{ name: topic }], responsePartitionLimit: 1, cursor };
  const answer = await link.call(Apis.DescribeTopicPartitions, request, LIMIT_MS);
  const found = answer.topics[0]?.partitions.find((each) => each.partitionIndex === partition);
  return found?.eligibleLeaderReplicas ?? [];
}
