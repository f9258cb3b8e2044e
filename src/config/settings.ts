import { assert } from "../base/assert.js";
import { brokerDefinitions, groupDefinitions, topicDefinitions } from "./catalogue.js";
import { defaultText } from "./defaults.js";
import type { ConfigDefinition } from "./definition.js";
import type { ConfigValues, NodeConfig } from "./node-config.js";
import { brokerSynonyms, unitOf } from "./synonyms.js";
import { type ConfigValue, DefinedValues, parseValue } from "./values.js";

/** Overrides by name, as they stand in the metadata image. */
export type Overrides = ReadonlyMap<string, string>;

/** What of the image's overrides counts for one node: of the resource broker "" and of the broker itself. */
export interface BrokerOverrides {
  readonly cluster: Overrides;
  readonly broker: Overrides;
}

export const NO_OVERRIDES: Overrides = new Map();
export const NO_BROKER_OVERRIDES: BrokerOverrides = { cluster: NO_OVERRIDES, broker: NO_OVERRIDES };

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
  /** `delete.retention.ms`, `min.cleanable.dirty.ratio`, `min.compaction.lag.ms`, `max.compaction.lag.ms`. */
  readonly deleteRetentionMs: number;
  readonly minCleanableDirtyRatio: number;
  readonly minCompactionLagMs: number;
  readonly maxCompactionLagMs: number;
  readonly messageTimestampType: "CreateTime" | "LogAppendTime";
  readonly messageTimestampBeforeMaxMs: number;
  readonly messageTimestampAfterMaxMs: number;
}

/** Values of one topic in effect on one node: of the topic, else of the broker (its synonyms), else the default. */
export interface TopicSettings extends ConfigValues {
  readonly log: LogSettings;
  /** May exceed the replicas that a topic has: whoever compares takes the smaller of both. */
  readonly minInsyncReplicas: number;
  readonly uncleanLeaderElection: boolean;
}

/** Values of one broker in effect: what its file says, changed by what was altered while it runs. */
export function brokerSettings(broker: BrokerOverrides, node: NodeConfig): ConfigValues {
  return latest(broker, node).broker;
}

/** Topics without settings of their own share one object. */
export function topicSettings(topic: Overrides, broker: BrokerOverrides, node: NodeConfig): TopicSettings {
  const known = latest(broker, node);
  if (topic.size > 0) return new EffectiveTopic(topic, known.broker);
  known.plainTopic ??= new EffectiveTopic(NO_OVERRIDES, known.broker);
  return known.plainTopic;
}

/** Values of one group in effect on one node. */
export function groupSettings(group: Overrides, broker: BrokerOverrides, node: NodeConfig): ConfigValues {
  return new EffectiveResource(groupDefinitions, group, latest(broker, node).broker);
}

interface Latest {
  readonly overrides: BrokerOverrides;
  readonly broker: EffectiveBroker;
  plainTopic: TopicSettings | null;
}

/** Overrides are replaced, never changed: while they are the same maps, what was worked out for a thousand topics holds. */
const latestOfNodes: WeakMap<NodeConfig, Latest> = new WeakMap();

function latest(overrides: BrokerOverrides, node: NodeConfig): Latest {
  const known = latestOfNodes.get(node);
  if (known?.overrides.cluster === overrides.cluster && known.overrides.broker === overrides.broker) return known;
  const fresh = { overrides, broker: new EffectiveBroker(overrides, node), plainTopic: null };
  latestOfNodes.set(node, fresh);
  return fresh;
}

export class EffectiveBroker extends DefinedValues {
  private readonly overrides: BrokerOverrides;
  private readonly node: NodeConfig;
  private readonly values: Map<string, ConfigValue> = new Map();

  constructor(overrides: BrokerOverrides, node: NodeConfig) {
    super(brokerDefinitions);
    this.overrides = overrides;
    this.node = node;
  }

  protected override value(definition: ConfigDefinition): ConfigValue {
    const known = this.values.get(definition.name);
    if (known !== undefined) return known;
    const text = this.textOf(definition);
    const value = text === null ? null : parseValue(definition, text).value;
    this.values.set(definition.name, value);
    return value;
  }

  /** The value in effect as it was written, or the default; null: there is none. */
  textOf(definition: ConfigDefinition): string | null {
    const { name } = definition;
    const synonyms = brokerSynonyms(name);
    for (const layer of [this.overrides.broker, this.overrides.cluster]) {
      const text = layer.get(name);
      // What is not allowed (another release may have let it in) leaves in effect what was.
      if (text !== undefined && parseValue(definition, text).reason === null) return text;
      // The same in another unit, altered while the broker runs, takes the place of what the file says in this one.
      if (text === undefined && synonyms.some((synonym) => layer.has(synonym)))
        return defaultText(definition, this.node);
    }
    return this.node.properties.get(name) ?? defaultText(definition, this.node);
  }

  /** The value that these names, best first, give to a topic's or group's config, as its text. */
  textOfSynonyms(names: readonly string[]): string | null {
    for (const name of names) {
      const definition = brokerDefinitions.get(name);
      assert(definition !== undefined, `no config of a broker is named ${name}`);
      const text = this.textOf(definition);
      if (text === null) continue;
      const unit = unitOf(name);
      return unit === 1 ? text : String(Number(text) * unit);
    }
    return null;
  }
}

/** Values of a topic or a group: its own, else those that the broker gives by its synonyms, else the default. */
export class EffectiveResource extends DefinedValues {
  private readonly overrides: Overrides;
  private readonly broker: EffectiveBroker;

  constructor(definitions: ReadonlyMap<string, ConfigDefinition>, overrides: Overrides, broker: EffectiveBroker) {
    super(definitions);
    this.overrides = overrides;
    this.broker = broker;
  }

  textOf(definition: ConfigDefinition): string | null {
    const own = this.overrides.get(definition.name);
    if (own !== undefined && parseValue(definition, own).reason === null) return own;
    return this.inherited(definition);
  }

  private inherited(definition: ConfigDefinition): string | null {
    const text = inheritedText(definition, this.broker);
    return text === null || parseValue(definition, text).reason !== null ? definition.defaultValue : text;
  }

  protected override value(definition: ConfigDefinition): ConfigValue {
    const text = this.textOf(definition);
    return text === null ? null : parseValue(definition, text).value;
  }
}

/** What a broker gives to a config of a topic or group that does not set it, else the default. */
function inheritedText(definition: ConfigDefinition, broker: EffectiveBroker): string | null {
  const text = broker.textOfSynonyms(definition.synonyms) ?? definition.defaultValue;
  // However a file says "for ever", a topic says −1.
  return definition.name === "retention.ms" && text !== null && Number(text) < 0 ? "-1" : text;
}

/** A config of a broker whose value topics could not have, and why ("it must be …"); null: there is none. */
export function unfitForTopics(
  overrides: BrokerOverrides,
  node: NodeConfig,
): { readonly name: string; readonly value: string; readonly reason: string } | null {
  const broker = new EffectiveBroker(overrides, node);
  for (const definition of topicDefinitions.values()) {
    const text = inheritedText(definition, broker);
    if (text === null) continue;
    const { reason } = parseValue(definition, text);
    // A topic may drop its records at once; that all of them do is not what anybody wants.
    const isNothingKept = definition.name === "retention.ms" && Number(text) === 0;
    if (reason === null && !isNothingKept) continue;
    const name = definition.synonyms.find((synonym) => broker.textOf(brokerDefinitions.get(synonym)!) !== null)!;
    return { name, value: text, reason: reason ?? "it must be at least 1, or -1 for ever" };
  }
  return null;
}

class EffectiveTopic extends EffectiveResource implements TopicSettings {
  readonly log: LogSettings;
  readonly minInsyncReplicas: number;
  readonly uncleanLeaderElection: boolean;

  constructor(overrides: Overrides, broker: EffectiveBroker) {
    super(topicDefinitions, overrides, broker);
    this.log = logSettings(this);
    this.minInsyncReplicas = this.number("min.insync.replicas");
    this.uncleanLeaderElection = this.boolean("unclean.leader.election.enable");
  }
}

function logSettings(values: ConfigValues): LogSettings {
  const policy = values.list("cleanup.policy");
  const compressionType = values.text("compression.type") as LogSettings["compressionType"];
  return {
    segmentBytes: values.optionalNumber("internal.segment.bytes") ?? values.number("segment.bytes"),
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
    compact: policy.includes("compact"),
    delete: policy.includes("delete"),
    compressionType,
    compressionLevel: compressionLevel(values, compressionType),
    deleteRetentionMs: values.number("delete.retention.ms"),
    minCleanableDirtyRatio: values.number("min.cleanable.dirty.ratio"),
    minCompactionLagMs: values.number("min.compaction.lag.ms"),
    maxCompactionLagMs: values.number("max.compaction.lag.ms"),
    messageTimestampType: values.text("message.timestamp.type") as LogSettings["messageTimestampType"],
    messageTimestampBeforeMaxMs: values.number("message.timestamp.before.max.ms"),
    messageTimestampAfterMaxMs: values.number("message.timestamp.after.max.ms"),
  };
}

/** Null: the codec's own default, or a codec that has no levels. */
function compressionLevel(values: ConfigValues, type: LogSettings["compressionType"]): number | null {
  if (type !== "gzip" && type !== "lz4" && type !== "zstd") return null;
  const level = values.number(`compression.${type}.level`);
  return type === "gzip" && level === -1 ? null : level;
}
