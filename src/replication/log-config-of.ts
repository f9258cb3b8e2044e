import type { ConfigValues } from "../config/node-config.js";
import type { CompressionType, LogConfig } from "../storage/log-config.js";

const LEVEL_CODECS = new Set(["gzip", "lz4", "zstd"]);

/** A topic's settings as its logs need them. */
export function logConfigOf(values: ConfigValues): LogConfig {
  const compressionType = values.text("compression.type") as CompressionType;
  const policies = values.list("cleanup.policy");
  return {
    segmentBytes: values.number("segment.bytes"),
    segmentMs: values.number("segment.ms"),
    segmentJitterMs: values.number("segment.jitter.ms"),
    segmentIndexBytes: values.number("segment.index.bytes"),
    indexIntervalBytes: values.number("index.interval.bytes"),
    retentionMs: values.number("retention.ms"),
    retentionBytes: values.number("retention.bytes"),
    fileDeleteDelayMs: values.number("file.delete.delay.ms"),
    flushMessages: values.number("flush.messages"),
    flushMs: values.number("flush.ms"),
    maxMessageBytes: values.number("max.message.bytes"),
    compact: policies.includes("compact"),
    delete: policies.includes("delete"),
    compressionType,
    compressionLevel: LEVEL_CODECS.has(compressionType) ? values.number(`compression.${compressionType}.level`) : null,
    messageTimestampType: values.text("message.timestamp.type") as LogConfig["messageTimestampType"],
    messageTimestampBeforeMaxMs: values.number("message.timestamp.before.max.ms"),
    messageTimestampAfterMaxMs: values.number("message.timestamp.after.max.ms"),
  };
}
