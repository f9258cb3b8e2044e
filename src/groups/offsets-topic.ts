import type { NodeConfig } from "../config/node-config.js";

/** The topic that the groups' state is kept in. */
export const OFFSETS_TOPIC = "__consumer_offsets";

/** How an internal topic is to be made, by CreateTopics at the controller. */
export interface InternalTopicSpec {
  readonly name: string;
  readonly numPartitions: number;
  readonly replicationFactor: number;
  readonly configs: readonly { readonly name: string; readonly value: string }[];
}

export function offsetsTopicSpec(config: NodeConfig): InternalTopicSpec {
  return {
    name: OFFSETS_TOPIC,
    numPartitions: config.number("offsets.topic.num.partitions"),
    replicationFactor: config.number("offsets.topic.replication.factor"),
    configs: [
      { name: "cleanup.policy", value: "compact" },
      { name: "compression.type", value: "producer" },
      { name: "segment.bytes", value: String(config.number("offsets.topic.segment.bytes")) },
    ],
  };
}

/** The partition of the offsets topic that has the group's state: Java's String.hashCode, its absolute value, modulo. */
export function partitionForGroup(groupId: string, partitionCount: number): number {
  let hash = 0;
  for (let i = 0; i < groupId.length; i++) hash = (Math.imul(hash, 31) + groupId.charCodeAt(i)) | 0;
  return hash === -2147483648 ? 0 : Math.abs(hash) % partitionCount;
}
