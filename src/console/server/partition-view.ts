import type { Admin } from "../../cluster/admin.js";
import type { BrokerLink } from "../../cluster/broker-link.js";
import { Failure } from "../../cluster/failure.js";
import { EARLIEST, groupedByTopic, LATEST, nameOf, type TopicPartition } from "../../cluster/partition-offsets.js";
import { eligibleReplicasOf, logEndOf } from "../../cluster/replica-state.js";
import { describeTopics } from "../../cluster/topics.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { PartitionView } from "../story/event.js";

const LIMIT_MS = 2_000;

/** What the protocol tells about one partition. Throws a `Failure` when it does not exist or nobody answers. */
export async function partitionView(admin: Admin, topic: string, partition: number): Promise<PartitionView> {
  const [found] = await describeTopics(admin, [topic]);
  const each = found.partitions.find((candidate) => candidate.partition === partition);
  if (each === undefined) throw new Failure(`${topic} has no partition ${partition}.`);
  const [offsets, ends, elr, minInsync] = await Promise.all([
    each.leader === null ? null : offsetsOf(admin, each.leader, topic, partition),
    endsOf(admin, each.replicas, topic, partition),
    eligibleReplicasOf(admin, topic, partition),
    topicNumber(admin, topic, "min.insync.replicas"),
  ]);
  return {
    topic,
    partition,
    leader: each.leader,
    epoch: each.leaderEpoch,
    replicas: each.replicas,
    isr: each.isr,
    elr,
    start: offsets?.start ?? -1,
    highWatermark: offsets?.end ?? -1,
    ends,
    minInsync,
  };
}

export interface LogOffsets {
  readonly start: number;
  /** The high watermark, which is the end that a reader sees. */
  readonly end: number;
}

/** Log start and end of one partition. null: the leader does not answer. */
export async function offsetsOf(
  admin: Admin,
  leader: number,
  topic: string,
  partition: number,
): Promise<LogOffsets | null> {
  const found = await offsetsOfAll(admin, [{ topic, partition, leader }]);
  return found.get(nameOf({ topic, partition })) ?? null;
}

export interface LedPartition extends TopicPartition {
  readonly leader: number | null;
}

/**
 * Log start and end by the names of partitions, asked in one request of each leader; those that are not told are left out. Without
 * `withStarts` all starts are −1.
 */
export async function offsetsOfAll(
  admin: Admin,
  partitions: readonly LedPartition[],
  withStarts = true,
): Promise<Map<string, LogOffsets>> {
  const [starts, ends] = await Promise.all([
    withStarts ? listedOfAll(admin, partitions, EARLIEST) : null,
    listedOfAll(admin, partitions, LATEST),
  ]);
  const found = new Map<string, LogOffsets>();
  for (const [name, end] of ends) {
    const start = starts === null ? -1 : starts.get(name)?.offset;
    if (start !== undefined) found.set(name, { start, end: end.offset });
  }
  return found;
}

export interface ListedOffset {
  /** −1: there is none. */
  readonly offset: number;
  /** Of the record there, ms; −1: it is not told. */
  readonly timestamp: number;
}

/** What ListOffsets answers to a time in ms (or EARLIEST, LATEST, …); otherwise as `offsetsOfAll`. */
export async function listedOfAll(
  admin: Admin,
  partitions: readonly LedPartition[],
  timestamp: number,
): Promise<Map<string, ListedOffset>> {
  const byLeader = new Map<number, TopicPartition[]>();
  for (const each of partitions) {
    if (each.leader === null) continue;
    const known = byLeader.get(each.leader);
    if (known === undefined) byLeader.set(each.leader, [each]);
    else known.push(each);
  }
  const found = new Map<string, ListedOffset>();
  await Promise.all(
    [...byLeader].map(async ([leader, wanted]) => {
      try {
        const told = await listed(await admin.broker(leader), wanted, timestamp);
        for (const [name, offset] of told) found.set(name, offset);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
    }),
  );
  return found;
}

async function listed(link: BrokerLink, wanted: readonly TopicPartition[], timestamp: number) {
  const topics = [...groupedByTopic(wanted)].map(([name, indexes]) => ({
    name,
    partitions: indexes.map((partitionIndex) => ({ partitionIndex, timestamp })),
  }));
  const answer = await link.call(Apis.ListOffsets, { replicaId: -1, topics }, LIMIT_MS);
  const offsets = new Map<string, ListedOffset>();
  for (const { name, partitions } of answer.topics) {
    for (const { partitionIndex, errorCode, offset, timestamp: found } of partitions)
      if (errorCode === ErrorCode.NONE) offsets.set(`${name}-${partitionIndex}`, { offset, timestamp: found });
  }
  return offsets;
}

/** The end of each replica's log; those that do not answer are left out. */
async function endsOf(
  admin: Admin,
  replicas: readonly number[],
  topic: string,
  partition: number,
): Promise<Record<string, number>> {
  const ends: Record<string, number> = {};
  await Promise.all(
    replicas.map(async (id) => {
      try {
        const end = await logEndOf(await admin.broker(id), topic, partition);
        if (end !== null) ends[id] = end;
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
    }),
  );
  return ends;
}

/** A topic's effective value; −1 when it is not told. */
async function topicNumber(admin: Admin, topic: string, name: string): Promise<number> {
  const link = await admin.any();
  const resources = [{ resourceType: 2, resourceName: topic, configurationKeys: [name] }];
  const { results } = await link.call(Apis.DescribeConfigs, { resources }, LIMIT_MS);
  const value = Number(results[0]?.configs[0]?.value ?? Number.NaN);
  return Number.isFinite(value) ? value : -1;
}
