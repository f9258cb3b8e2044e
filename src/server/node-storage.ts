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
