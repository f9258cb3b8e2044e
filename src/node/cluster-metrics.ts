import type { GroupCoordinator } from "../groups/group-coordinator.js";
import type { FetchResult } from "../groups/group-request.js";
import type { MetadataImage } from "../metadata/image.js";
import type { ReplicaManager } from "../replication/replica-manager.js";
import type { HoldfastNode } from "../server/node.js";
import type { Exposition } from "./exposition.js";

// Names of kafka_exporter. Each broker tells of the partitions that it leads and the groups that it coordinates, so that sums over all
// brokers count nothing twice.

/** What this node tells of topics and groups of the cluster. */
export async function exposeCluster(node: HoldfastNode, into: Exposition): Promise<void> {
  const { image, replicas, groups } = node;
  if (image === null || replicas === null) return;
  // Positions first: what is committed then cannot be beyond the ends that are read after it.
  const positions = groups === null ? [] : await positionsOf(groups);
  exposeBrokers(image, into);
  exposePartitions(image, replicas, into);
  if (groups !== null) exposeGroups(groups, positions, replicas, into);
}

function exposeBrokers(image: MetadataImage, into: Exposition): void {
  const brokers = [...image.cluster.brokers.values()].filter((broker) => !broker.fenced);
  into.gauge("kafka_brokers", "Brokers that serve.", brokers.length);
  into.family("kafka_broker_info", "gauge", "1 for each broker that serves.");
  for (const { id, listeners } of brokers) {
    const [endpoint] = listeners.values();
    into.sample(1, { id, address: endpoint === undefined ? "" : `${endpoint.host}:${endpoint.port}` });
  }
  into.family("kafka_topic_partitions", "gauge", "Partitions of the topic.");
  for (const { name, partitions } of image.topics.byName.values()) into.sample(partitions.length, { topic: name });
}

function exposePartitions(image: MetadataImage, replicas: ReplicaManager, into: Exposition): void {
  const led = replicas.partitions().filter((partition) => partition.isLeader && partition.log !== null);
  for (const [metric, help, read] of [
    ["current_offset", "Offset after the last record that consumers see.", (each) => each.highWatermark],
    ["oldest_offset", "First offset.", (each) => each.log?.logStartOffset ?? 0],
    ["leader", "The broker that leads.", (each) => each.leaderId],
    [
      "leader_is_preferred",
      "1 when the first replica leads.",
      (each) => (each.image.replicas[0] === each.leaderId ? 1 : 0),
    ],
    ["replicas", "Replicas.", (each) => each.image.replicas.length],
    ["in_sync_replica", "Replicas in sync.", (each) => each.isr.length],
    [
      "under_replicated_partition",
      "1 when a replica is not in sync.",
      (each) => (each.isr.length < each.image.replicas.length ? 1 : 0),
    ],
  ] as readonly [string, string, (each: (typeof led)[number]) => number][]) {
    into.family(`kafka_topic_partition_${metric}`, "gauge", help);
    for (const each of led) into.sample(read(each), { topic: each.topic, partition: each.index });
    if (metric === "leader") for (const labels of leaderless(image, replicas.nodeId)) into.sample(-1, labels);
  }
}

/** Those without a leader, which nobody leads who could tell of them: their first replica does. */
function* leaderless(image: MetadataImage, nodeId: number): Iterable<{ topic: string; partition: number }> {
  for (const { name, partitions } of image.topics.byName.values()) {
    for (const { index, leader, replicas } of partitions) {
      if (leader < 0 && replicas[0] === nodeId) yield { topic: name, partition: index };
    }
  }
}

/** Of each group that this broker coordinates; one that is being loaded is left out. */
async function positionsOf(groups: GroupCoordinator): Promise<FetchResult[]> {
  const listed = groups.list([], []).groups;
  const all = await Promise.all(
    listed.map(
      ({ groupId }) =>
        new Promise<FetchResult>((resolve) => {
          groups.fetchOffsets({ groupId, memberId: null, memberEpoch: -1, topics: null }, false, resolve);
        }),
    ),
  );
  return all.filter(({ errorCode }) => errorCode === 0);
}

function exposeGroups(
  groups: GroupCoordinator,
  positions: readonly FetchResult[],
  replicas: ReplicaManager,
  into: Exposition,
): void {
  const rows: { consumergroup: string; topic: string; partition: number; offset: number; lag: number | null }[] = [];
  for (const { groupId, topics } of positions) {
    for (const { name, partitions } of topics) {
      for (const { partitionIndex, committedOffset } of partitions) {
        if (committedOffset < 0) continue;
        // A partition of which this broker has no replica: its end is not known here.
        const end = replicas.partition(name, partitionIndex)?.highWatermark;
        const lag = end === undefined ? null : Math.max(0, end - committedOffset);
        rows.push({ consumergroup: groupId, topic: name, partition: partitionIndex, offset: committedOffset, lag });
      }
    }
  }
  into.family("kafka_consumergroup_current_offset", "gauge", "The group's position.");
  for (const { offset, lag: _, ...labels } of rows) into.sample(offset, labels);
  into.family("kafka_consumergroup_lag", "gauge", "Records that the group has not passed yet.");
  for (const { offset: _, lag, ...labels } of rows) if (lag !== null) into.sample(lag, labels);
  for (const [metric, help, key] of [
    ["current_offset_sum", "The group's positions in a topic, summed.", "offset"],
    ["lag_sum", "Records of a topic that the group has not passed yet.", "lag"],
  ] as const) {
    into.family(`kafka_consumergroup_${metric}`, "gauge", help);
    const sums = new Map<string, { consumergroup: string; topic: string; sum: number }>();
    for (const row of rows) {
      const { consumergroup, topic } = row;
      const id = JSON.stringify([consumergroup, topic]);
      const sum = sums.get(id) ?? { consumergroup, topic, sum: 0 };
      sum.sum += row[key] ?? 0;
      sums.set(id, sum);
    }
    for (const { sum, ...labels } of sums.values()) into.sample(sum, labels);
  }
  into.family("kafka_consumergroup_members", "gauge", "Members of the group.");
  for (const { groupId, members, errorCode } of groups.describe(
    positions.map((each) => each.groupId),
    5,
  )) {
    if (errorCode === 0) into.sample(members.length, { consumergroup: groupId });
  }
}
