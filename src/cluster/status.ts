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

/** `down`: brokers of which the caller knows that they do not run, with how they ended, "" where that is not known. */
export async function clusterStatus(
  admin: Admin,
  down: ReadonlyMap<number, string> = new Map(),
): Promise<ClusterStatus> {
  const metadata = await admin.metadata([]);
  const topics = await describeTopics(admin, null);
  const quorum = await describeQuorum(admin);
  const underReplicated: string[] = [];
  const offline: string[] = [];
  const known = new Set(metadata.brokers.map(({ nodeId }) => nodeId));
  const absent = new Set(down.keys());
  const behind = new Set<number>();
  let partitions = 0;
  for (const topic of topics) {
    for (const each of topic.partitions) {
      partitions++;
      for (const id of each.replicas) {
        if (!known.has(id)) absent.add(id);
        else if (!each.isr.includes(id)) behind.add(id);
      }
      if (each.leader === null) offline.push(`${topic.name}-${each.partition}`);
      else if (each.isr.length < each.replicas.length) underReplicated.push(`${topic.name}-${each.partition}`);
    }
  }
  const brokers = metadata.brokers
    .map(({ nodeId, host, port }) => ({ id: nodeId, host, port, ...shares(topics, nodeId) }))
    .sort((a, b) => a.id - b.id);
  const health = healthLine({
    brokers: brokers.length,
    partitions,
    underReplicated,
    offline,
    hasController: quorum !== null,
    absent: new Map(ordered(absent).map((id) => [id, down.get(id) ?? ""])),
    behind: ordered(behind).filter((id) => !absent.has(id)),
  });
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
    healthy: offline.length === 0 && underReplicated.length === 0 && quorum !== null && absent.size === 0,
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

interface Health {
  readonly brokers: number;
  readonly partitions: number;
  readonly underReplicated: readonly string[];
  readonly offline: readonly string[];
  readonly hasController: boolean;
  /** Brokers that belong to the cluster and are not in it now, with how they ended as far as that is known. */
  readonly absent: ReadonlyMap<number, string>;
  /** Brokers that are in it and not in sync with what they hold. */
  readonly behind: readonly number[];
}

/** What is wrong and why, in one line. */
export function healthLine(found: Health): string {
  const { brokers, partitions, underReplicated, offline, absent, behind } = found;
  if (!found.hasController)
    return "No controller: a majority of the voters is not reachable. What is replicated stays readable.";
  const why = [
    ...[...absent].map(([id, end]) => `Broker ${id} is not in the cluster${end === "" ? "" : ` (${end})`}.`),
    ...(behind.length === 0 ? [] : [`${namesOf(behind)} not caught up yet.`]),
  ].join(" ");
  const of = (names: readonly string[]): string => `${names.length} of ${partitions} partitions`;
  if (offline.length > 0) return `${of(offline)} have no leader: ${some(offline)}. ${why}`.trim();
  if (underReplicated.length > 0)
    return `${of(underReplicated)} miss replicas: ${some(underReplicated)}. ${why}`.trim();
  if (absent.size > 0) return `${why} All ${partitions} partitions have their full ISR.`;
  return `All ${brokers} brokers are up; all ${partitions} partitions have their full ISR.`;
}

function some(names: readonly string[]): string {
  return names.length <= 3 ? names.join(", ") : `${names.slice(0, 3).join(", ")} and ${names.length - 3} more`;
}

function namesOf(ids: readonly number[]): string {
  return ids.length === 1 ? `Broker ${ids[0]} has` : `Brokers ${ids.join(", ")} have`;
}

function ordered(ids: ReadonlySet<number>): number[] {
  return [...ids].sort((a, b) => a - b);
}
