import type { NodeConfig } from "./node-config.js";
import type { BrokerOverrides, Overrides } from "./settings.js";

/** One config of a DescribeConfigs response (its fields, with the protocol's names). */
export interface DescribedConfig {
  readonly name: string;
  /** Null where there is none, and of sensitive ones. */
  readonly value: string | null;
  readonly readOnly: boolean;
  readonly configSource: number;
  readonly isSensitive: boolean;
  readonly synonyms: readonly { readonly name: string; readonly value: string | null; readonly source: number }[];
  readonly configType: number;
  readonly documentation: string | null;
}

export interface DescribeOptions {
  /** Null or empty: all. */
  readonly keys: readonly string[] | null;
  readonly includeSynonyms: boolean;
  readonly includeDocumentation: boolean;
}

export function describeTopic(
  _topic: Overrides,
  _broker: BrokerOverrides,
  _node: NodeConfig,
  _options: DescribeOptions,
): DescribedConfig[] {
  throw new Error("not yet");
}

/** Of one broker, which is this node. */
export function describeBroker(
  _broker: BrokerOverrides,
  _node: NodeConfig,
  _options: DescribeOptions,
): DescribedConfig[] {
  throw new Error("not yet");
}

/** Of the resource broker "": what the whole cluster overrides. */
export function describeCluster(_cluster: Overrides, _options: DescribeOptions): DescribedConfig[] {
  throw new Error("not yet");
}

export function describeGroup(
  _group: Overrides,
  _broker: BrokerOverrides,
  _node: NodeConfig,
  _options: DescribeOptions,
): DescribedConfig[] {
  throw new Error("not yet");
}

export function describeClientMetrics(_overrides: Overrides, _options: DescribeOptions): DescribedConfig[] {
  throw new Error("not yet");
}
