import type { TopicPartition } from "./partition-offsets.js";
import { nameOf } from "./partition-offsets.js";

/**
 * Ways in which a group's leader may share partitions, by the names that Apache Kafka's clients use; the last is what kafkajs calls its own.
 * In this order a member offers them.
 */
export const ASSIGNORS = ["range", "roundrobin", "cooperative-sticky", "RoundRobinAssigner"] as const;
export type Assignor = (typeof ASSIGNORS)[number];

/** What a member told the leader: what it wants to read, and what it has (of `generation`, −1: none). */
export interface Subscriber {
  readonly memberId: string;
  readonly topics: readonly string[];
  readonly owned: readonly TopicPartition[];
  readonly generation: number;
}

/** The leader's: partitions by member id. `counts` says how many partitions there are of each topic; those that are not in it do not exist. */
export function sharePartitions(
  assignor: Assignor,
  members: readonly Subscriber[],
  counts: ReadonlyMap<string, number>,
): Map<string, TopicPartition[]> {
  const sorted = [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1));
  switch (assignor) {
    case "range":
      return byRange(sorted, counts);
    case "roundrobin":
    case "RoundRobinAssigner":
      return inTurn(sorted, counts);
    case "cooperative-sticky":
      return sticky(sorted, counts);
  }
}

function nobodyHas(members: readonly Subscriber[]): Map<string, TopicPartition[]> {
  return new Map(members.map(({ memberId }) => [memberId, []]));
}

/** Of each topic a run of partitions to each of its readers. */
function byRange(members: readonly Subscriber[], counts: ReadonlyMap<string, number>): Map<string, TopicPartition[]> {
  const given = nobodyHas(members);
  for (const [topic, count] of counts) {
    const readers = members.filter(({ topics }) => topics.includes(topic));
    const share = Math.floor(count / readers.length);
    const more = count % readers.length;
    let partition = 0;
    readers.forEach(({ memberId }, index) => {
      const end = partition + share + (index < more ? 1 : 0);
      for (; partition < end; partition++) given.get(memberId)?.push({ topic, partition });
    });
  }
  return given;
}

/** All partitions of all topics in turn to the members, past those that do not read the topic. */
function inTurn(members: readonly Subscriber[], counts: ReadonlyMap<string, number>): Map<string, TopicPartition[]> {
  const given = nobodyHas(members);
  let turn = 0;
  for (const each of allOf(counts)) {
    if (!members.some(({ topics }) => topics.includes(each.topic))) continue;
    while (!members[turn % members.length].topics.includes(each.topic)) turn++;
    given.get(members[turn++ % members.length].memberId)?.push(each);
  }
  return given;
}

/**
 * As even as may be, and nobody loses more than that takes. What one member has and another is to get goes to nobody in this generation: its
 * owner gives it up and joins again, and then it is free (KIP-429).
 */
function sticky(members: readonly Subscriber[], counts: ReadonlyMap<string, number>): Map<string, TopicPartition[]> {
  const given = nobodyHas(members);
  const owners = ownersOf(members, counts);
  const all = allOf(counts);
  const share = Math.floor(all.length / members.length);
  let more = all.length % members.length;
  const free: TopicPartition[] = [];
  for (const each of all) {
    const own = given.get(owners.get(nameOf(each)) ?? "");
    if (own !== undefined && (own.length < share || (own.length === share && more > 0))) {
      if (own.length === share) more--;
      own.push(each);
    } else free.push(each);
  }
  for (const each of free) {
    const readers = members.filter(({ topics }) => topics.includes(each.topic)).map(({ memberId }) => memberId);
    if (readers.length === 0) continue;
    const least = readers.reduce((a, b) => (sizeOf(given, b) < sizeOf(given, a) ? b : a));
    given.get(least)?.push(each);
  }
  for (const [memberId, partitions] of given) {
    const mayHave = partitions.filter((each) => (owners.get(nameOf(each)) ?? memberId) === memberId);
    given.set(memberId, mayHave);
  }
  return given;
}

function sizeOf(given: ReadonlyMap<string, TopicPartition[]>, memberId: string): number {
  return given.get(memberId)?.length ?? 0;
}

/** Member id by partition, by the newest generation that anybody tells of it; who no longer reads the topic has no claim. */
function ownersOf(members: readonly Subscriber[], counts: ReadonlyMap<string, number>): Map<string, string> {
  const owners = new Map<string, string>();
  const since = new Map<string, number>();
  for (const { memberId, topics, owned, generation } of members) {
    for (const each of owned) {
      const name = nameOf(each);
      const isThere = each.partition < (counts.get(each.topic) ?? 0) && topics.includes(each.topic);
      if (!isThere || generation <= (since.get(name) ?? -2)) continue;
      since.set(name, generation);
      owners.set(name, memberId);
    }
  }
  return owners;
}

function allOf(counts: ReadonlyMap<string, number>): TopicPartition[] {
  const topics = [...counts].sort(([a], [b]) => (a < b ? -1 : 1));
  return topics.flatMap(([topic, count]) => Array.from({ length: count }, (_, partition) => ({ topic, partition })));
}
