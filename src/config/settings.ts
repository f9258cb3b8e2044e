import type { ConfigValues, NodeConfig } from "./node-config.js";

/** Overrides by name, as they stand in the metadata image. */
export type Overrides = ReadonlyMap<string, string>;

/** What of the image's overrides counts for one node: of the resource broker "" and of the broker itself. */
export interface BrokerOverrides {
  readonly cluster: Overrides;
  readonly broker: Overrides;
}

/** Structurally the storage's `LogConfig`. */
export interface LogSettings {
  readonly segmentBytes: number;
  readonly segmentMs: number;
  readonly segmentJitterMs: number;
  readonly segmentIndexBytes: number;
  readonly indexIntervalBytes: number;
  readonly retentionMs: number;
  readonly retentionBytes: number;
  readonly fileDeleteDelayMs: number;
  readonly flushMessages: number;
  readonly flushMs: number;
  readonly maxMessageBytes: number;
  readonly compact: boolean;
  readonly delete: boolean;
  readonly compressionType: "producer" | "uncompressed" | "gzip" | "snappy" | "lz4" | "zstd";
  readonly compressionLevel: number | null;
  readonly messageTimestampType: "CreateTime" | "LogAppendTime";
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
}

/** Values of one topic in effect on one node: of the topic, else of the broker (its synonyms), else the default. */
export interface TopicSettings extends ConfigValues {
  readonly log: LogSettings;
  /** Not more than the replicas count: the caller takes the minimum of both. */
  readonly minInsyncReplicas: number;
  readonly uncleanLeaderElection: boolean;
}

export function topicSettings(_topic: Overrides, _broker: BrokerOverrides, _node: NodeConfig): TopicSettings {
  throw new Error("not yet");
}

/** Values of one group in effect on one node. */
export function groupSettings(_group: Overrides, _broker: BrokerOverrides, _node: NodeConfig): ConfigValues {
  throw new Error("not yet");
}

/** Values of one broker in effect: what its file says, changed by what was altered while it runs. */
export function brokerSettings(_broker: BrokerOverrides, _node: NodeConfig): ConfigValues {
  throw new Error("not yet");
}
