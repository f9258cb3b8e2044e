import { EMPTY_BYTES } from "../../base/bytes.js";
import { decode } from "../../protocol/codec.js";
import { ConsumerProtocolAssignment } from "../../protocol/consumer-protocol/assignment.js";
import { ConsumerProtocolSubscription } from "../../protocol/consumer-protocol/subscription.js";
import { encodePrefixed } from "../../protocol/coordinator-record.js";

const SUBSCRIPTION_VERSION = 2;
const ASSIGNMENT_VERSION = 1;

/** A partition as members, checkers and logs of a group name it. */
export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
  readonly name: string;
}

export function topicPartition(topic: string, partition: number): TopicPartition {
  return { topic, partition, name: `${topic}-${partition}` };
}

/** What a member tells the leader of its group: what it wants, and what it has. */
export function subscriptionOf(
  topics: readonly string[],
  owned: Iterable<TopicPartition>,
  generation: number,
): Uint8Array {
  return encodePrefixed(SUBSCRIPTION_VERSION, ConsumerProtocolSubscription, SUBSCRIPTION_VERSION, {
    topics: [...topics],
    ownedPartitions: byTopic(owned),
    generationId: generation,
  });
}

export function readAssignment(bytes: Uint8Array): TopicPartition[] {
  if (bytes.length === 0) return [];
  return flat(decode(ConsumerProtocolAssignment, ASSIGNMENT_VERSION, bytes, 2).assignedPartitions);
}

/**
 * The leader's: the partitions in turn to the members by id. A cooperative leader leaves out what somebody else still has: it is given up
 * first, and handed out in the next generation. `stamp` makes the assignment unlike any other.
 */
export function assign(
  partitions: readonly TopicPartition[],
  members: readonly { readonly memberId: string; readonly metadata: Uint8Array }[],
  cooperative: boolean,
  stamp: string,
): { memberId: string; assignment: Uint8Array }[] {
  const ordered = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  const owners = cooperative ? ownersOf(ordered) : new Map<string, string>();
  const parts = new Map<string, TopicPartition[]>(ordered.map(({ memberId }) => [memberId, []]));
  partitions.forEach((partition, i) => {
    const { memberId } = ordered[i % ordered.length];
    const owner = owners.get(partition.name);
    if (owner === undefined || owner === memberId) parts.get(memberId)?.push(partition);
  });
  const userData = Uint8Array.from(stamp, (character) => character.charCodeAt(0));
  return ordered.map(({ memberId }) => ({
    memberId,
    assignment: encodePrefixed(ASSIGNMENT_VERSION, ConsumerProtocolAssignment, ASSIGNMENT_VERSION, {
      assignedPartitions: byTopic(parts.get(memberId) ?? []),
      userData,
    }),
  }));
}

/** Who has what by the newest generation that anybody tells of it. */
function ownersOf(
  members: readonly { readonly memberId: string; readonly metadata: Uint8Array }[],
): Map<string, string> {
  const owners = new Map<string, string>();
  const since = new Map<string, number>();
  for (const { memberId, metadata } of members) {
    if (metadata === EMPTY_BYTES || metadata.length < 2) continue;
    const { ownedPartitions, generationId } = decode(ConsumerProtocolSubscription, SUBSCRIPTION_VERSION, metadata, 2);
    for (const { name } of flat(ownedPartitions)) {
      if ((since.get(name) ?? -2) >= generationId) continue;
      since.set(name, generationId);
      owners.set(name, memberId);
    }
  }
  return owners;
}

function byTopic(partitions: Iterable<TopicPartition>): { topic: string; partitions: number[] }[] {
  const topics = new Map<string, number[]>();
  for (const { topic, partition } of partitions) {
    const known = topics.get(topic);
    if (known === undefined) topics.set(topic, [partition]);
    else known.push(partition);
  }
  return Array.from(topics, ([topic, indexes]) => ({ topic, partitions: indexes }));
}

function flat(topics: readonly { readonly topic: string; readonly partitions: readonly number[] }[]): TopicPartition[] {
  return topics.flatMap(({ topic, partitions }) => partitions.map((partition) => topicPartition(topic, partition)));
}
