import type { Admin } from "../../cluster/admin.js";
import type { BrokerLink } from "../../cluster/broker-link.js";
import { Failure } from "../../cluster/failure.js";
import { nameOf } from "../../cluster/partition-offsets.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorName } from "../../protocol/errors.js";
import type { OffsetFetchResponse } from "../../protocol/messages/09-offset-fetch.js";
import { GROUPS_A_ROUND } from "../lag-rounds.js";
import type { GroupLag } from "../shapes.js";
import { offsetsOfAll } from "./partition-view.js";

const LIMIT_MS = 4_000;
/** Version 10 asks by topic ids. */
const BY_NAME = 9;
/** First version that asks for many groups at once. */
const BATCHED_FROM = 8;
/** Of the partitions of all groups of one round, whose ends are asked: groups beyond them wait for the next. */
const ENDS_A_ROUND = 20_000;

export interface GroupPartition {
  readonly topic: string;
  readonly partition: number;
  readonly committed: number;
  readonly end: number;
  readonly start: number;
  /** −1: no leader answers. */
  readonly lag: number;
}

export interface WantedGroup {
  readonly group: string;
  /** As it was listed. */
  readonly coordinator: number;
}

type Positions = readonly { readonly topic: string; readonly partition: number; readonly committed: number }[];

/**
 * How far groups are behind, in a bounded round: one question to each coordinator, then one to each leader, in which a partition that
 * many groups read is asked once. Groups that are too many for one round are left out of the answer; the first never is.
 */
export async function lagsOf(admin: Admin, wanted: readonly WantedGroup[]): Promise<GroupLag[]> {
  await admin.metadata([]);
  const found = await positionsOf(admin, wanted.slice(0, GROUPS_A_ROUND));
  const places = new Map<string, { topic: string; partition: number }>();
  const answered: [string, Positions | Failure][] = [];
  for (const [group, positions] of found) {
    if (!(positions instanceof Failure)) {
      if (places.size > 0 && places.size + positions.length > ENDS_A_ROUND) continue;
      for (const each of positions) places.set(nameOf(each), each);
    }
    answered.push([group, positions]);
  }
  const ends = await endsOf(admin, [...places.values()]);
  return answered.map(([group, positions]) => {
    if (positions instanceof Failure) return { group, lag: 0, partitions: 0, unknown: 0, problem: positions.message };
    let lag = 0;
    let unknown = 0;
    for (const each of positions) {
      const end = ends.get(nameOf(each))?.end ?? -1;
      if (end < 0) unknown++;
      else lag += Math.max(0, end - each.committed);
    }
    return { group, lag, partitions: positions.length, unknown, problem: null };
  });
}

/** Each position of one group with what its partition holds, by topic and partition. */
export async function lagsOfGroup(admin: Admin, link: BrokerLink, group: string): Promise<GroupPartition[]> {
  const positions = (await fetchPositions(link, [group])).get(group) ?? [];
  if (positions instanceof Failure) throw positions;
  const offsets = await endsOf(admin, positions, true);
  return positions
    .map(({ topic, partition, committed }) => {
      const { start, end } = offsets.get(nameOf({ topic, partition })) ?? { start: -1, end: -1 };
      return { topic, partition, committed, end, start, lag: end < 0 ? -1 : Math.max(0, end - committed) };
    })
    .sort((a, b) => (a.topic < b.topic ? -1 : a.topic > b.topic ? 1 : a.partition - b.partition));
}

/** In the order in which they are wanted; why those of a coordinator are not told. */
async function positionsOf(admin: Admin, wanted: readonly WantedGroup[]): Promise<Map<string, Positions | Failure>> {
  const byCoordinator = new Map<number, string[]>();
  for (const { group, coordinator } of wanted) {
    const known = byCoordinator.get(coordinator);
    if (known === undefined) byCoordinator.set(coordinator, [group]);
    else known.push(group);
  }
  const answers = new Map<string, Positions | Failure>();
  await Promise.all(
    [...byCoordinator].map(async ([id, groups]) => {
      try {
        const link = await admin.broker(id);
        for (const [group, positions] of await fetchPositions(link, groups)) answers.set(group, positions);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
        for (const group of groups) answers.set(group, error);
      }
    }),
  );
  const ordered = new Map<string, Positions | Failure>();
  for (const { group } of wanted)
    ordered.set(group, answers.get(group) ?? new Failure("Its coordinator told nothing."));
  return ordered;
}

/** All that the groups have committed, from their coordinator; brokers before version 8 are asked for one after the other. */
async function fetchPositions(link: BrokerLink, groups: readonly string[]): Promise<Map<string, Positions | Failure>> {
  const found = new Map<string, Positions | Failure>();
  if ((link.versionOf(Apis.OffsetFetch) ?? 0) >= BATCHED_FROM) {
    const request = { groups: groups.map((groupId) => ({ groupId, topics: null })) };
    const answer = await link.call(Apis.OffsetFetch, request, LIMIT_MS, BY_NAME);
    for (const each of answer.groups) found.set(each.groupId, positionsIn(each));
    return found;
  }
  for (const groupId of groups)
    found.set(groupId, positionsIn(await link.call(Apis.OffsetFetch, { groupId, topics: null }, LIMIT_MS, BY_NAME)));
  return found;
}

function positionsIn({ errorCode, topics }: Pick<OffsetFetchResponse, "errorCode" | "topics">): Positions | Failure {
  if (errorCode !== ErrorCode.NONE) return new Failure(`The coordinator answers ${errorName(errorCode)}.`);
  return topics.flatMap(({ name, partitions }) =>
    partitions
      .filter(({ committedOffset }) => committedOffset >= 0)
      .map((each) => ({ topic: name, partition: each.partitionIndex, committed: each.committedOffset })),
  );
}

async function endsOf(
  admin: Admin,
  places: readonly { readonly topic: string; readonly partition: number }[],
  withStarts = false,
) {
  if (places.length === 0) return new Map<string, { start: number; end: number }>();
  const { topics } = await admin.metadata([...new Set(places.map(({ topic }) => topic))]);
  const leaders = new Map<string, number>();
  for (const { name, partitions } of topics)
    for (const { partitionIndex, leaderId } of partitions)
      if (leaderId >= 0) leaders.set(`${name}-${partitionIndex}`, leaderId);
  return offsetsOfAll(
    admin,
    places.map((each) => ({ ...each, leader: leaders.get(nameOf(each)) ?? null })),
    withStarts,
  );
}
