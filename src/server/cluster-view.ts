import type { BrokerRegistration, MetadataImage, PartitionImage, TopicImage } from "../metadata/image.js";
import { directoryOf } from "../metadata/partition.js";
import { hasOnlineDirectory } from "../metadata/registration.js";
import type { ServerScope } from "./scope.js";

/** A broker as clients of one listener reach it. */
export interface BrokerNode {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  readonly isFenced: boolean;
}

/** Null where there is no such broker, or none with that listener. */
export function brokerNode(image: MetadataImage, id: number, listener: string): BrokerNode | null {
  const broker = image.cluster.brokers.get(id);
  return broker === undefined ? null : nodeOf(broker, listener);
}

/** All that are registered with that listener, by id. */
export function brokerNodes(image: MetadataImage, listener: string): BrokerNode[] {
  const nodes: BrokerNode[] = [];
  for (const broker of image.cluster.brokers.values()) {
    const node = nodeOf(broker, listener);
    if (node !== null) nodes.push(node);
  }
  return nodes.sort((a, b) => a.nodeId - b.nodeId);
}

function nodeOf(broker: BrokerRegistration, listener: string): BrokerNode | null {
  const endpoint = broker.listeners.get(listener);
  if (endpoint === undefined) return null;
  return {
    nodeId: broker.id,
    host: endpoint.host,
    port: endpoint.port,
    rack: broker.rack,
    isFenced: broker.fenced,
  };
}

/** Clients are told of some broker as their controller, since none may talk to the real one (KIP-590): −1 where none is alive. */
export function someBrokerId(scope: ServerScope): number {
  const alive: number[] = [];
  for (const broker of scope.image.cluster.brokers.values()) if (!broker.fenced) alive.push(broker.id);
  return alive.length === 0 ? -1 : alive[scope.ports.random.below(alive.length)];
}

/** Whether clients of the listener reach this replica's broker, and it is not fenced. */
export function isAvailable(image: MetadataImage, id: number, listener: string): boolean {
  const broker = image.cluster.brokers.get(id);
  return broker !== undefined && !broker.fenced && broker.listeners.has(listener);
}

const NONE: readonly number[] = [];

/** Replicas that cannot be reached, or whose data directory is offline. */
export function offlineReplicas(image: MetadataImage, partition: PartitionImage, listener: string): readonly number[] {
  let offline: number[] | null = null;
  for (const id of partition.replicas) {
    const broker = image.cluster.brokers.get(id);
    if (
      broker !== undefined &&
      !broker.fenced &&
      broker.listeners.has(listener) &&
      hasOnlineDirectory(broker, directoryOf(partition, id))
    ) {
      continue;
    }
    offline ??= [];
    offline.push(id);
  }
  return offline ?? NONE;
}

/** The leader to name to clients: while there is no controller, an in-sync replica may stand in for a dead one. */
export function leaderToName(scope: ServerScope, topic: TopicImage, partition: PartitionImage): number {
  return scope.replicas === null ? partition.leader : scope.replicas.effectiveLeader(topic.id, partition);
}
