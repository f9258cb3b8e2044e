import { boolean, type ConfigDefinition, double, int, LONG_MAX, list, long, text } from "../definition.js";

/** Topics. A broker's configs give the defaults: see the synonyms. */
export const topicConfigs: readonly ConfigDefinition[] = [
  int("segment.bytes", 1073741824, "medium", "The size at which a segment is full and the next one begins.", {
    min: 1048576,
    synonyms: ["log.segment.bytes"],
  }),
  long("segment.ms", 604800000, "medium", "The age at which a segment is full, even if it is small.", {
    min: 1,
    synonyms: ["log.roll.ms", "log.roll.hours"],
  }),
  long(
    "segment.jitter.ms",
    0,
    "medium",
    "At most this much is taken off the age at random, so that not all segments roll at once.",
    { min: 0, synonyms: ["log.roll.jitter.ms", "log.roll.jitter.hours"] },
  ),
  int("segment.index.bytes", 10485760, "medium", "The size of an offset index at which its segment is full.", {
    min: 4,
    synonyms: ["log.index.size.max.bytes"],
  }),
  int("index.interval.bytes", 4096, "medium", "Bytes of records between two entries of the offset index.", {
    min: 0,
    synonyms: ["log.index.interval.bytes"],
  }),
  long("retention.ms", 604800000, "medium", "How long records are kept; -1 for ever.", {
    min: -1,
    synonyms: ["log.retention.ms", "log.retention.minutes", "log.retention.hours"],
  }),
  long(
    "retention.bytes",
    -1,
    "medium",
    "The size of a partition above which its oldest segments are deleted; -1 is no limit.",
    { synonyms: ["log.retention.bytes"] },
  ),
  list(
    "cleanup.policy",
    "delete",
    "medium",
    "What happens to old segments: delete, compact, or both. Empty: they stay.",
    { oneOf: ["compact", "delete"], synonyms: ["log.cleanup.policy"] },
  ),
  long("file.delete.delay.ms", 60000, "medium", "How long the files of a deleted segment stay on the disk.", {
    min: 0,
    synonyms: ["log.segment.delete.delay.ms"],
  }),
  long(
    "flush.messages",
    LONG_MAX,
    "medium",
    "Records after which a log is flushed to the disk. With holdfast.ack.after=fsync every write is.",
    { min: 1, synonyms: ["log.flush.interval.messages"] },
  ),
  long("flush.ms", LONG_MAX, "medium", "The longest that a record waits to be flushed.", {
    min: 0,
    synonyms: ["log.flush.interval.ms", "log.flush.scheduler.interval.ms"],
  }),
  int("max.message.bytes", 1048588, "medium", "The largest batch of records that is taken, with its header.", {
    min: 0,
    synonyms: ["message.max.bytes"],
  }),
  int(
    "min.insync.replicas",
    null,
    "medium",
    "How many replicas must have a record before it counts as written with acks=all. Never more than the topic has.",
    { min: 1, synonyms: ["min.insync.replicas"] },
  ),
  boolean(
    "unclean.leader.election.enable",
    false,
    "medium",
    "Whether a replica that lacks records may lead when no other is left. Those records are then lost.",
    { synonyms: ["unclean.leader.election.enable"] },
  ),
  text(
    "compression.type",
    "producer",
    "medium",
    "How batches are stored: with one codec, uncompressed, or as the producer sent them.",
    { oneOf: ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"], synonyms: ["compression.type"] },
  ),
  int("compression.gzip.level", -1, "medium", "The level of gzip; -1 is the codec's own default.", {
    min: 1,
    max: 9,
    or: -1,
    synonyms: ["compression.gzip.level"],
  }),
  int("compression.lz4.level", 9, "medium", "The level of lz4.", {
    min: 1,
    max: 17,
    synonyms: ["compression.lz4.level"],
  }),
  int("compression.zstd.level", 3, "medium", "The level of zstd.", {
    min: -131072,
    max: 22,
    synonyms: ["compression.zstd.level"],
  }),
  text(
    "message.timestamp.type",
    "CreateTime",
    "medium",
    "Whose time a record carries: CreateTime, the producer's, or LogAppendTime, the broker's.",
    { oneOf: ["CreateTime", "LogAppendTime"], synonyms: ["log.message.timestamp.type"] },
  ),
  long(
    "message.timestamp.before.max.ms",
    LONG_MAX,
    "medium",
    "How far a producer's time may lie behind the broker's clock.",
    { min: 0, synonyms: ["log.message.timestamp.before.max.ms"] },
  ),
  long(
    "message.timestamp.after.max.ms",
    3600000,
    "medium",
    "How far a producer's time may lie ahead of the broker's clock.",
    { min: 0, synonyms: ["log.message.timestamp.after.max.ms"] },
  ),
  long("delete.retention.ms", 86400000, "medium", "How long a compacted topic keeps its tombstones.", {
    min: 0,
    synonyms: ["log.cleaner.delete.retention.ms"],
  }),
  double("min.cleanable.dirty.ratio", 0.5, "medium", "The share of a log that must be new before it is compacted.", {
    min: 0,
    max: 1,
    synonyms: ["log.cleaner.min.cleanable.ratio"],
  }),
  long("min.compaction.lag.ms", 0, "medium", "A record stays uncompacted for at least this long.", {
    min: 0,
    synonyms: ["log.cleaner.min.compaction.lag.ms"],
  }),
  long("max.compaction.lag.ms", LONG_MAX, "medium", "A record stays uncompacted for at most this long.", {
    min: 1,
    synonyms: ["log.cleaner.max.compaction.lag.ms"],
  }),
  boolean("preallocate", false, "medium", "Taken for compatibility. Files grow as they are written.", {
    synonyms: ["log.preallocate"],
  }),
  list(
    "leader.replication.throttled.replicas",
    "",
    "medium",
    "Replicas whose leader sends no faster than the broker's rate: PARTITION:BROKER, separated by commas, or *.",
    { matches: /^(\d+:\d+|\*)$/, alone: "*", form: "PARTITION:BROKER, or * alone" },
  ),
  list(
    "follower.replication.throttled.replicas",
    "",
    "medium",
    "Replicas that fetch no faster than the broker's rate: PARTITION:BROKER, separated by commas, or *.",
    { matches: /^(\d+:\d+|\*)$/, alone: "*", form: "PARTITION:BROKER, or * alone" },
  ),
  boolean("remote.storage.enable", false, "medium", "Tiered storage for this topic. Holdfast has none."),
  boolean(
    "remote.log.copy.disable",
    false,
    "medium",
    "Stops copying to tiered storage, and leaves what is there readable.",
  ),
  boolean("remote.log.delete.on.disable", false, "medium", "Deletes what is in tiered storage when it is turned off."),
  long("local.retention.ms", -2, "medium", "How long records stay on the broker's own disk; -2 follows retention.ms.", {
    min: -2,
    synonyms: ["log.local.retention.ms"],
  }),
  long(
    "local.retention.bytes",
    -2,
    "medium",
    "How many bytes stay on the broker's own disk; -2 follows retention.bytes.",
    { min: -2, synonyms: ["log.local.retention.bytes"] },
  ),
  int("internal.segment.bytes", null, "medium", "For tests: the size of a segment, without its usual lower limit.", {
    isInternal: true,
  }),
];
