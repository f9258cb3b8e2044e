import type { EventFeed } from "../base/events.js";
import { ZERO_UUID } from "../base/uuid.js";
import { type CoordinatorRecord, type Decision, decided, NO_DECISION } from "../coordinator/decision.js";
import type { CoordinatorShard, ReplayedRecord, ShardContext } from "../coordinator/shard.js";
import { decodeRecordKey, decodeRecordValue, recordTypeOf } from "../protocol/coordinator-record.js";
import { ErrorCode } from "../protocol/errors.js";
import { GroupRecords } from "../protocol/group-records.js";
import { ClassicGroup } from "./classic-group.js";
import { ClassicJoin } from "./classic-join.js";
import { classicHeartbeat, classicLeave, type LeftMember } from "./classic-leave.js";
import { ClassicRebalance, refusedJoin } from "./classic-rebalance.js";
import { ClassicSync } from "./classic-sync.js";
import { GroupOffsets } from "./group-offsets.js";
import { groupOf, groupTombstone, newGroupRecord, offsetTombstone } from "./group-records.js";
import type {
  CommitRequest,
  CommitTopicResult,
  GroupClient,
  HeartbeatBody,
  JoinRequest,
  JoinResponse,
  LeaveRequest,
  Reply,
  SyncRequest,
  SyncResponse,
} from "./group-request.js";
import type { GroupSettings } from "./group-settings.js";
import { commitError, commitOffsets, forgetAllOffsets } from "./offset-commit.js";
import { expireOffsets } from "./offset-expiry.js";

/** From this version of OffsetCommit on a group that is not there has an error of its own. */
const GROUP_NOT_FOUND_VERSION = 9;
const EXPIRY_KEY = "expiry";

/** The groups of one partition of `__consumer_offsets` with their positions (Kafka: GroupCoordinatorShard). */
export class GroupShard implements CoordinatorShard {
  readonly groups: Map<string, ClassicGroup>;
  readonly offsets: GroupOffsets;
  private readonly context: ShardContext;
  private readonly settings: GroupSettings;
  private readonly rebalance: ClassicRebalance;
  private readonly joins: ClassicJoin;
  private readonly syncs: ClassicSync;

  constructor(context: ShardContext, settings: GroupSettings, events: EventFeed) {
    this.context = context;
    this.settings = settings;
    this.groups = new Map();
    this.offsets = new GroupOffsets();
    this.rebalance = new ClassicRebalance(context, settings, this.groups, events);
    this.joins = new ClassicJoin(context, settings, this.rebalance);
    this.syncs = new ClassicSync(context, this.rebalance);
  }

  replay(record: ReplayedRecord): void {
    const { key, value, offset, producerId } = record;
    switch (recordTypeOf(key)) {
      case GroupRecords.LegacyOffsetCommit.type: {
        const decoded = decodeRecordKey(GroupRecords.LegacyOffsetCommit, key);
        const legacy = value === null ? null : decodeRecordValue(GroupRecords.LegacyOffsetCommit, value).value;
        const committed = legacy && { ...legacy, leaderEpoch: -1, expireTimestamp: -1, topicId: ZERO_UUID };
        if (committed !== null) this.groupForOffsets(decoded.group);
        this.offsets.replay(offset, producerId, decoded, committed);
        break;
      }
      case GroupRecords.OffsetCommit.type: {
        const decoded = decodeRecordKey(GroupRecords.OffsetCommit, key);
        const committed = value === null ? null : decodeRecordValue(GroupRecords.OffsetCommit, value).value;
        if (committed !== null) this.groupForOffsets(decoded.group);
        this.offsets.replay(offset, producerId, decoded, committed);
        break;
      }
      case GroupRecords.GroupMetadata.type: {
        const { group } = decodeRecordKey(GroupRecords.GroupMetadata, key);
        if (value === null) this.groups.delete(group);
        else this.groups.set(group, groupOf(group, decodeRecordValue(GroupRecords.GroupMetadata, value).value));
        break;
      }
      default:
        // Of consumer, share and streams groups: the state machines of those read them.
        break;
    }
  }

  replayEndTransaction(producerId: number, _producerEpoch: number, committed: boolean): void {
    this.offsets.replayEndTransaction(producerId, committed);
  }

  onLoaded(): void {
    for (const group of this.groups.values()) {
      this.rebalance.announce(group, "this broker coordinates it from now on");
      for (const member of group.members.values()) this.rebalance.expectHeartbeat(group, member);
      if (group.members.size > this.settings.maxSize) {
        this.context.commit(this.rebalance.prepare(group, "it has more members than group.max.size"));
      }
    }
    this.scheduleExpiry();
  }

  onUnloaded(): void {
    for (const group of this.groups.values()) {
      group.transition("Dead", group.stateTimestampMs);
      for (const member of group.members.values()) {
        group.answerJoin(member, refusedJoin(member.memberId, ErrorCode.NOT_COORDINATOR));
        member.answerSync({ errorCode: ErrorCode.NOT_COORDINATOR });
      }
    }
  }

  join(client: GroupClient, request: JoinRequest, reply: Reply<JoinResponse>): Decision {
    const known = this.groups.get(request.groupId);
    if (known !== undefined) return this.joins.join(known, client, request, reply);
    if (request.memberId !== "") {
      reply(refusedJoin(request.memberId, ErrorCode.UNKNOWN_MEMBER_ID));
      return NO_DECISION;
    }
    const group = this.create(request.groupId);
    const decision = this.joins.join(group, client, request, reply);
    if (decision !== NO_DECISION) return decision;
    // So that the group is in the log, whatever becomes of this join.
    const completion = {
      onCommitted: () => {},
      onFailed: (errorCode: number, isLogged: boolean) => {
        reply(refusedJoin("", errorCode));
        if (group.generationId > 0 || this.groups.get(request.groupId) !== group) return;
        this.dissolve(group);
        if (isLogged) this.create(request.groupId);
      },
    };
    return { records: [newGroupRecord(group)], replays: false, splits: false, completion };
  }

  sync(request: SyncRequest, reply: Reply<SyncResponse>): Decision {
    const group = this.groups.get(request.groupId);
    if (group !== undefined) return this.syncs.sync(group, request, reply);
    reply({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    return NO_DECISION;
  }

  /** Answers an ErrorCode. */
  heartbeat(request: HeartbeatBody): number {
    const group = this.groups.get(request.groupId);
    return group === undefined ? ErrorCode.UNKNOWN_MEMBER_ID : classicHeartbeat(group, request, this.rebalance);
  }

  leave(request: LeaveRequest, left: LeftMember[]): Decision {
    const group = this.groups.get(request.groupId);
    if (group !== undefined) return classicLeave(group, request, this.rebalance, left);
    for (const { memberId, groupInstanceId } of request.members) {
      left.push({ memberId, groupInstanceId, errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
    }
    return NO_DECISION;
  }

  /** Answers an ErrorCode for the whole request: 0, and the decision is to be taken from `commitDecision`. */
  commitError(request: CommitRequest, version: number): number {
    const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch } = request;
    const group = this.groups.get(groupId);
    if (group === undefined) {
      // A simple group comes into being with its first position.
      if (generationIdOrMemberEpoch < 0) return 0;
      return version >= GROUP_NOT_FOUND_VERSION ? ErrorCode.GROUP_ID_NOT_FOUND : ErrorCode.ILLEGAL_GENERATION;
    }
    const error = commitError(group, memberId, groupInstanceId, generationIdOrMemberEpoch, false);
    if (error !== 0) return error;
    const member = group.members.get(memberId);
    // A commit is a sign of life.
    if (member !== undefined && (group.state === "Stable" || group.state === "PreparingRebalance")) {
      this.rebalance.expectHeartbeat(group, member);
    }
    return 0;
  }

  /** As `commitError`, within a transaction; a generation that nobody knows has one error in all versions. */
  transactionalCommitError(request: CommitRequest): number {
    const { groupId, memberId, groupInstanceId, generationIdOrMemberEpoch } = request;
    const group = this.groups.get(groupId);
    if (group === undefined) return generationIdOrMemberEpoch < 0 ? 0 : ErrorCode.ILLEGAL_GENERATION;
    return commitError(group, memberId, groupInstanceId, generationIdOrMemberEpoch, true);
  }

  commit(request: CommitRequest, results: CommitTopicResult[]): Decision {
    return commitOffsets(request, this.settings.offsetMetadataMax, this.rebalance.nowMs, results);
  }

  /** 0, GROUP_ID_NOT_FOUND or NON_EMPTY_GROUP. */
  deleteError(groupId: string): number {
    const group = this.groups.get(groupId);
    if (group === undefined || group.state === "Dead") return ErrorCode.GROUP_ID_NOT_FOUND;
    return group.isEmpty ? 0 : ErrorCode.NON_EMPTY_GROUP;
  }

  /** Records that delete an empty group with its positions. */
  deleteRecords(groupId: string, records: CoordinatorRecord[]): void {
    forgetAllOffsets(groupId, this.offsets, records);
    this.rebalance.cancelTimers(groupId);
    records.push(groupTombstone(groupId));
  }

  /** 0, GROUP_ID_NOT_FOUND, or NON_EMPTY_GROUP for a group that has members and whose topics nobody knows. */
  offsetDeleteError(groupId: string): number {
    const group = this.groups.get(groupId);
    if (group === undefined || group.state === "Dead") return ErrorCode.GROUP_ID_NOT_FOUND;
    return group.isEmpty || group.isConsumerGroup ? 0 : ErrorCode.NON_EMPTY_GROUP;
  }

  /** 0, or GROUP_SUBSCRIBED_TO_TOPIC: members consume it. */
  offsetDeleteTopicError(groupId: string, topic: string): number {
    return this.groups.get(groupId)?.isSubscribedTo(topic) ? ErrorCode.GROUP_SUBSCRIBED_TO_TOPIC : 0;
  }

  offsetDeleteRecord(groupId: string, topic: string, partition: number): CoordinatorRecord | null {
    const { committed } = this.offsets;
    const isThere =
      committed.get(groupId, topic, partition) !== undefined || this.offsets.isUnstable(groupId, topic, partition);
    return isThere ? offsetTombstone(groupId, topic, partition) : null;
  }

  private create(groupId: string): ClassicGroup {
    const group = new ClassicGroup(groupId, "Empty", this.rebalance.nowMs);
    this.groups.set(groupId, group);
    return group;
  }

  /** A group that never came about: whoever waits in it is to join again. */
  private dissolve(group: ClassicGroup): void {
    for (const memberId of [...group.members.keys()]) {
      this.rebalance.forgetHeartbeat(group.groupId, memberId);
      group.remove(memberId);
    }
    this.rebalance.cancelTimers(group.groupId);
    this.groups.delete(group.groupId);
  }

  /** Positions without a group are those of a simple one. */
  private groupForOffsets(groupId: string): void {
    if (!this.groups.has(groupId)) this.create(groupId);
  }

  private scheduleExpiry(): void {
    this.context.timers.schedule(EXPIRY_KEY, this.settings.offsetsRetentionCheckMs, () => this.expire());
  }

  private expire(): Decision {
    this.scheduleExpiry();
    const records: CoordinatorRecord[] = [];
    const nowMs = this.rebalance.nowMs;
    for (const group of this.groups.values()) {
      const isBare = expireOffsets(group, this.offsets, nowMs, this.settings.offsetsRetentionMs, records);
      if (isBare && group.isEmpty && group.pendingJoins.size === 0) {
        this.rebalance.cancelTimers(group.groupId);
        records.push(groupTombstone(group.groupId));
      }
    }
    return decided(records, true);
  }
}
