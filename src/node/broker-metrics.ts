import type { MetadataImage } from "../metadata/image.js";
import { apiByKey } from "../protocol/apis.js";
import type { RaftNode } from "../raft/raft-node.js";
import type { Partition } from "../replication/partition.js";
import type { ReplicaManager } from "../replication/replica-manager.js";
import type { TopicStats } from "../replication/topic-stats.js";
import type { HoldfastNode } from "../server/node.js";
import type { ServerMetrics } from "../server/server-metrics.js";
import type { Exposition } from "./exposition.js";

// Names as the JMX exporter of Strimzi's dashboards gives them to Apache Kafka's own metrics.

/** What this node tells of itself as a broker and controller. `idle`: which part of the time since the last scrape its loop waited, 0–1. */
export function exposeNode(node: HoldfastNode, idle: number, into: Exposition): void {
  const { replicas, serverMetrics, image, raft } = node;
  exposeController(node, image, into);
  if (raft !== null) exposeRaft(raft, into);
  if (serverMetrics !== null) exposeRequests(serverMetrics, into);
  into.gauge(
    "kafka_server_kafkarequesthandlerpool_requesthandleravgidle_percent",
    "Idle part of the event loop, 0 to 1.",
    idle,
  );
  into.gauge(
    "kafka_network_socketserver_networkprocessoravgidle_percent",
    "Idle part of the event loop, 0 to 1.",
    idle,
  );
  into.gauge(
    "kafka_log_logmanager_offlinelogdirectorycount",
    "Data directories that failed.",
    node.status.offlineLogDirs.length,
  );
  if (replicas === null) return;
  exposeReplicas(replicas.partitions(), into);
  exposeTopicStats(replicas, into);
  exposeLogs(replicas.partitions(), into);
}

function exposeController(node: HoldfastNode, image: MetadataImage | null, into: Exposition): void {
  const isActive = node.status.isActiveController;
  let offline = 0;
  let partitions = 0;
  let fenced = 0;
  let active = 0;
  if (isActive && image !== null) {
    for (const topic of image.topics.byName.values()) {
      partitions += topic.partitions.length;
      for (const { leader } of topic.partitions) if (leader < 0) offline++;
    }
    for (const broker of image.cluster.brokers.values()) {
      if (broker.fenced) fenced++;
      else active++;
    }
  }
  const name = "kafka_controller_kafkacontroller";
  into.gauge(`${name}_activecontrollercount`, "1 on the active controller.", isActive ? 1 : 0);
  into.gauge(`${name}_offlinepartitionscount`, "Partitions without a leader, on the active controller.", offline);
  into.gauge(`${name}_globalpartitioncount`, "Partitions of the cluster, on the active controller.", partitions);
  into.gauge(
    `${name}_globaltopiccount`,
    "Topics of the cluster, on the active controller.",
    isActive ? (image?.topics.byName.size ?? 0) : 0,
  );
  into.gauge(`${name}_activebrokercount`, "Brokers that serve, on the active controller.", active);
  into.gauge(`${name}_fencedbrokercount`, "Brokers that are fenced, on the active controller.", fenced);
  into.counter(
    "kafka_controller_controllerstats_uncleanleaderelections_total",
    "Unclean elections while this node was the active controller.",
    node.uncleanElections,
  );
}

function exposeRaft(raft: RaftNode, into: Exposition): void {
  const name = "kafka_server_raftmetrics";
  const { voted } = raft.quorum.state;
  into.gauge(`${name}_current_leader`, "The metadata quorum's leader; -1: none is known.", raft.leaderId ?? -1);
  into.gauge(`${name}_current_epoch`, "The metadata quorum's epoch.", raft.epoch);
  into.gauge(`${name}_current_vote`, "Whom this node voted for in this epoch; -1: nobody.", voted?.id ?? -1);
  into.gauge(
    `${name}_high_watermark`,
    "The metadata log's high watermark; -1: it is not known.",
    raft.highWatermark === 0 ? -1 : raft.highWatermark,
  );
  into.gauge(`${name}_log_end_offset`, "The metadata log's end.", raft.logEndOffset);
  const state = raft.quorum.state.name;
  const shown = state === "follower" && !raft.voterIds().includes(raft.nodeId) ? "observer" : state;
  into.family(`${name}_current_state`, "gauge", "1 for the state that this node is in.").sample(1, { state: shown });
}

function exposeRequests(metrics: ServerMetrics, into: Exposition): void {
  into.gauge("kafka_server_socket_server_metrics_connection_count", "Open connections.", metrics.connections);
  into.counter(
    "kafka_server_socket_server_metrics_connection_creation_total",
    "Connections accepted.",
    metrics.connectionsAccepted,
  );
  into.counter(
    "kafka_server_socket_server_metrics_connection_close_total",
    "Connections closed.",
    metrics.connectionsClosed,
  );
  into.family("kafka_network_requestmetrics_requests_total", "counter", "Requests by API.");
  eachApi(metrics.requests, (request, value) => into.sample(value, { request }));
  into.family(
    "kafka_network_requestmetrics_totaltimems_sum",
    "counter",
    "Milliseconds from a request's last byte to its response, summed.",
  );
  eachApi(metrics.requestMs, (request, value) => into.sample(value, { request }));
  into.family("kafka_network_requestmetrics_totaltimems_count", "counter", "Responses by API.");
  eachApi(metrics.responses, (request, value) => into.sample(value, { request }));
}

function eachApi(values: Float64Array, visit: (name: string, value: number) => void): void {
  values.forEach((value, key) => {
    if (value > 0) visit(apiByKey(key)?.name ?? String(key), value);
  });
}

function exposeReplicas(partitions: readonly Partition[], into: Exposition): void {
  const led = partitions.filter((partition) => partition.isLeader);
  const count = (holds: (partition: Partition) => boolean): number => led.filter(holds).length;
  const name = "kafka_server_replicamanager";
  into.gauge(`${name}_partitioncount`, "Replicas on this broker.", partitions.length);
  into.gauge(`${name}_leadercount`, "Partitions that this broker leads.", led.length);
  into.gauge(
    `${name}_underreplicatedpartitions`,
    "Led partitions of which a replica is not in sync.",
    count(isUnderReplicated),
  );
  into.gauge(
    `${name}_underminisrpartitioncount`,
    "Led partitions with fewer in-sync replicas than min.insync.replicas.",
    count(isUnderMinIsr),
  );
  into.gauge(
    `${name}_atminisrpartitioncount`,
    "Led partitions with just min.insync.replicas in-sync replicas.",
    count(isAtMinIsr),
  );
  into.gauge(
    `${name}_offlinereplicacount`,
    "Replicas whose data directory failed.",
    partitions.filter((each) => !each.isUsable).length,
  );
  for (const [metric, help, holds] of [
    ["underreplicated", "1 when a replica is not in sync.", isUnderReplicated],
    ["underminisr", "1 when there are fewer in-sync replicas than min.insync.replicas.", isUnderMinIsr],
    ["atminisr", "1 when there are just min.insync.replicas in-sync replicas.", isAtMinIsr],
  ] as const) {
    into.family(`kafka_cluster_partition_${metric}`, "gauge", help);
    for (const partition of led) into.sample(holds(partition) ? 1 : 0, labelsOf(partition));
  }
}

function isUnderReplicated(partition: Partition): boolean {
  return partition.isr.length < partition.image.replicas.length;
}

function isUnderMinIsr(partition: Partition): boolean {
  return partition.isr.length < partition.effectiveMinIsr;
}

function isAtMinIsr(partition: Partition): boolean {
  return partition.isr.length === partition.effectiveMinIsr;
}

function exposeLogs(partitions: readonly Partition[], into: Exposition): void {
  for (const [metric, help, read] of [
    ["size", "Bytes of the log.", (log) => log.sizeInBytes],
    ["logstartoffset", "First offset of the log.", (log) => log.logStartOffset],
    ["logendoffset", "Offset after the log's last record.", (log) => log.logEndOffset],
  ] as readonly [string, string, (log: NonNullable<Partition["log"]>) => number][]) {
    into.family(`kafka_log_log_${metric}`, "gauge", help);
    for (const partition of partitions) {
      if (partition.log !== null) into.sample(read(partition.log), labelsOf(partition));
    }
  }
}

const TOPIC_COUNTERS: readonly [string, string, (stats: TopicStats) => number][] = [
  ["messagesin", "Records appended by producers.", (stats) => stats.recordsIn],
  ["bytesin", "Bytes appended by producers.", (stats) => stats.bytesIn],
  ["bytesout", "Bytes sent to consumers.", (stats) => stats.bytesOut],
  ["totalproducerequests", "Partitions in Produce requests.", (stats) => stats.produceRequests],
  [
    "failedproducerequests",
    "Partitions in Produce requests that were refused.",
    (stats) => stats.failedProduceRequests,
  ],
  ["totalfetchrequests", "Partitions in consumers' Fetch requests.", (stats) => stats.fetchRequests],
  [
    "failedfetchrequests",
    "Partitions in consumers' Fetch requests that were refused.",
    (stats) => stats.failedFetchRequests,
  ],
];

/** Without a label what all topics come to, deleted ones too. */
function exposeTopicStats(replicas: ReplicaManager, into: Exposition): void {
  const all = [...replicas.topicStats.all()];
  const present = all.filter(({ topic }) => replicas.partitionsOf(topic).length > 0);
  for (const [metric, help, read] of TOPIC_COUNTERS) {
    into.family(`kafka_server_brokertopicmetrics_${metric}_total`, "counter", help);
    let sum = 0;
    for (const stats of all) sum += read(stats);
    into.sample(sum);
    for (const stats of present) into.sample(read(stats), { topic: stats.topic });
  }
}

export function labelsOf({ topic, index }: Partition): { topic: string; partition: number } {
  return { topic, partition: index };
}
