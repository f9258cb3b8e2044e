import { type Admin, expectNone } from "../../cluster/admin.js";
import { Failure } from "../../cluster/failure.js";
import { nameOf } from "../../cluster/partition-offsets.js";
import { describeTopics } from "../../cluster/topics.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorName } from "../../protocol/errors.js";
import { type GroupPartition, lagsOfGroup } from "./group-lags.js";
import { FieldFailure } from "./request-fields.js";
import { coordinatorOf } from "./story-actions.js";

const LIMIT_MS = 4_000;
const BY_NAME = 9;

export interface GroupLine {
  readonly group: string;
  readonly type: string;
  readonly state: string;
  readonly coordinator: number;
}

export async function listGroups(admin: Admin): Promise<GroupLine[]> {
  const { brokers } = await admin.metadata([]);
  const lists = await Promise.all(
    brokers.map(async ({ nodeId }) => {
      const link = await admin.broker(nodeId);
      const answer = await link.call(Apis.ListGroups, {}, LIMIT_MS);
      expectNone(answer.errorCode, null, `Groups of broker ${nodeId}`);
      return answer.groups.map((each) => ({
        group: each.groupId,
        type: each.groupType || each.protocolType || "classic",
        state: each.groupState,
        coordinator: nodeId,
      }));
    }),
  );
  return lists.flat().sort((a, b) => (a.group < b.group ? -1 : 1));
}

/** Members, and for each partition with a committed offset how far it is behind. */
export async function describeGroup(admin: Admin, group: string): Promise<object> {
  const link = await coordinatorOf(admin, group);
  const { groups } = await link.call(Apis.DescribeGroups, { groups: [group] }, LIMIT_MS);
  const found = groups[0];
  const isModern = found.errorCode !== ErrorCode.NONE || (found.groupState === "Dead" && found.members.length === 0);
  const modern =
    isModern && link.versionOf(Apis.ConsumerGroupDescribe) !== null
      ? (await link.call(Apis.ConsumerGroupDescribe, { groupIds: [group] }, LIMIT_MS)).groups[0]
      : null;
  const useModern = modern !== null && modern.errorCode === ErrorCode.NONE;
  if (isModern && !useModern) {
    throw new Failure(
      `There is no classic or consumer group ${group}.`,
      "Share and streams groups are listed, but not described here yet.",
    );
  }
  const members = useModern
    ? modern.members.map((each) => ({
        id: each.memberId,
        client: each.clientId,
        host: each.clientHost,
        instance: each.instanceId,
        assigned: each.assignment.topicPartitions.map((t) => `${t.topicName}: ${t.partitions.join(", ")}`).join("; "),
      }))
    : found.members.map((each) => ({
        id: each.memberId,
        client: each.clientId,
        host: each.clientHost,
        instance: each.groupInstanceId,
        assigned: assignmentText(each.memberAssignment),
      }));
  return {
    group,
    state: useModern ? modern.groupState : found.groupState,
    protocol: useModern ? modern.assignorName : found.protocolData,
    epoch: useModern ? modern.groupEpoch : null,
    members,
    partitions: await lagsOfGroup(admin, link, group),
  };
}

export interface Reset {
  readonly to: "earliest" | "latest" | "offset" | "shift" | "time";
  /** Offset, number of offsets, or ms since 1970. */
  readonly value: number;
  readonly dryRun: boolean;
}

export interface ResetPlan {
  readonly plan: readonly (GroupPartition & { readonly target: number })[];
  readonly done: boolean;
}

/** What a page asks for; throws a `Failure` that names the field. */
export function resetFrom(body: { to?: unknown; value?: unknown; dryRun?: unknown }): Reset {
  const to = RESETS.find((each) => each === body.to);
  if (to === undefined) throw new FieldFailure("to", `There is no reset to ${JSON.stringify(body.to)}.`);
  const takesValue = to === "offset" || to === "shift" || to === "time";
  if (!takesValue) return { to, value: 0, dryRun: body.dryRun !== false };
  const { value } = body;
  if (typeof value !== "number" || !Number.isSafeInteger(value)) {
    throw new FieldFailure(
      "value",
      to === "time" ? "A time is a date and a clock time." : "It must be a whole number.",
    );
  }
  if (value < 0 && to !== "shift") throw new FieldFailure("value", "It must not be negative.");
  return { to, value, dryRun: body.dryRun !== false };
}

const RESETS = ["earliest", "latest", "offset", "shift", "time"] as const;

/** What was done, for the list of what was done here. */
export function resetText(group: string, { plan }: ResetPlan): string {
  const moved = plan.map((each) => `${nameOf(each)} from ${each.committed} to ${each.target}`);
  const more = moved.length > 3 ? ` and ${moved.length - 3} more` : "";
  return `moved group ${group}: ${moved.slice(0, 3).join(", ")}${more}`;
}

/** Where the group's positions would go, or (without `dryRun`) go. Only a group without members can be moved. */
export async function resetGroup(admin: Admin, group: string, reset: Reset): Promise<ResetPlan> {
  const link = await coordinatorOf(admin, group);
  const rows = await lagsOfGroup(admin, link, group);
  const plan = await Promise.all(
    rows.map(async (row) => ({ ...row, target: clamp(await targetOf(admin, row, reset), row) })),
  );
  if (reset.dryRun) return { plan, done: false };
  const byTopic = grouped(plan);
  const topics = [...byTopic].map(([name, partitions]) => ({
    name,
    partitions: partitions.map((each) => ({
      partitionIndex: each.partition,
      committedOffset: each.target,
      committedMetadata: "",
    })),
  }));
  const answer = await link.call(Apis.OffsetCommit, { groupId: group, topics }, LIMIT_MS, BY_NAME);
  for (const topic of answer.topics) {
    for (const { partitionIndex, errorCode } of topic.partitions) {
      if (errorCode === ErrorCode.NONE) continue;
      throw new Failure(
        `${topic.name}-${partitionIndex} was not moved: ${errorName(errorCode)}.`,
        "A group can be moved only while it has no members: stop its consumers first.",
      );
    }
  }
  return { plan, done: true };
}

function grouped<T extends { topic: string }>(rows: readonly T[]): Map<string, T[]> {
  const found = new Map<string, T[]>();
  for (const row of rows) found.set(row.topic, [...(found.get(row.topic) ?? []), row]);
  return found;
}

async function targetOf(admin: Admin, row: GroupPartition, { to, value }: Reset): Promise<number> {
  if (to === "earliest") return row.start;
  if (to === "latest") return row.end;
  if (to === "shift") return row.committed + value;
  if (to === "offset") return value;
  const [topic] = await describeTopics(admin, [row.topic]);
  const leader = topic.partitions.find((each) => each.partition === row.partition)?.leader ?? null;
  if (leader === null) throw new Failure(`${row.topic}-${row.partition} has no leader.`);
  const link = await admin.broker(leader);
  const partitions = [{ partitionIndex: row.partition, timestamp: value }];
  const answer = await link.call(
    Apis.ListOffsets,
    { replicaId: -1, topics: [{ name: row.topic, partitions }] },
    LIMIT_MS,
  );
  const { offset } = answer.topics[0].partitions[0];
  return offset < 0 ? row.end : offset;
}

function clamp(target: number, row: GroupPartition): number {
  return Math.max(row.start, Math.min(target, row.end));
}

/** Of the classic protocol's embedded consumer format: version, topics with their partitions, user data. */
function assignmentText(bytes: Uint8Array): string {
  if (bytes.length < 6) return "";
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const parts: string[] = [];
  try {
    let at = 6;
    for (let left = view.getInt32(2); left > 0; left--) {
      const length = view.getInt16(at);
      const name = new TextDecoder().decode(bytes.subarray(at + 2, at + 2 + length));
      at += 2 + length;
      const ids: number[] = [];
      const count = view.getInt32(at);
      at += 4;
      for (let i = 0; i < count; i++, at += 4) ids.push(view.getInt32(at));
      parts.push(`${name}: ${ids.join(", ")}`);
    }
  } catch (error) {
    // Other protocols than the consumer's own put anything here.
    if (!(error instanceof RangeError)) throw error;
    return `${bytes.length} bytes of another format`;
  }
  return parts.join("; ");
}
