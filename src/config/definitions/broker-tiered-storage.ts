import { boolean, type ConfigDefinition, double, int, LONG_MAX, long, text } from "../definition.js";

/** Tiered storage, which Holdfast does not have: the names are known, so that files of Apache Kafka pass. */
export const brokerTieredStorage: readonly ConfigDefinition[] = [
  boolean(
    "remote.log.storage.system.enable",
    false,
    "medium",
    "Tiered storage. Holdfast has none, so it must stay off.",
  ),
  text("remote.log.storage.manager.class.name", null, "medium", "The Java class that stores segments elsewhere.", {
    nonEmpty: true,
  }),
  text("remote.log.storage.manager.class.path", null, "medium", "Where that class is loaded from."),
  text(
    "remote.log.storage.manager.impl.prefix",
    "rsm.config.",
    "medium",
    "The prefix of the properties that are handed to it.",
    { nonEmpty: true },
  ),
  text(
    "remote.log.metadata.manager.class.name",
    "org.apache.kafka.server.log.remote.metadata.storage.TopicBasedRemoteLogMetadataManager",
    "medium",
    "The Java class that keeps account of segments stored elsewhere.",
    { nonEmpty: true },
  ),
  text("remote.log.metadata.manager.class.path", null, "medium", "Where that class is loaded from."),
  text(
    "remote.log.metadata.manager.impl.prefix",
    "rlmm.config.",
    "medium",
    "The prefix of the properties that are handed to it.",
    { nonEmpty: true },
  ),
  text(
    "remote.log.metadata.manager.listener.name",
    null,
    "medium",
    "The listener through which it reaches the brokers.",
    { nonEmpty: true },
  ),
  int(
    "remote.log.metadata.custom.metadata.max.bytes",
    128,
    "low",
    "The largest metadata that the storage may add to a segment.",
    { min: 0 },
  ),
  long(
    "remote.log.index.file.cache.total.size.bytes",
    1073741824,
    "low",
    "How many bytes of remote indexes are kept at hand.",
    { min: 1, updateMode: "cluster-wide" },
  ),
  long("remote.log.index.file.cache.ttl.ms", 900000, "low", "How long a remote index that is not used stays at hand.", {
    min: -1,
    isInternal: true,
  }),
  int("remote.log.manager.thread.pool.size", 2, "medium", "Threads of the manager of remote segments.", { min: 1 }),
  int("remote.log.manager.copier.thread.pool.size", 10, "medium", "Threads that copy segments out.", {
    min: 1,
    updateMode: "cluster-wide",
  }),
  int("remote.log.manager.expiration.thread.pool.size", 10, "medium", "Threads that delete expired remote segments.", {
    min: 1,
    updateMode: "cluster-wide",
  }),
  int(
    "remote.log.manager.follower.thread.pool.size",
    2,
    "medium",
    "Threads that follow remote segments of partitions that others lead.",
    { min: 1, updateMode: "cluster-wide" },
  ),
  long("remote.log.manager.task.interval.ms", 30000, "low", "How often there is a look for segments to copy.", {
    min: 1,
  }),
  long("remote.log.manager.task.retry.backoff.ms", 500, "low", "How long a failed copy pauses at first.", {
    min: 1,
    isInternal: true,
  }),
  long("remote.log.manager.task.retry.backoff.max.ms", 30000, "low", "How long a failed copy pauses at most.", {
    min: 1,
    isInternal: true,
  }),
  double("remote.log.manager.task.retry.jitter", 0.2, "low", "How far the pause is varied at random.", {
    min: 0,
    max: 0.5,
    isInternal: true,
  }),
  long(
    "remote.log.manager.copy.max.bytes.per.second",
    LONG_MAX,
    "medium",
    "How many bytes a broker copies out in a second.",
    { min: 1, updateMode: "cluster-wide" },
  ),
  int(
    "remote.log.manager.copy.quota.window.num",
    11,
    "medium",
    "How many windows the rate of copies is measured over.",
    { min: 1 },
  ),
  int("remote.log.manager.copy.quota.window.size.seconds", 1, "medium", "The length of each such window.", { min: 1 }),
  long(
    "remote.log.manager.fetch.max.bytes.per.second",
    LONG_MAX,
    "medium",
    "How many bytes a broker reads from remote segments in a second.",
    { min: 1, updateMode: "cluster-wide" },
  ),
  int(
    "remote.log.manager.fetch.quota.window.num",
    11,
    "medium",
    "How many windows the rate of remote reads is measured over.",
    { min: 1 },
  ),
  int("remote.log.manager.fetch.quota.window.size.seconds", 1, "medium", "The length of each such window.", { min: 1 }),
  int("remote.log.reader.threads", 10, "medium", "Threads that read remote segments.", {
    min: 1,
    updateMode: "cluster-wide",
  }),
  int("remote.log.reader.max.pending.tasks", 100, "medium", "How many remote reads may wait.", { min: 1 }),
  int("remote.fetch.max.wait.ms", 500, "medium", "How long a fetch waits for remote records.", {
    min: 1,
    updateMode: "cluster-wide",
  }),
  long("remote.list.offsets.request.timeout.ms", 30000, "medium", "How long ListOffsets waits for a remote answer.", {
    min: 1,
    updateMode: "cluster-wide",
  }),
  long(
    "log.local.retention.ms",
    -2,
    "medium",
    "How long records stay on the broker's own disk; -2 follows log.retention.ms.",
    { min: -2, updateMode: "cluster-wide" },
  ),
  long(
    "log.local.retention.bytes",
    -2,
    "medium",
    "How many bytes stay on the broker's own disk; -2 follows log.retention.bytes.",
    { min: -2, updateMode: "cluster-wide" },
  ),
];
