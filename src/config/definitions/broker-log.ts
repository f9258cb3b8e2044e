import { boolean, type ConfigDefinition, double, int, LONG_MAX, list, long, text } from "../definition.js";

/** Log directories, segments, retention, compaction. Defaults of topics among them. */
export const brokerLog: readonly ConfigDefinition[] = [
  list("log.dirs", null, "high", "The directories of the logs, separated by commas. Unset: log.dir.", {
    nonEmpty: true,
  }),
  list("log.dir", "/tmp/kafka-logs", "high", "The directory of the logs, where log.dirs is not set.", {
    nonEmpty: true,
  }),
  list("cordoned.log.dirs", "", "medium", "Log directories that get no new partitions; * names all of them.", {
    updateMode: "per-broker",
  }),
  long(
    "log.dir.failure.timeout.ms",
    30000,
    "low",
    "A broker that cannot tell the controller of a failed log directory for this long stops.",
    { min: 1 },
  ),
  int("log.segment.bytes", 1073741824, "high", "The size at which a segment is full and the next one begins.", {
    min: 1048576,
    updateMode: "cluster-wide",
  }),
  long("log.roll.ms", null, "high", "The age at which a segment is full. Unset: log.roll.hours.", {
    updateMode: "cluster-wide",
  }),
  int("log.roll.hours", 168, "high", "The age at which a segment is full, in hours, where log.roll.ms is not set.", {
    min: 1,
  }),
  long(
    "log.roll.jitter.ms",
    null,
    "high",
    "At most this much is taken off the age at random, so that not all segments roll at once.",
    { updateMode: "cluster-wide" },
  ),
  int("log.roll.jitter.hours", 0, "high", "The same in hours, where log.roll.jitter.ms is not set.", { min: 0 }),
  long("log.retention.ms", null, "high", "How long records are kept; -1 for ever. Unset: log.retention.minutes.", {
    updateMode: "cluster-wide",
  }),
  int(
    "log.retention.minutes",
    null,
    "high",
    "How long records are kept, in minutes, where log.retention.ms is not set.",
  ),
  int(
    "log.retention.hours",
    168,
    "high",
    "How long records are kept, in hours, where neither milliseconds nor minutes are set.",
  ),
  long(
    "log.retention.bytes",
    -1,
    "high",
    "The size of a partition above which its oldest segments are deleted; -1 is no limit.",
    { updateMode: "cluster-wide" },
  ),
  long("log.retention.check.interval.ms", 300000, "medium", "How often segments are checked for deletion.", { min: 1 }),
  list(
    "log.cleanup.policy",
    "delete",
    "medium",
    "What happens to old segments: delete, compact, or both. Empty: they stay.",
    { oneOf: ["compact", "delete"], updateMode: "cluster-wide" },
  ),
  long("log.segment.delete.delay.ms", 60000, "high", "How long the files of a deleted segment stay on the disk.", {
    min: 0,
    updateMode: "cluster-wide",
  }),
  int("log.index.size.max.bytes", 10485760, "medium", "The size of an offset index at which its segment is full.", {
    min: 4,
    updateMode: "cluster-wide",
  }),
  int("log.index.interval.bytes", 4096, "medium", "Bytes of records between two entries of the offset index.", {
    min: 0,
    updateMode: "cluster-wide",
  }),
  long(
    "log.flush.interval.messages",
    LONG_MAX,
    "high",
    "Records after which a log is flushed to the disk. With holdfast.ack.after=fsync every write is.",
    { min: 1, updateMode: "cluster-wide" },
  ),
  long(
    "log.flush.interval.ms",
    null,
    "high",
    "The longest that a record waits to be flushed. Unset: log.flush.scheduler.interval.ms.",
    { updateMode: "cluster-wide" },
  ),
  long("log.flush.scheduler.interval.ms", LONG_MAX, "high", "How often logs are checked for what is to be flushed."),
  int("log.flush.offset.checkpoint.interval.ms", 60000, "high", "How often it is noted up to where logs are flushed.", {
    min: 0,
  }),
  int("log.flush.start.offset.checkpoint.interval.ms", 60000, "high", "How often it is noted where logs begin.", {
    min: 0,
  }),
  long("log.initial.task.delay.ms", 30000, "low", "How long after the start the tasks of logs first run.", {
    min: 0,
    isInternal: true,
  }),
  boolean("log.preallocate", false, "medium", "Taken for compatibility. Files grow as they are written.", {
    updateMode: "cluster-wide",
  }),
  text(
    "log.message.timestamp.type",
    "CreateTime",
    "medium",
    "Whose time a record carries: CreateTime, the producer's, or LogAppendTime, the broker's.",
    { oneOf: ["CreateTime", "LogAppendTime"], updateMode: "cluster-wide" },
  ),
  long(
    "log.message.timestamp.before.max.ms",
    LONG_MAX,
    "medium",
    "How far a producer's time may lie behind the broker's clock.",
    { min: 0, updateMode: "cluster-wide" },
  ),
  long(
    "log.message.timestamp.after.max.ms",
    3600000,
    "medium",
    "How far a producer's time may lie ahead of the broker's clock.",
    { min: 0, updateMode: "cluster-wide" },
  ),
  int("message.max.bytes", 1048588, "high", "The largest batch of records that is taken, with its header.", {
    min: 0,
    updateMode: "cluster-wide",
  }),
  text(
    "compression.type",
    "producer",
    "high",
    "How a broker stores batches: with one codec, uncompressed, or as the producer sent them.",
    { oneOf: ["uncompressed", "zstd", "lz4", "snappy", "gzip", "producer"], updateMode: "cluster-wide" },
  ),
  int("compression.gzip.level", -1, "medium", "The level of gzip; -1 is the codec's own default.", {
    min: 1,
    max: 9,
    or: -1,
    updateMode: "cluster-wide",
  }),
  int("compression.lz4.level", 9, "medium", "The level of lz4.", { min: 1, max: 17, updateMode: "cluster-wide" }),
  int("compression.zstd.level", 3, "medium", "The level of zstd.", {
    min: -131072,
    max: 22,
    updateMode: "cluster-wide",
  }),
  int(
    "num.recovery.threads.per.data.dir",
    2,
    "high",
    "Taken for compatibility. Recovery overlaps its reads in one thread.",
    { min: 1, updateMode: "cluster-wide" },
  ),
  int(
    "num.replica.alter.log.dirs.threads",
    null,
    "high",
    "Taken for compatibility. Moves between directories share one thread.",
  ),
  boolean("log.cleaner.enable", true, "medium", "Whether compacted topics are compacted."),
  int("log.cleaner.threads", 1, "medium", "Taken for compatibility. Compaction has one worker.", {
    min: 0,
    updateMode: "cluster-wide",
  }),
  double(
    "log.cleaner.io.max.bytes.per.second",
    "1.7976931348623157E308",
    "medium",
    "How many bytes compaction reads and writes in a second.",
    { updateMode: "cluster-wide" },
  ),
  long("log.cleaner.dedupe.buffer.size", 134217728, "medium", "How much memory the keys of one compaction may take.", {
    updateMode: "cluster-wide",
  }),
  int("log.cleaner.io.buffer.size", 524288, "medium", "How much memory the reads and writes of compaction may take.", {
    min: 0,
    updateMode: "cluster-wide",
  }),
  double("log.cleaner.io.buffer.load.factor", 0.9, "medium", "How full the table of keys may get.", {
    updateMode: "cluster-wide",
  }),
  long("log.cleaner.backoff.ms", 15000, "medium", "How long compaction sleeps when there is nothing to do.", {
    min: 0,
    updateMode: "cluster-wide",
  }),
  double(
    "log.cleaner.min.cleanable.ratio",
    0.5,
    "medium",
    "The share of a log that must be new before it is compacted.",
    { min: 0, max: 1, updateMode: "cluster-wide" },
  ),
  long("log.cleaner.delete.retention.ms", 86400000, "medium", "How long a compacted topic keeps its tombstones.", {
    min: 0,
    updateMode: "cluster-wide",
  }),
  long("log.cleaner.min.compaction.lag.ms", 0, "medium", "A record stays uncompacted for at least this long.", {
    min: 0,
    updateMode: "cluster-wide",
  }),
  long("log.cleaner.max.compaction.lag.ms", LONG_MAX, "medium", "A record stays uncompacted for at most this long.", {
    min: 1,
    updateMode: "cluster-wide",
  }),
];
