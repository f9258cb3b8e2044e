import {
  brokerDefinitions,
  clientMetricsDefinitions,
  dynamicOnlyDefinitions,
  groupDefinitions,
  topicDefinitions,
} from "./catalogue.js";
import { defaultReplicationFactor, defaultText } from "./defaults.js";
import type { ConfigDefinition, ConfigType } from "./definition.js";
import type { NodeConfig } from "./node-config.js";
import { type BrokerOverrides, EffectiveBroker, EffectiveResource, type Overrides } from "./settings.js";
import { brokerSynonyms, listenerOverrideOf } from "./synonyms.js";
import { canonicalText } from "./values.js";

/** DescribeConfigsResponse.ConfigSource */
export const ConfigSource = {
  topic: 1,
  dynamicBroker: 2,
  dynamicDefaultBroker: 3,
  staticBroker: 4,
  default: 5,
  dynamicBrokerLogger: 6,
  clientMetrics: 7,
  group: 8,
} as const;

/** DescribeConfigsResponse.ConfigType; 0: unknown. */
const TYPE_IDS: Record<ConfigType, number> = {
  boolean: 1,
  string: 2,
  int: 3,
  short: 4,
  long: 5,
  double: 6,
  list: 7,
  class: 8,
  password: 9,
};

export interface DescribedSynonym {
  readonly name: string;
  readonly value: string | null;
  readonly source: number;
}

/** One config of a DescribeConfigs response (its fields, with the protocol's names). */
export interface DescribedConfig {
  readonly name: string;
  /** Null where there is none, and of sensitive ones. */
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
  readonly synonyms: readonly DescribedSynonym[];
  readonly configType: number;
  readonly documentation: string | null;
}

export interface DescribeOptions {
  /** Null or empty: all. */
  readonly keys: readonly string[] | null;
  readonly includeSynonyms: boolean;
  readonly includeDocumentation: boolean;
  /** Registered brokers, for `default.replication.factor` where it follows them. Default: one. */
  readonly brokers?: number;
}

export function describeTopic(
  topic: Overrides,
  broker: BrokerOverrides,
  node: NodeConfig,
  options: DescribeOptions,
): DescribedConfig[] {
  const effective = new EffectiveResource(topicDefinitions, topic, new EffectiveBroker(broker, node));
  return selected(topicDefinitions.values(), topic, options).map((definition) => {
    const value = shown(definition, effective.textOf(definition));
    // Kafka follows the first synonym only, which here leads to all of its family.
    const synonyms = definition.synonyms.length === 0 ? [] : synonymsOf(definition.synonyms[0], broker, node, options);
    if (topic.has(definition.name)) {
      synonyms.unshift({ name: definition.name, value, source: ConfigSource.topic });
    }
    return described(definition, value, synonyms, false, options);
  });
}

/** Of one broker, which is this node. */
export function describeBroker(broker: BrokerOverrides, node: NodeConfig, options: DescribeOptions): DescribedConfig[] {
  const effective = new EffectiveBroker(broker, node);
  const described = selected(brokerDefinitions.values(), node.properties, options).map((definition) => {
    const text = definition.name === "default.replication.factor" ? replicationFactorText(node, options) : null;
    const value = shown(definition, text ?? effective.textOf(definition));
    return brokerEntry(definition, value, synonymsOf(definition.name, broker, node, options), options);
  });
  const others = new Map([...node.properties, ...broker.cluster, ...broker.broker]);
  for (const [name, text] of others) {
    if (!brokerDefinitions.has(name) && isSelected(name, options)) {
      described.push(otherEntry(name, text, synonymsOf(name, broker, node, options), options));
    }
  }
  return described;
}

/** Of the resource broker "": what the whole cluster overrides. */
export function describeCluster(cluster: Overrides, options: DescribeOptions): DescribedConfig[] {
  const entries: DescribedConfig[] = [];
  for (const [name, text] of cluster) {
    if (!isSelected(name, options)) continue;
    const definition = definitionOf(name);
    const value = definition === null || definition.isSensitive ? null : text;
    const synonyms = brokerSynonyms(name)
      .filter((synonym) => cluster.has(synonym))
      .map((synonym) => ({
        name: synonym,
        value: value === null ? null : (cluster.get(synonym) as string),
        source: ConfigSource.dynamicDefaultBroker,
      }));
    entries.push(
      definition === null || !brokerDefinitions.has(name)
        ? otherEntry(name, text, synonyms, options)
        : brokerEntry(definition, shown(definition, text), synonyms, options),
    );
  }
  return entries;
}

export function describeGroup(
  group: Overrides,
  broker: BrokerOverrides,
  node: NodeConfig,
  options: DescribeOptions,
): DescribedConfig[] {
  const effective = new EffectiveResource(groupDefinitions, group, new EffectiveBroker(broker, node));
  return selected(groupDefinitions.values(), group, options).map((definition) => {
    const value = shown(definition, effective.textOf(definition));
    const { name, defaultValue } = definition;
    const synonyms =
      definition.synonyms.length > 0
        ? synonymsOf(definition.synonyms[0], broker, node, options)
        : [{ name, value: defaultValue, source: ConfigSource.default }];
    if (group.has(name)) synonyms.unshift({ name, value, source: ConfigSource.group });
    return described(definition, value, synonyms, false, options);
  });
}

export function describeClientMetrics(overrides: Overrides, options: DescribeOptions): DescribedConfig[] {
  return selected(clientMetricsDefinitions.values(), overrides, options).map((definition) => {
    const own = overrides.get(definition.name);
    const value = shown(definition, own ?? definition.defaultValue);
    const synonyms = own === undefined ? [] : [{ name: definition.name, value, source: ConfigSource.clientMetrics }];
    return described(definition, value, synonyms, false, options);
  });
}

function isSelected(name: string, { keys }: DescribeOptions): boolean {
  return keys === null || keys.length === 0 || keys.includes(name);
}

/** Internal ones are described only where somebody set them. */
function selected(all: Iterable<ConfigDefinition>, given: Overrides, options: DescribeOptions): ConfigDefinition[] {
  return [...all].filter(({ name, isInternal }) => (!isInternal || given.has(name)) && isSelected(name, options));
}

function shown(definition: ConfigDefinition, text: string | null): string | null {
  return text === null || definition.isSensitive ? null : canonicalText(definition, text);
}

function replicationFactorText(node: NodeConfig, options: DescribeOptions): string {
  return String(defaultReplicationFactor(node, options.brokers ?? 1));
}

function described(
  definition: ConfigDefinition,
  value: string | null,
  synonyms: readonly DescribedSynonym[],
  readOnly: boolean,
  options: DescribeOptions,
): DescribedConfig {
  return {
    name: definition.name,
    value,
    readOnly,
    configSource: synonyms.length === 0 ? ConfigSource.default : synonyms[0].source,
    isSensitive: definition.isSensitive,
    synonyms: options.includeSynonyms ? synonyms : [],
    configType: TYPE_IDS[definition.type],
    documentation: options.includeDocumentation ? definition.documentation : null,
  };
}

function brokerEntry(
  definition: ConfigDefinition,
  value: string | null,
  synonyms: readonly DescribedSynonym[],
  options: DescribeOptions,
): DescribedConfig {
  return described(definition, value, synonyms, definition.updateMode === "read-only", options);
}

/** What no file's definition has: of one listener, only dynamic, or somebody's own. The value of what is not known stays hidden. */
function otherEntry(
  name: string,
  text: string,
  synonyms: readonly DescribedSynonym[],
  options: DescribeOptions,
): DescribedConfig {
  const definition = definitionOf(name);
  return {
    name,
    value: definition === null || definition.isSensitive ? null : text,
    readOnly: !dynamicOnlyDefinitions.has(name),
    configSource: synonyms.length === 0 ? ConfigSource.default : synonyms[0].source,
    isSensitive: definition?.isSensitive ?? true,
    synonyms: options.includeSynonyms ? synonyms : [],
    configType: definition === null ? 0 : TYPE_IDS[definition.type],
    documentation: options.includeDocumentation ? (definition?.documentation ?? null) : null,
  };
}

function definitionOf(name: string): ConfigDefinition | null {
  const base = listenerOverrideOf(name) ?? name;
  return brokerDefinitions.get(base) ?? dynamicOnlyDefinitions.get(base) ?? null;
}

/** Where the value of a broker's config may come from, what counts most first, from the first place that has the name itself. */
function synonymsOf(
  name: string,
  broker: BrokerOverrides,
  node: NodeConfig,
  options: DescribeOptions,
): DescribedSynonym[] {
  const names = brokerSynonyms(name);
  const isHidden = definitionOf(name)?.isSensitive ?? true;
  const found: DescribedSynonym[] = [];
  const add = (source: number, textOf: (synonym: string) => string | null | undefined) => {
    for (const synonym of names) {
      const text = textOf(synonym) ?? null;
      if (text !== null) found.push({ name: synonym, value: isHidden ? null : text, source });
    }
  };
  add(ConfigSource.dynamicBroker, (synonym) => broker.broker.get(synonym));
  add(ConfigSource.dynamicDefaultBroker, (synonym) => broker.cluster.get(synonym));
  add(ConfigSource.staticBroker, (synonym) => node.properties.get(synonym));
  add(ConfigSource.default, (synonym) => {
    if (synonym === "default.replication.factor" && !node.properties.has(synonym)) {
      return replicationFactorText(node, options);
    }
    const definition = brokerDefinitions.get(synonym);
    return definition === undefined ? null : defaultText(definition, node);
  });
  const first = found.findIndex((synonym) => synonym.name === name);
  return first === -1 ? [] : found.slice(first);
}
