import type { NodeConfig } from "./node-config.js";

/**
 * `default.replication.factor` where a creation names none: as set, else three, or as many as there are brokers.
 * Brokers: those that are registered now.
 */
export function defaultReplicationFactor(config: NodeConfig, brokers: number): number {
  return config.optionalNumber("default.replication.factor") ?? Math.max(1, Math.min(3, brokers));
}

export function majorityOf(replicas: number): number {
  return Math.floor(replicas / 2) + 1;
}
