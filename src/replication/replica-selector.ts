import type { Partition } from "./partition.js";
import type { ReplicaManager } from "./replica-manager.js";

const RACK_AWARE = "org.apache.kafka.common.replica.RackAwareReplicaSelector";

/**
 * Which replica a consumer in this rack had better read from (KIP-392; Kafka's RackAwareReplicaSelector): −1 for the leader itself. A follower is
 * chosen that has `offset`, in the consumer's rack, the furthest one. Only where `replica.selector.class` asks for it.
 */
export function preferredReplica(
  manager: ReplicaManager,
  partition: Partition,
  rackId: string,
  offset: number,
): number {
  if (!manager.isRackAware || manager.rack === rackId) return -1;
  const { brokers } = manager.image.cluster;
  let best = -1;
  let bestEnd = -1;
  for (const replica of partition.replicas) {
    if (replica.endOffset < offset || replica.logStartOffset > offset || replica.endOffset <= bestEnd) continue;
    if (!partition.isr.includes(replica.brokerId)) continue;
    const broker = brokers.get(replica.brokerId);
    if (broker === undefined || broker.fenced || broker.rack !== rackId) continue;
    best = replica.brokerId;
    bestEnd = replica.endOffset;
  }
  return best;
}

/** Holdfast knows Kafka's selectors by the names of their classes. */
export function isRackAwareSelector(className: string | null): boolean {
  return className !== null && (className === RACK_AWARE || className.endsWith("RackAwareReplicaSelector"));
}
