import { assert } from "../base/assert.js";
import {
  brokerDefinitions,
  clientMetricsDefinitions,
  type Definitions,
  dynamicOnlyDefinitions,
  groupDefinitions,
  topicDefinitions,
} from "./catalogue.js";
import { describeTopic } from "./describe.js";
import { groupRanges } from "./group-ranges.js";
import { addressLimitsReason } from "./node-checks.js";
import type { NodeConfig } from "./node-config.js";
import {
  EffectiveBroker,
  EffectiveResource,
  NO_BROKER_OVERRIDES,
  NO_OVERRIDES,
  type Overrides,
  unfitForTopics,
} from "./settings.js";
import { listenerOverrideOf } from "./synonyms.js";
import { parseValue } from "./values.js";

/** ConfigResource.Type */
const TOPIC = 2;
const BROKER = 4;
const CLIENT_METRICS = 16;
const GROUP = 32;

/** Apache Kafka can change these while it runs; a Holdfast broker keeps what it started with. */
const FIXED_HERE = new Set([
  "listeners",
  "listener.security.protocol.map",
  "principal.builder.class",
  "config.providers",
]);
/** These must be the same on all brokers. */
const WHOLE_CLUSTER_ONLY = new Set(["holdfast.ack.after"]);
const MATCH_NAMES = [
  "client_instance_id",
  "client_id",
  "client_software_name",
  "client_software_version",
  "client_source_address",
  "client_source_port",
];
const ADDRESS_LIMITS = "max.connections.per.ip.overrides";
const PUSH_MS_MIN = 100;
const PUSH_MS_MAX = 3600000;

export interface EffectiveEntry {
  readonly name: string;
  readonly value: string | null;
  readonly readOnly: boolean;
  /** DescribeConfigsResponse.ConfigSource id. */
  readonly source: number;
  readonly isSensitive: boolean;
}

/** The rules of configs of all resources, from one node's view: what the metadata room asks for as `ControllerConfigs`. */
export class ConfigRules {
  private readonly node: NodeConfig;

  constructor(node: NodeConfig) {
    this.node = node;
  }

  /** Why these overrides, all that the resource would have, are not allowed; null when they are. */
  validate(type: number, name: string, overrides: Overrides): string | null {
    switch (type) {
      case TOPIC:
        return valuesReason(topicDefinitions, "topic", overrides) ?? this.topicReason(overrides);
      case BROKER:
        return brokerReason(name, overrides) ?? this.brokerTogetherReason(name, overrides);
      case GROUP:
        return valuesReason(groupDefinitions, "group", overrides) ?? this.groupReason(overrides);
      case CLIENT_METRICS:
        return valuesReason(clientMetricsDefinitions, "client metrics", overrides) ?? clientMetricsReason(overrides);
      default:
        return `Configs of resources of type ${type} cannot be altered.`;
    }
  }

  isList(type: number, key: string): boolean {
    return definitionOf(type, key)?.type === "list";
  }

  defaultValue(type: number, key: string): string | null {
    return definitionOf(type, key)?.defaultValue ?? null;
  }

  staticTopicValue(key: string): string {
    const definition = topicDefinitions.get(key);
    assert(definition !== undefined, `no config of a topic is named ${key}`);
    const resource = new EffectiveResource(topicDefinitions, NO_OVERRIDES, this.broker(NO_OVERRIDES));
    return resource.textOf(definition) ?? "";
  }

  effectiveTopicConfigs(overrides: Overrides, clusterOverrides: Overrides): readonly EffectiveEntry[] {
    const broker = { cluster: clusterOverrides, broker: NO_OVERRIDES };
    const options = { keys: null, includeSynonyms: false, includeDocumentation: false };
    return describeTopic(overrides, broker, this.node, options).map((config) => ({
      name: config.name,
      value: config.value,
      readOnly: config.readOnly,
      source: config.configSource,
      isSensitive: config.isSensitive,
    }));
  }

  /** What each value allows by itself, topics must be able to have, and together. */
  private brokerTogetherReason(resource: string, overrides: Overrides): string | null {
    const layers =
      resource === "" ? { cluster: overrides, broker: NO_OVERRIDES } : { cluster: NO_OVERRIDES, broker: overrides };
    const unfit = unfitForTopics(layers, this.node);
    if (unfit !== null) return `Invalid value ${unfit.value} for configuration ${unfit.name}: ${unfit.reason}.`;
    const broker = new EffectiveBroker(layers, this.node);
    const limits = broker.text(ADDRESS_LIMITS);
    const limitsReason = addressLimitsReason(limits);
    if (limitsReason !== null) return `Invalid value ${limits} for configuration ${ADDRESS_LIMITS}: ${limitsReason}.`;
    const least = broker.number("log.cleaner.min.compaction.lag.ms");
    const most = broker.number("log.cleaner.max.compaction.lag.ms");
    if (least <= most) return null;
    return `log.cleaner.min.compaction.lag.ms (${least}) must not be more than log.cleaner.max.compaction.lag.ms (${most}).`;
  }

  private topicReason(overrides: Overrides): string | null {
    const values = new EffectiveResource(topicDefinitions, overrides, this.broker(NO_OVERRIDES));
    const least = values.number("min.compaction.lag.ms");
    const most = values.number("max.compaction.lag.ms");
    if (least > most) {
      return `The topic's min.compaction.lag.ms (${least}) must not be more than its max.compaction.lag.ms (${most}).`;
    }
    if (values.boolean("remote.storage.enable")) {
      return "Invalid value true for configuration remote.storage.enable: there is no tiered storage in this cluster.";
    }
    return null;
  }

  private groupReason(overrides: Overrides): string | null {
    const values = new EffectiveResource(groupDefinitions, overrides, this.broker(NO_OVERRIDES));
    for (const { name, min, max, onlyIfSet } of groupRanges) {
      if (onlyIfSet && !overrides.has(name)) continue;
      const value = values.number(name);
      const given = `Invalid value ${value} for configuration ${name}`;
      if (min !== null && value < this.node.number(min)) {
        return `${given}: it must be greater than or equal to ${min} (${this.node.number(min)}).`;
      }
      if (max !== null && value > this.node.number(max)) {
        return `${given}: it must be less than or equal to ${max} (${this.node.number(max)}).`;
      }
    }
    for (const kind of ["consumer", "share", "streams"]) {
      const heartbeat = values.number(`${kind}.heartbeat.interval.ms`);
      const session = values.number(`${kind}.session.timeout.ms`);
      if (heartbeat >= session) {
        return `${kind}.heartbeat.interval.ms (${heartbeat}) must be less than ${kind}.session.timeout.ms (${session}).`;
      }
    }
    return null;
  }

  private broker(cluster: Overrides): EffectiveBroker {
    return new EffectiveBroker({ ...NO_BROKER_OVERRIDES, cluster }, this.node);
  }
}

function definitionsOf(type: number): Definitions {
  switch (type) {
    case TOPIC:
      return topicDefinitions;
    case BROKER:
      return brokerDefinitions;
    case GROUP:
      return groupDefinitions;
    default:
      return clientMetricsDefinitions;
  }
}

function definitionOf(type: number, key: string) {
  if (type !== BROKER) return definitionsOf(type).get(key);
  const base = listenerOverrideOf(key) ?? key;
  return brokerDefinitions.get(base) ?? dynamicOnlyDefinitions.get(base);
}

function valuesReason(definitions: Definitions, scope: string, overrides: Overrides): string | null {
  for (const [name, text] of overrides) {
    const definition = definitions.get(name);
    if (definition === undefined) return `Unknown ${scope} config name: ${name}`;
    const { reason } = parseValue(definition, text);
    if (reason !== null) return `Invalid value ${text} for configuration ${name}: ${reason}.`;
  }
  return null;
}

/** Unknown names are allowed, as in Apache Kafka: they are somebody's own. */
function brokerReason(resource: string, overrides: Overrides): string | null {
  for (const [name, text] of overrides) {
    const definition = definitionOf(BROKER, name);
    if (definition === undefined) continue;
    if (definition.updateMode === "read-only") {
      return `Cannot update this config dynamically, only in the broker's file: ${name}`;
    }
    if (name.startsWith("ssl.")) {
      return `This security config can be updated dynamically only for one listener, with its prefix: ${name}`;
    }
    const isOfListener = listenerOverrideOf(name) !== null;
    if (resource === "" && (definition.updateMode === "per-broker" || isOfListener)) {
      return `Cannot update this config for the whole cluster, a broker id must be given: ${name}`;
    }
    if (resource !== "" && WHOLE_CLUSTER_ONLY.has(name)) {
      return `Cannot update this config for one broker, only for the whole cluster: ${name}`;
    }
    if (FIXED_HERE.has(name) || isOfListener || name.startsWith("sasl.")) {
      return `A Holdfast broker cannot change this config while it runs: ${name}`;
    }
    const { reason } = parseValue(definition, text);
    if (reason !== null) {
      const value = definition.isSensitive ? "[hidden]" : text;
      return `Invalid value ${value} for configuration ${name}: ${reason}.`;
    }
  }
  return null;
}

function clientMetricsReason(overrides: Overrides): string | null {
  const interval = overrides.get("interval.ms");
  if (interval !== undefined && (Number(interval) < PUSH_MS_MIN || Number(interval) > PUSH_MS_MAX)) {
    return `Invalid value ${interval} for configuration interval.ms: it must be from ${PUSH_MS_MIN} to ${PUSH_MS_MAX}.`;
  }
  const patterns = overrides.get("match") ?? "";
  for (const pattern of patterns === "" ? [] : patterns.split(",")) {
    const [name, regex, ...rest] = pattern.split("=").map((part) => part.trim());
    if (!MATCH_NAMES.includes(name) || !regex || rest.length > 0 || !isRegex(regex)) {
      return `Illegal client matching pattern: ${pattern} (NAME=REGEX, where NAME is one of ${MATCH_NAMES.join(", ")})`;
    }
  }
  return null;
}

function isRegex(text: string): boolean {
  try {
    new RegExp(text);
    return true;
  } catch {
    return false;
  }
}
