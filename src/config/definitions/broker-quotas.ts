import { type ConfigDefinition, className, int, LONG_MAX, list, long, text } from "../definition.js";

/** Quotas and metrics. */
export const brokerQuotas: readonly ConfigDefinition[] = [
  int("quota.window.num", 11, "low", "How many windows of the past a client's rate is measured over.", { min: 1 }),
  int("quota.window.size.seconds", 1, "low", "The length of each window of a client's rate.", { min: 1 }),
  int(
    "replication.quota.window.num",
    11,
    "low",
    "How many windows of the past the rate of throttled replication is measured over.",
    { min: 1 },
  ),
  int("replication.quota.window.size.seconds", 1, "low", "The length of each window of throttled replication.", {
    min: 1,
  }),
  int(
    "alter.log.dirs.replication.quota.window.num",
    11,
    "low",
    "How many windows the rate of moves between directories is measured over.",
    { min: 1 },
  ),
  int(
    "alter.log.dirs.replication.quota.window.size.seconds",
    1,
    "low",
    "The length of each window of moves between directories.",
    { min: 1 },
  ),
  int(
    "controller.quota.window.num",
    11,
    "low",
    "How many windows the rate of changes to the cluster is measured over.",
    { min: 1 },
  ),
  int("controller.quota.window.size.seconds", 1, "low", "The length of each window of changes to the cluster.", {
    min: 1,
  }),
  className("client.quota.callback.class", null, "low", "A Java class that decides quotas. Holdfast runs none."),
  list(
    "metric.reporters",
    "org.apache.kafka.common.metrics.JmxReporter",
    "low",
    "Java classes that are told of metrics. Holdfast serves Prometheus's format instead: see http.listeners.",
    { updateMode: "cluster-wide" },
  ),
  int("metrics.num.samples", 2, "low", "How many samples a rate is computed from.", { min: 1 }),
  long("metrics.sample.window.ms", 30000, "low", "The length of a sample.", { min: 1 }),
  text("metrics.recording.level", "INFO", "low", "How detailed metrics are. Taken for compatibility."),
  list("kafka.metrics.reporters", "", "low", "Java classes that are told of Yammer metrics. Holdfast runs none."),
  int("kafka.metrics.polling.interval.secs", 10, "low", "How often those classes are asked. Taken for compatibility.", {
    min: 1,
  }),
];

/** What can only be set while a broker runs: no file has them. */
export const brokerDynamicOnly: readonly ConfigDefinition[] = [
  long(
    "leader.replication.throttled.rate",
    LONG_MAX,
    "medium",
    "Bytes a second that a leader sends to throttled replicas.",
    { min: 0, updateMode: "cluster-wide" },
  ),
  long("follower.replication.throttled.rate", LONG_MAX, "medium", "Bytes a second that throttled replicas fetch.", {
    min: 0,
    updateMode: "cluster-wide",
  }),
  long(
    "replica.alter.log.dirs.io.max.bytes.per.second",
    LONG_MAX,
    "medium",
    "Bytes a second that moves between directories copy.",
    { min: 0, updateMode: "cluster-wide" },
  ),
];
