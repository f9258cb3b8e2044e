import { Apis } from "../protocol/apis.js";
import type { Admin } from "./admin.js";
import { describeTopics, type TopicReport } from "./topics.js";

/** What one look at a cluster shows. */
export interface ClusterStatus {
  readonly clusterId: string;
  readonly controller: number | null;
  readonly brokers: readonly { id: number; host: string; port: number; leaders: number; replicas: number }[];
  readonly quorum: {
    readonly leader: number;
    readonly epoch: number;
    readonly highWatermark: number;
    readonly voters: readonly { id: number; logEndOffset: number; lag: number }[];
  } | null;
  readonly topics: number;
  readonly partitions: number;
  readonly underReplicated: readonly string[];
  readonly offline: readonly string[];
  /** One line of health that says why. */
  readonly health: string;
  readonly healthy: boolean;
}

export async function clusterStatus(admin: Admin): Promise<ClusterStatus> {
  const metadata = await admin.metadata([]);
  const topics = await describeTopics(admin, null);
  const quorum = await describeQuorum(admin);
  const underReplicated: string[] = [];
  const offline: string[] = [];
  let partitions = 0;
  for (const topic of topics) {
    for (const each of topic.partitions) {
      partitions++;
      if (each.leader === null) offline.push(`${topic.name}-${each.partition}`);
      else if (each.isr.length < each.replicas.length) underReplicated.push(`${topic.name}-${each.partition}`);
    }
  }
  const brokers = metadata.brokers
    .map(({ nodeId, host, port }) => ({ id: nodeId, host, port, ...shares(topics, nodeId) }))
    .sort((a, b) => a.id - b.id);
  const health = healthLine(brokers.length, partitions, underReplicated, offline, quorum);
  return {
    clusterId: metadata.clusterId ?? "",
    controller: quorum?.leader ?? (metadata.controllerId < 0 ? null : metadata.controllerId),
    brokers,
    quorum,
    topics: topics.length,
    partitions,
    underReplicated,
    offline,
    health,
    healthy: offline.length === 0 && underReplicated.length === 0 && quorum !== null,
  };
}

function shares(topics: readonly TopicReport[], id: number): { leaders: number; replicas: number } {
  let leaders = 0;
  let replicas = 0;
  for (const topic of topics) {
    for (const each of topic.partitions) {
      if (each.leader === id) leaders++;
      if (each.replicas.includes(id)) replicas++;
    }
  }
  return { leaders, replicas };
}

/** null: the quorum has no leader now, or the broker does not serve the question. */
async function describeQuorum(admin: Admin): Promise<ClusterStatus["quorum"]> {
  const link = await admin.any();
  if (link.versionOf(Apis.DescribeQuorum) === null) return null;
  const request = { topics: [{ topicName: "__cluster_metadata", partitions: [{ partitionIndex: 0 }] }] };
  const answer = await link.call(Apis.DescribeQuorum, request, 5_000);
  const partition = answer.topics[0]?.partitions[0];
  if (answer.errorCode !== 0 || partition === undefined || partition.errorCode !== 0 || partition.leaderId < 0)
    return null;
  const end = Math.max(...partition.currentVoters.map((voter) => voter.logEndOffset));
  return {
    leader: partition.leaderId,
    epoch: partition.leaderEpoch,
    highWatermark: partition.highWatermark,
    voters: partition.currentVoters.map(({ replicaId, logEndOffset }) => ({
      id: replicaId,
      logEndOffset,
      lag: logEndOffset < 0 ? end : end - logEndOffset,
    })),
  };
}

function healthLine(
  brokers: number,
  partitions: number,
  underReplicated: readonly string[],
  offline: readonly string[],
  quorum: ClusterStatus["quorum"],
): string {
  const some = (names: readonly string[]): string =>
    names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
  if (quorum === null)
    return "No controller: a majority of the voters is not reachable. What is replicated stays readable.";
  if (offline.length > 0) return `${offline.length} of ${partitions} partitions have no leader: ${some(offline)}.`;
  if (underReplicated.length > 0)
    return `${underReplicated.length} of ${partitions} partitions miss replicas: ${some(underReplicated)}.`;
  return `All ${brokers} brokers are up; all ${partitions} partitions have their full ISR.`;
}
