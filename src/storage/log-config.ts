/** How bytes of a topic are stored, from the topic's settings. Durations are milliseconds, sizes bytes, −1 "no limit". */
export interface LogConfig {
  /** `segment.bytes`, `segment.ms`, `segment.jitter.ms`. */
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly segmentJitterMs: number;
  /** `segment.index.bytes`: an offset index of this size makes the segment roll. */
  readonly segmentIndexBytes: number;
  /** `index.interval.bytes`. */
  readonly indexIntervalBytes: number;
  /** `retention.ms`, `retention.bytes`. */
  readonly retentionMs: number;
  readonly retentionBytes: number;
  /** `file.delete.delay.ms`. */
  readonly fileDeleteDelayMs: number;
  /** `flush.messages`, `flush.ms`. */
  readonly flushMessages: number;
  readonly flushMs: number;
  /** `max.message.bytes`, of a whole batch with its header. */
  readonly maxMessageBytes: number;
  /** `cleanup.policy`. */
  readonly compact: boolean;
  readonly delete: boolean;
  /** `compression.type`; `compressionLevel` null: the codec's default. */
  readonly compressionType: CompressionType;
  readonly compressionLevel: number | null;
  /** `delete.retention.ms`, `min.cleanable.dirty.ratio`, `min.compaction.lag.ms`, `max.compaction.lag.ms`. */
  readonly deleteRetentionMs: number;
  readonly minCleanableDirtyRatio: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  /** `message.timestamp.type`, `message.timestamp.before.max.ms`, `message.timestamp.after.max.ms`. */
  readonly messageTimestampType: "CreateTime" | "LogAppendTime";
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
}

export type CompressionType = "producer" | "uncompressed" | "gzip" | "snappy" | "lz4" | "zstd";

/** Apache Kafka's defaults of a topic. */
export const DEFAULT_LOG_CONFIG: LogConfig = {
  segmentBytes: 1073741824,
  segmentMs: 604800000,
  segmentJitterMs: 0,
  segmentIndexBytes: 10485760,
  indexIntervalBytes: 4096,
  retentionMs: 604800000,
  retentionBytes: -1,
  fileDeleteDelayMs: 60000,
  flushMessages: Number.MAX_SAFE_INTEGER,
  flushMs: Number.MAX_SAFE_INTEGER,
  maxMessageBytes: 1048588,
  compact: false,
  delete: true,
  compressionType: "producer",
  compressionLevel: null,
  deleteRetentionMs: 86400000,
  minCleanableDirtyRatio: 0.5,
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.MAX_SAFE_INTEGER,
  messageTimestampType: "CreateTime",
  messageTimestampBeforeMaxMs: Number.MAX_SAFE_INTEGER,
  messageTimestampAfterMaxMs: 3600000,
};

export interface CleanerConfig {
  /** `log.cleaner.enable`. */
  readonly isEnabled: boolean;
  /** `log.cleaner.backoff.ms`. */
  readonly backoffMs: number;
  /** `log.cleaner.io.max.bytes.per.second`, of reads and writes together. */
  readonly bytesPerSecond: number;
  /** `log.cleaner.io.buffer.size`: bytes read, and at most about so many worked on, within a turn. */
  readonly bufferBytes: number;
  /** `log.cleaner.dedupe.buffer.size`: memory that the keys of one cleaning may take. */
  readonly keyBytes: number;
}

/** How a broker keeps its logs. */
export interface StorageConfig {
  readonly nodeId: number;
  /** Null: taken from the first directory that has one. */
  readonly clusterId: string | null;
  /** For topics of which nothing else is known yet; `Log.config` is set once it is. */
  readonly logConfig: LogConfig;
  /** `holdfast.ack.after=fsync`: every write is followed by a group-committed fdatasync. */
  readonly flushAfterWrite: boolean;
  /** Bytes of record data that the memory tails of all logs hold together. */
  readonly memoryTailBytes: number;
  /** `replica.high.watermark.checkpoint.interval.ms`. */
  readonly highWatermarkCheckpointMs: number;
  /** How often what a restart need not read again is noted. */
  readonly recoveryPointCheckpointMs: number;
  /** How long written data may stay unsynced where no acknowledgement waits for a sync. */
  readonly backgroundFlushMs: number;
  /** `log.retention.check.interval.ms`. */
  readonly retentionCheckMs: number;
  /** How the logs of compacted topics are cleaned. */
  readonly cleaner: CleanerConfig;
  /** `producer.id.expiration.ms`. */
  readonly producerIdExpirationMs: number;
  /** Verify the CRC of batches that are read from disk, so that a rotten one is noticed before it is served. */
  readonly verifyReads: boolean;
  /** Milliseconds of work within one turn while logs load. */
  readonly loadSliceMs: number;
  /** Files held open at most; active segments that are idle are closed beyond it. */
  readonly maxOpenFiles: number;
}

export const DEFAULT_STORAGE_CONFIG: StorageConfig = {
  nodeId: 0,
  clusterId: null,
  logConfig: DEFAULT_LOG_CONFIG,
  flushAfterWrite: false,
  memoryTailBytes: 33554432,
  highWatermarkCheckpointMs: 5000,
  recoveryPointCheckpointMs: 2000,
  backgroundFlushMs: 30000,
  retentionCheckMs: 300000,
  cleaner: {
    isEnabled: true,
    backoffMs: 15000,
    bytesPerSecond: Number.MAX_VALUE,
    bufferBytes: 262144,
    keyBytes: 134217728,
  },
  producerIdExpirationMs: 86400000,
  verifyReads: true,
  loadSliceMs: 8,
  maxOpenFiles: 4096,
};
