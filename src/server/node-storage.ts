import type { NodeConfig } from "../config/node-config.js";
import { topicSettings } from "../config/settings.js";
import {
  DEFAULT_LOG_CONFIG,
  DEFAULT_STORAGE_CONFIG,
  type LogConfig,
  type StorageConfig,
} from "../storage/log-config.js";

const NONE: ReadonlyMap<string, string> = new Map();

/** How a node keeps its logs, by its configuration. */
export function storageConfig(config: NodeConfig, clusterId: string | null): StorageConfig {
  return {
    ...DEFAULT_STORAGE_CONFIG,
    nodeId: config.nodeId,
    clusterId,
    logConfig: topicSettings(NONE, { cluster: NONE, broker: NONE }, config).log,
    flushAfterWrite: config.ackAfter === "fsync",
    highWatermarkCheckpointMs: config.number("replica.high.watermark.checkpoint.interval.ms"),
    retentionCheckMs: config.number("log.retention.check.interval.ms"),
    cleaner: {
      isEnabled: config.boolean("log.cleaner.enable"),
      backoffMs: config.number("log.cleaner.backoff.ms"),
      bytesPerSecond: config.number("log.cleaner.io.max.bytes.per.second"),
      // One half reads, the other writes.
      bufferBytes: Math.max(1, Math.floor(config.number("log.cleaner.io.buffer.size") / 2)),
      keyBytes: config.number("log.cleaner.dedupe.buffer.size") * config.number("log.cleaner.io.buffer.load.factor"),
    },
    producerIdExpirationMs: config.number("producer.id.expiration.ms"),
  };
}

/** Of the metadata log: raft alone decides what leaves it. */
export function metadataLogConfig(config: NodeConfig): LogConfig {
  return {
    ...DEFAULT_LOG_CONFIG,
    segmentBytes: config.number("metadata.log.segment.bytes"),
    segmentMs: config.number("metadata.log.segment.ms"),
    retentionMs: -1,
    retentionBytes: -1,
    maxMessageBytes: 16777216,
  };
}
