import type { ConfigDefinition } from "./definition.js";
import type { ConfigValues, NodeConfig } from "./node-config.js";

const REPLICATION_FACTOR = "default.replication.factor";
const MIN_ISR = "min.insync.replicas";
const REPLICATION_FACTOR_MAX = 3;

/**
 * `default.replication.factor` where a creation names none: as set, else three, or as many as there are brokers.
 * Brokers: those that are registered now.
 */
export function defaultReplicationFactor(config: NodeConfig, brokers: number): number {
  return config.optionalNumber(REPLICATION_FACTOR) ?? Math.max(1, Math.min(REPLICATION_FACTOR_MAX, brokers));
}

export function majorityOf(replicas: number): number {
  return Math.floor(replicas / 2) + 1;
}

/**
 * `min.insync.replicas` where nothing sets it: a majority of the default replication factor. Where that follows the brokers, it is two:
 * whoever compares takes not more than the replicas there are, and up to three of them two, or the only one, are a majority.
 */
export function defaultMinInsyncReplicas(replicationFactor: number | null): number {
  return majorityOf(replicationFactor ?? REPLICATION_FACTOR_MAX);
}

/** The default of a broker's config as a text; null: there is none. Two of them depend on others. */
export function defaultText(definition: ConfigDefinition, config: ConfigValues): string | null {
  if (definition.name === MIN_ISR) return String(defaultMinInsyncReplicas(config.optionalNumber(REPLICATION_FACTOR)));
  return definition.defaultValue;
}
