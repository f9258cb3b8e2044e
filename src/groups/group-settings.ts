import type { NodeConfig } from "../config/node-config.js";

/** What the node's properties say of groups. Times in ms. */
export interface GroupSettings {
  readonly offsetsTopicPartitions: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  readonly initialRebalanceDelayMs: number;
  readonly maxSize: number;
  /** Of a position's metadata, characters. */
  readonly offsetMetadataMax: number;
  readonly offsetsRetentionMs: number;
  readonly offsetsRetentionCheckMs: number;
  readonly commitTimeoutMs: number;
  readonly offsetsCodec: 0 | 1 | 2 | 3 | 4;
}

/** How long a member that has just joined may wait for a rebalance to end: it does not send heartbeats yet. */
export const NEW_MEMBER_JOIN_TIMEOUT_MS = 5 * 60 * 1000;

export function groupSettings(config: NodeConfig): GroupSettings {
  return {
    offsetsTopicPartitions: config.number("offsets.topic.num.partitions"),
    minSessionTimeoutMs: config.number("group.min.session.timeout.ms"),
    maxSessionTimeoutMs: config.number("group.max.session.timeout.ms"),
    initialRebalanceDelayMs: config.number("group.initial.rebalance.delay.ms"),
    maxSize: config.number("group.max.size"),
    offsetMetadataMax: config.number("offset.metadata.max.bytes"),
    offsetsRetentionMs: config.number("offsets.retention.minutes") * 60_000,
    offsetsRetentionCheckMs: config.number("offsets.retention.check.interval.ms"),
    commitTimeoutMs: config.number("offsets.commit.timeout.ms"),
    offsetsCodec: config.number("offsets.topic.compression.codec") as GroupSettings["offsetsCodec"],
  };
}
