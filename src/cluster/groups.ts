import { Apis } from "../protocol/apis.js";
import { decode } from "../protocol/codec.js";
import { ConsumerProtocolAssignment } from "../protocol/consumer-protocol/assignment.js";
import { ErrorCode, errorMessage, errorName, isRetriable } from "../protocol/errors.js";
import { type Admin, expectNone } from "./admin.js";
import type { BrokerLink } from "./broker-link.js";
import { Failure } from "./failure.js";
import { EARLIEST, groupedByTopic, LATEST, nameOf, offsetsAt, type TopicPartition } from "./partition-offsets.js";
import { pause } from "./readiness.js";

export interface GroupListing {
  readonly group: string;
  /** "consumer" for consumers, or what other users of the protocol call themselves. */
  readonly protocolType: string;
  readonly state: string;
  /** "classic" or "consumer"; "" where the broker does not tell. */
  readonly type: string;
  readonly coordinator: number;
}

export interface GroupMember {
  readonly memberId: string;
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly host: string;
  readonly partitions: readonly TopicPartition[];
}

export interface GroupReport {
  readonly group: string;
  readonly state: string;
  readonly protocol: string;
  readonly coordinator: number;
  readonly members: readonly GroupMember[];
  readonly positions: readonly GroupPosition[];
}

export interface GroupPosition extends TopicPartition {
  /** null: nothing is committed. */
  readonly committed: number | null;
  /** The end of the log: the high watermark. */
  readonly end: number;
  /** How many records the group has not committed yet; null without a committed position. */
  readonly lag: number | null;
  /** null: no member reads it. */
  readonly memberId: string | null;
}

const RETRY_LIMIT_MS = 30_000;
const RETRY_PAUSE_MS = 100;
/** The last versions that name topics by name. */
const FETCH_BY_NAME = 9;
const COMMIT_BY_NAME = 9;
const SUBSCRIPTIONS = "consumer";

/** The groups of all coordinators. */
export async function listGroups(admin: Admin): Promise<GroupListing[]> {
  const { brokers } = await admin.metadata([]);
  const found: GroupListing[] = [];
  for (const { nodeId } of brokers) {
    const answer = await retried(`Broker ${nodeId} does not list its groups`, async () => {
      const listed = await (await admin.broker(nodeId)).call(Apis.ListGroups, { statesFilter: [], typesFilter: [] });
      return { errorCode: listed.errorCode, result: listed.groups };
    });
    for (const { groupId, protocolType, groupState, groupType } of answer)
      found.push({ group: groupId, protocolType, state: groupState, type: groupType, coordinator: nodeId });
  }
  return found.sort((a, b) => (a.group < b.group ? -1 : 1));
}

/** State, members, committed positions and lag. A group that does not exist is a `Failure`. */
export async function describeGroup(admin: Admin, group: string): Promise<GroupReport> {
  const coordinator = await coordinatorOf(admin, group);
  const described = await retried(`Group ${group}`, async () => {
    const { groups } = await coordinator.link.call(Apis.DescribeGroups, { groups: [group] });
    return { errorCode: groups[0].errorCode, result: groups[0] };
  });
  if (described.groupState === "Dead") throw noGroup(group);
  const members = described.members.map((member) => ({
    memberId: member.memberId,
    instanceId: member.groupInstanceId,
    clientId: member.clientId,
    host: member.clientHost,
    partitions: described.protocolType === SUBSCRIPTIONS ? assignmentOf(member.memberAssignment) : [],
  }));
  return {
    group,
    state: described.groupState,
    protocol: described.protocolData,
    coordinator: coordinator.id,
    members,
    positions: await positionsOf(admin, coordinator.link, group, members),
  };
}

/** All that the group committed, by the names of partitions. */
export async function committedOffsets(admin: Admin, group: string): Promise<Map<string, number>> {
  const { link } = await coordinatorOf(admin, group);
  const committed = await committedBy(link, group);
  return new Map(committed.map((each) => [nameOf(each), each.offset]));
}

/** Where a group is to go on. `to` of a shift is added to what is committed, and kept within the log. */
export type ResetTarget =
  | { readonly kind: "earliest" | "latest" | "current" }
  | { readonly kind: "offset" | "shift"; readonly by: number }
  | { readonly kind: "time"; readonly ms: number };

export interface Reset extends TopicPartition {
  readonly before: number | null;
  readonly after: number;
}

/** What a reset would do. `topics` null: those that the group has committed for. */
export async function planReset(
  admin: Admin,
  group: string,
  topics: readonly { readonly topic: string; readonly partitions: readonly number[] | null }[] | null,
  target: ResetTarget,
): Promise<Reset[]> {
  const committed = await committedOffsets(admin, group);
  const partitions = topics === null ? named(committed) : await expanded(admin, topics);
  if (partitions.length === 0) {
    throw new Failure(
      `Group ${group} has committed nothing.`,
      "Say which topics with --topic, or --all-topics once it has.",
    );
  }
  const earliest = await offsetsAt(admin, partitions, EARLIEST);
  const latest = await offsetsAt(admin, partitions, LATEST);
  const atTime = target.kind === "time" ? await offsetsAt(admin, partitions, target.ms) : null;
  return partitions.map((each) => {
    const name = nameOf(each);
    const low = earliest.get(name) as number;
    const high = latest.get(name) as number;
    const before = committed.get(name) ?? null;
    let after = before ?? low;
    if (target.kind === "earliest") after = low;
    else if (target.kind === "latest") after = high;
    else if (target.kind === "offset") after = target.by;
    else if (target.kind === "shift") {
      if (before === null) throw new Failure(`Group ${group} has committed nothing for ${name}: nothing to shift.`);
      after = before + target.by;
    } else if (target.kind === "time") {
      const found = atTime?.get(name) ?? -1;
      after = found < 0 ? high : found;
    }
    return { topic: each.topic, partition: each.partition, before, after: Math.min(Math.max(after, low), high) };
  });
}

/** Commits positions from outside of the group, which must have no members. */
export async function commitPositions(admin: Admin, group: string, resets: readonly Reset[]): Promise<void> {
  const topics = [...groupedByTopic(resets)].map(([name, indexes]) => ({
    name,
    partitions: indexes.map((partitionIndex) => ({
      partitionIndex,
      committedOffset: resets.find((each) => each.topic === name && each.partition === partitionIndex)?.after ?? 0,
      committedMetadata: "",
    })),
  }));
  const request = { groupId: group, generationIdOrMemberEpoch: -1, memberId: "", topics };
  const answer = await changed(admin, group, async (link) => {
    const result = await link.call(Apis.OffsetCommit, request, 30_000, COMMIT_BY_NAME);
    const errorCode = result.topics
      .flatMap(({ partitions }) => partitions.map((each) => each.errorCode))
      .find(isPassing);
    return { errorCode: errorCode ?? ErrorCode.NONE, result };
  });
  for (const topic of answer.topics) {
    for (const { partitionIndex, errorCode } of topic.partitions) {
      if (errorCode === ErrorCode.UNKNOWN_MEMBER_ID || errorCode === ErrorCode.NON_EMPTY_GROUP) throw hasMembers(group);
      expectNone(errorCode, null, `Group ${group}, ${topic.name}-${partitionIndex}`);
    }
  }
}

export function hasMembers(group: string): Failure {
  return new Failure(
    `Group ${group} has members, which would not notice a reset.`,
    "Stop its consumers first; `holdfast group describe` lists them.",
  );
}

export async function deleteGroup(admin: Admin, group: string): Promise<void> {
  const { errorCode } = await changed(admin, group, async (link) => {
    const [result] = (await link.call(Apis.DeleteGroups, { groupsNames: [group] })).results;
    return { errorCode: result.errorCode, result };
  });
  if (errorCode === ErrorCode.NON_EMPTY_GROUP) throw hasMembers(group);
  if (errorCode === ErrorCode.GROUP_ID_NOT_FOUND) throw noGroup(group);
  expectNone(errorCode, null, `The group ${group} was not deleted`);
}

/** Forgets what the group committed for these partitions of one topic; null: for all of them. */
export async function deletePositions(
  admin: Admin,
  group: string,
  topic: string,
  partitions: readonly number[] | null,
): Promise<number[]> {
  const wanted = await expanded(admin, [{ topic, partitions }]);
  const request = {
    groupId: group,
    topics: [{ name: topic, partitions: wanted.map(({ partition }) => ({ partitionIndex: partition })) }],
  };
  const answer = await changed(admin, group, async (link) => {
    const result = await link.call(Apis.OffsetDelete, request);
    return { errorCode: result.errorCode, result };
  });
  expectNone(answer.errorCode, null, `Group ${group}`);
  for (const { partitionIndex, errorCode } of answer.topics[0]?.partitions ?? [])
    expectNone(errorCode, null, `Group ${group}, ${topic}-${partitionIndex}`);
  return wanted.map(({ partition }) => partition);
}

/** The broker that coordinates a group. Waits for one while the offsets topic comes to be or moves. */
export async function coordinatorOf(admin: Admin, group: string): Promise<{ id: number; link: BrokerLink }> {
  return retried(`The coordinator of group ${group}`, async () => {
    const link = await admin.any();
    const several = (link.versionOf(Apis.FindCoordinator) ?? 0) >= 4;
    const request = several ? { keyType: 0, coordinatorKeys: [group] } : { key: group, keyType: 0 };
    const answer = await link.call(Apis.FindCoordinator, request);
    const found = several ? answer.coordinators[0] : answer;
    if (found.errorCode !== ErrorCode.NONE) return { errorCode: found.errorCode, result: null as never };
    await admin.metadata([]);
    return { errorCode: ErrorCode.NONE, result: { id: found.nodeId, link: await admin.broker(found.nodeId) } };
  });
}

/** The codes of a coordinator that is not there yet, or no longer. */
function isPassing(errorCode: number): boolean {
  return (
    errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ||
    errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE ||
    errorCode === ErrorCode.NOT_COORDINATOR
  );
}

/**
 * Asks the group's coordinator for a change that may be asked for twice, whichever broker that is by then: again while it loads the
 * group or has just moved. Any other code is the caller's.
 */
function changed<R>(
  admin: Admin,
  group: string,
  ask: (link: BrokerLink) => Promise<{ errorCode: number; result: R }>,
): Promise<R> {
  return retried(`Group ${group}`, async () => {
    const { link } = await coordinatorOf(admin, group);
    const { errorCode, result } = await ask(link);
    return { errorCode: isPassing(errorCode) ? errorCode : ErrorCode.NONE, result };
  });
}

export async function retried<R>(what: string, ask: () => Promise<{ errorCode: number; result: R }>): Promise<R> {
  const deadline = Date.now() + RETRY_LIMIT_MS;
  for (;;) {
    const { errorCode, result } = await ask();
    if (errorCode === ErrorCode.NONE) return result;
    if (errorCode === ErrorCode.GROUP_ID_NOT_FOUND) throw new Failure(`${what} does not exist.`, LIST_ADVICE);
    if (!isRetriable(errorCode) || Date.now() > deadline)
      throw new Failure(`${what}: ${errorMessage(errorCode)} (${errorName(errorCode)})`);
    await pause(RETRY_PAUSE_MS);
  }
}

const LIST_ADVICE = "`holdfast group list` shows those that exist.";

function noGroup(group: string): Failure {
  return new Failure(`Group ${group} does not exist.`, LIST_ADVICE);
}

async function committedBy(link: BrokerLink, group: string): Promise<(TopicPartition & { offset: number })[]> {
  const groups = await retried(`Group ${group}`, async () => {
    const several = (link.versionOf(Apis.OffsetFetch) ?? 0) >= 8;
    const request = several ? { groups: [{ groupId: group, topics: null }] } : { groupId: group, topics: null };
    const answer = await link.call(Apis.OffsetFetch, request, 30_000, FETCH_BY_NAME);
    const result = several ? answer.groups[0] : answer;
    return { errorCode: result.errorCode, result: result.topics };
  });
  return groups.flatMap((topic) =>
    topic.partitions
      .filter((each) => each.committedOffset >= 0)
      .map((each) => ({ topic: topic.name, partition: each.partitionIndex, offset: each.committedOffset })),
  );
}

async function positionsOf(
  admin: Admin,
  link: BrokerLink,
  group: string,
  members: readonly GroupMember[],
): Promise<GroupPosition[]> {
  const committed = new Map((await committedBy(link, group)).map((each) => [nameOf(each), each]));
  const readers = new Map<string, string>();
  const all = new Map<string, TopicPartition>(committed);
  for (const { memberId, partitions } of members) {
    for (const each of partitions) {
      readers.set(nameOf(each), memberId);
      if (!all.has(nameOf(each))) all.set(nameOf(each), each);
    }
  }
  // What was committed for a topic that is gone is not to hide the rest.
  const existing = await existingOf(admin, [...all.values()]);
  const ends = await offsetsAt(admin, existing, LATEST);
  return existing
    .map((each) => {
      const offset = committed.get(nameOf(each))?.offset ?? null;
      const end = ends.get(nameOf(each)) as number;
      return {
        topic: each.topic,
        partition: each.partition,
        committed: offset,
        end,
        lag: offset === null ? null : Math.max(0, end - offset),
        memberId: readers.get(nameOf(each)) ?? null,
      };
    })
    .sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
}

async function existingOf(admin: Admin, partitions: readonly TopicPartition[]): Promise<TopicPartition[]> {
  if (partitions.length === 0) return [];
  const { topics } = await admin.metadata([...groupedByTopic(partitions).keys()]);
  return partitions.filter(({ topic, partition }) =>
    topics.some(({ name, partitions: each }) => name === topic && each.some((p) => p.partitionIndex === partition)),
  );
}

async function expanded(
  admin: Admin,
  topics: readonly { readonly topic: string; readonly partitions: readonly number[] | null }[],
): Promise<TopicPartition[]> {
  const { topics: described } = await admin.metadata(topics.map(({ topic }) => topic));
  return topics.flatMap(({ topic, partitions }) => {
    const found = described.find(({ name }) => name === topic);
    if (found === undefined || found.errorCode !== ErrorCode.NONE)
      throw new Failure(`There is no topic ${topic}.`, "`holdfast topic list` shows those that exist.");
    const existing = found.partitions.map(({ partitionIndex }) => partitionIndex).sort((a, b) => a - b);
    const missing = partitions?.find((each) => !existing.includes(each));
    if (missing !== undefined)
      throw new Failure(`Topic ${topic} has ${existing.length} partitions, none is ${missing}.`);
    return (partitions ?? existing).map((partition) => ({ topic, partition }));
  });
}

function named(committed: ReadonlyMap<string, number>): TopicPartition[] {
  return [...committed.keys()].map((name) => {
    const at = name.lastIndexOf("-");
    return { topic: name.slice(0, at), partition: Number(name.slice(at + 1)) };
  });
}

/** Preceded by a version of two bytes, as every consumer writes it. */
function assignmentOf(bytes: Uint8Array): TopicPartition[] {
  if (bytes.length < 2) return [];
  const { assignedPartitions } = decode(ConsumerProtocolAssignment, 0, bytes.subarray(2));
  return assignedPartitions.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}
