import type { NodeConfig } from "./node-config.js";
import type { Overrides } from "./settings.js";

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
  validate(_type: number, _name: string, _overrides: Overrides): string | null {
    throw new Error(`not yet ${this.node.nodeId}`);
  }

  isList(_type: number, _key: string): boolean {
    throw new Error("not yet");
  }

  defaultValue(_type: number, _key: string): string | null {
    throw new Error("not yet");
  }

  staticTopicValue(_key: string): string {
    throw new Error("not yet");
  }

  effectiveTopicConfigs(_overrides: Overrides, _clusterOverrides: Overrides): readonly EffectiveEntry[] {
    throw new Error("not yet");
  }
}
