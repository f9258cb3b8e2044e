import { EMPTY_BYTES } from "../base/bytes.js";
import type { EventFeed } from "../base/events.js";
import { type Decision, NO_DECISION } from "../coordinator/decision.js";
import type { ShardContext } from "../coordinator/shard.js";
import { ErrorCode } from "../protocol/errors.js";
import type { ClassicGroup } from "./classic-group.js";
import type { ClassicMember } from "./classic-member.js";
import { groupRecord } from "./group-records.js";
import type { JoinResponse, SyncResponse } from "./group-request.js";
import type { GroupSettings } from "./group-settings.js";

/**
 * How classic groups rebalance: the two phases, who is waited for and how long (Kafka: GroupMetadataManager).
 *
 * 1. PreparingRebalance until every member has joined again or the rebalance timeout is over; a group that was empty waits for others to
 *    turn up, `group.initial.rebalance.delay.ms` after each, up to the rebalance timeout. Dynamic members that did not join go.
 * 2. CompletingRebalance until the leader's SyncGroup; members that send none within the rebalance timeout go, which begins a new rebalance.
 *
 * Everything here is in memory alone: a broker that takes over begins from the last generation that got its assignment.
 */
export class ClassicRebalance {
  private readonly context: ShardContext;
  private readonly settings: GroupSettings;
  private readonly groups: ReadonlyMap<string, ClassicGroup>;
  private readonly events: EventFeed;

  constructor(
    context: ShardContext,
    settings: GroupSettings,
    groups: ReadonlyMap<string, ClassicGroup>,
    events: EventFeed,
  ) {
    this.context = context;
    this.settings = settings;
    this.groups = groups;
    this.events = events;
  }

  /** Tells whoever watches what the group is now, and why. */
  announce(group: ClassicGroup, cause: string): void {
    if (!this.events.active) return;
    const { groupId, state, generationId: generation, members } = group;
    this.events.emit({ kind: "group", cause, detail: { group: groupId, state, generation, members: members.size } });
  }

  get nowMs(): number {
    return this.context.ports.clock.wallMs();
  }

  /** Somebody joined, left or changed: begins a rebalance, or sees whether the one under way has all that it waits for. */
  advance(group: ClassicGroup, reason: string): Decision {
    return group.canRebalance ? this.prepare(group, reason) : this.completeIfAllJoined(group);
  }

  prepare(group: ClassicGroup, reason: string): Decision {
    // Who waits for an assignment is to join again instead.
    if (group.state === "CompletingRebalance") this.dropAssignments(group, ErrorCode.REBALANCE_IN_PROGRESS);
    group.pendingSyncs.clear();
    this.context.timers.cancel(syncKey(group.groupId));
    const isInitial = group.state === "Empty";
    group.transition("PreparingRebalance", this.nowMs);
    this.context.ports.logger.info("A group rebalances.", {
      group: group.groupId,
      generation: group.generationId,
      reason,
    });
    this.announce(group, reason);
    if (isInitial) {
      const delayMs = this.settings.initialRebalanceDelayMs;
      const leftMs = Math.max(group.rebalanceTimeoutMs - delayMs, 0);
      this.scheduleInitial(group.groupId, delayMs, leftMs);
      return NO_DECISION;
    }
    if (group.hasAllJoined) return this.complete(group);
    this.scheduleComplete(group);
    return NO_DECISION;
  }

  completeIfAllJoined(group: ClassicGroup): Decision {
    const isDue = group.state === "PreparingRebalance" && group.previousState !== "Empty" && group.hasAllJoined;
    return isDue ? this.complete(group) : NO_DECISION;
  }

  /** The first phase is over: those that wait get the new generation, the dynamic ones that do not are out. */
  complete(group: ClassicGroup): Decision {
    const { timers } = this.context;
    timers.cancel(joinKey(group.groupId));
    for (const member of [...group.members.values()]) {
      if (member.awaitingJoin !== null || member.isStatic) continue;
      group.remove(member.memberId);
      timers.cancel(heartbeatKey(group.groupId, member.memberId));
    }
    if (group.state === "Dead") return NO_DECISION;
    if (!group.electJoinedLeader() && group.members.size > 0) {
      // Only static members are left, and none of them has joined: their sessions will end, or they come.
      this.scheduleComplete(group);
      return NO_DECISION;
    }
    group.beginGeneration(this.nowMs);
    if (group.state === "Empty") {
      this.announce(group, "its last member is gone");
      return { records: [groupRecord(group, NO_ASSIGNMENTS)], replays: false, splits: false, completion: null };
    }
    for (const member of group.members.values()) {
      group.answerJoin(member, joinedResponse(group, member.memberId));
      this.expectHeartbeat(group, member);
      member.isNew = false;
      group.pendingSyncs.add(member.memberId);
    }
    this.announce(group, "its members have joined a new generation");
    timers.schedule(syncKey(group.groupId), group.rebalanceTimeoutMs, () =>
      this.onSyncOverdue(group.groupId, group.generationId),
    );
    return NO_DECISION;
  }

  /** The member's session begins anew. */
  expectHeartbeat(group: ClassicGroup, member: ClassicMember, withinMs = member.sessionTimeoutMs): void {
    this.expectSign(group.groupId, member.memberId, withinMs);
  }

  /** Of one that is only pending, too. */
  expectSign(groupId: string, memberId: string, withinMs: number): void {
    this.context.timers.schedule(heartbeatKey(groupId, memberId), withinMs, () =>
      this.onSessionOver(groupId, memberId),
    );
  }

  forgetHeartbeat(groupId: string, memberId: string): void {
    this.context.timers.cancel(heartbeatKey(groupId, memberId));
  }

  /** The member's SyncGroup has come. */
  noteSync(group: ClassicGroup, memberId: string): void {
    group.pendingSyncs.delete(memberId);
    if (group.pendingSyncs.size === 0) this.context.timers.cancel(syncKey(group.groupId));
  }

  /** The leader's assignment is committed: everyone gets their part. */
  assign(group: ClassicGroup, assignments: ReadonlyMap<string, Uint8Array>): void {
    for (const member of group.members.values()) {
      member.assignment = assignments.get(member.memberId) ?? EMPTY_BYTES;
    }
    this.propagate(group, (member) => ({
      protocolType: group.protocolType,
      protocolName: group.protocolName,
      assignment: member.assignment,
    }));
    group.transition("Stable", this.nowMs);
    this.announce(group, "its leader's assignment is committed");
  }

  dropAssignments(group: ClassicGroup, errorCode: number): void {
    for (const member of group.members.values()) member.assignment = EMPTY_BYTES;
    this.propagate(group, () => ({ errorCode, assignment: EMPTY_BYTES }));
  }

  cancelTimers(groupId: string): void {
    this.context.timers.cancel(joinKey(groupId));
    this.context.timers.cancel(syncKey(groupId));
  }

  private propagate(group: ClassicGroup, responseOf: (member: ClassicMember) => SyncResponse): void {
    for (const member of group.members.values()) {
      // While it waited its session was not judged: it begins now.
      if (member.answerSync(responseOf(member))) this.expectHeartbeat(group, member);
    }
  }

  private scheduleComplete(group: ClassicGroup): void {
    const { groupId } = group;
    this.context.timers.schedule(joinKey(groupId), group.rebalanceTimeoutMs, () => this.onJoinsOverdue(groupId));
  }

  private onJoinsOverdue(groupId: string): Decision {
    const group = this.groups.get(groupId);
    return group === undefined || group.state !== "PreparingRebalance" ? NO_DECISION : this.complete(group);
  }

  private scheduleInitial(groupId: string, delayMs: number, leftMs: number): void {
    this.context.timers.schedule(joinKey(groupId), delayMs, () => this.onInitialDelayOver(groupId, delayMs, leftMs));
  }

  private onInitialDelayOver(groupId: string, delayMs: number, leftMs: number): Decision {
    const group = this.groups.get(groupId);
    if (group === undefined || group.state !== "PreparingRebalance") return NO_DECISION;
    if (!group.newMemberAdded || leftMs === 0) return this.complete(group);
    group.newMemberAdded = false;
    const nextMs = Math.min(this.settings.initialRebalanceDelayMs, leftMs);
    this.scheduleInitial(groupId, nextMs, Math.max(leftMs - delayMs, 0));
    return NO_DECISION;
  }

  private onSyncOverdue(groupId: string, generationId: number): Decision {
    const group = this.groups.get(groupId);
    if (group === undefined || group.generationId !== generationId) return NO_DECISION;
    if (group.state !== "CompletingRebalance" && group.state !== "Stable") return NO_DECISION;
    if (group.pendingSyncs.size === 0) return NO_DECISION;
    for (const memberId of [...group.pendingSyncs]) {
      group.remove(memberId);
      this.forgetHeartbeat(groupId, memberId);
    }
    return this.prepare(group, "members sent no SyncGroup in time");
  }

  private onSessionOver(groupId: string, memberId: string): Decision {
    const group = this.groups.get(groupId);
    if (group === undefined || group.state === "Dead") return NO_DECISION;
    if (group.pendingJoins.has(memberId)) {
      group.remove(memberId);
      return this.completeIfNobodyMissing(group);
    }
    const member = group.members.get(memberId);
    if (member === undefined || member.owesNoHeartbeat) return NO_DECISION;
    this.context.ports.logger.info("A member of a group is gone: it was not heard of in time.", {
      group: groupId,
      member: memberId,
    });
    return this.removeFailed(group, member);
  }

  private removeFailed(group: ClassicGroup, member: ClassicMember): Decision {
    group.remove(member.memberId);
    if (group.state === "Stable" || group.state === "CompletingRebalance") {
      return this.advance(group, `the session of ${member.memberId} is over`);
    }
    return this.completeIfNobodyMissing(group);
  }

  private completeIfNobodyMissing(group: ClassicGroup): Decision {
    return group.state === "PreparingRebalance" && group.hasAllJoined ? this.complete(group) : NO_DECISION;
  }
}

/** What a member is told of the generation; the leader gets all members with what they told. */
export function joinedResponse(group: ClassicGroup, memberId: string, skipAssignment = false): JoinResponse {
  return {
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: group.leaderId ?? "",
    skipAssignment,
    memberId,
    members: group.isLeader(memberId) ? membersForLeader(group) : [],
  };
}

export function refusedJoin(memberId: string, errorCode: number): JoinResponse {
  return { memberId, errorCode, protocolName: null };
}

function membersForLeader(group: ClassicGroup): NonNullable<JoinResponse["members"]> {
  return Array.from(group.members.values(), (member) => ({
    memberId: member.memberId,
    groupInstanceId: member.instanceId,
    metadata: member.metadata(group.protocolName) ?? EMPTY_BYTES,
  }));
}

const NO_ASSIGNMENTS: ReadonlyMap<string, Uint8Array> = new Map();

function heartbeatKey(groupId: string, memberId: string): string {
  return `heartbeat\0${groupId}\0${memberId}`;
}

function joinKey(groupId: string): string {
  return `join\0${groupId}`;
}

function syncKey(groupId: string): string {
  return `sync\0${groupId}`;
}
