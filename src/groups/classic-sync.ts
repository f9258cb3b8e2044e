import { EMPTY_BYTES } from "../base/bytes.js";
import { type Decision, NO_DECISION } from "../coordinator/decision.js";
import type { ShardContext } from "../coordinator/shard.js";
import { ErrorCode } from "../protocol/errors.js";
import type { ClassicGroup } from "./classic-group.js";
import type { ClassicMember } from "./classic-member.js";
import type { ClassicRebalance } from "./classic-rebalance.js";
import { groupRecord } from "./group-records.js";
import type { Reply, SyncRequest, SyncResponse } from "./group-request.js";

/** SyncGroup for classic groups (Kafka: GroupMetadataManager.classicGroupSync). */
export class ClassicSync {
  private readonly context: ShardContext;
  private readonly rebalance: ClassicRebalance;

  constructor(context: ShardContext, rebalance: ClassicRebalance) {
    this.context = context;
    this.rebalance = rebalance;
  }

  sync(group: ClassicGroup, request: SyncRequest, reply: Reply<SyncResponse>): Decision {
    const { memberId } = request;
    const error = syncError(group, request);
    if (error !== 0) return refuse(reply, error);
    const member = group.members.get(memberId) as ClassicMember;
    switch (group.state) {
      case "PreparingRebalance":
        return refuse(reply, ErrorCode.REBALANCE_IN_PROGRESS);
      case "CompletingRebalance":
        // An earlier one of the same member is not to wait for ever.
        member.answerSync({ errorCode: ErrorCode.REBALANCE_IN_PROGRESS });
        member.awaitingSync = reply;
        this.rebalance.noteSync(group, memberId);
        return group.isLeader(memberId) ? this.assign(group, request) : NO_DECISION;
      default:
        this.rebalance.noteSync(group, memberId);
        return this.tell(group, member, reply);
    }
  }

  /**
   * Its part of the generation, once that is committed: a coordinator that took over has it in its log, where it may be lost yet, and then the
   * generation's number is used for another assignment.
   */
  private tell(group: ClassicGroup, member: ClassicMember, reply: Reply<SyncResponse>): Decision {
    const { generationId, protocolType, protocolName } = group;
    const { memberId, instanceId } = member;
    const completion = {
      onCommitted: () => {
        const isCurrent = group.state === "Stable" && group.generationId === generationId;
        const error = isCurrent ? group.memberError(memberId, instanceId) : ErrorCode.REBALANCE_IN_PROGRESS;
        if (error !== 0) refuse(reply, error);
        else reply({ protocolType, protocolName, assignment: member.assignment });
      },
      onFailed: (errorCode: number) => reply({ errorCode, assignment: EMPTY_BYTES }),
    };
    return { ...NO_DECISION, completion };
  }

  /** The leader's: the generation with its assignment is written; once that is committed everybody gets it. */
  private assign(group: ClassicGroup, request: SyncRequest): Decision {
    const { generationId } = group;
    const given = new Map(request.assignments.map(({ memberId, assignment }) => [memberId, assignment]));
    const assignments = new Map<string, Uint8Array>();
    for (const memberId of group.members.keys()) {
      assignments.set(memberId, given.get(memberId)?.slice() ?? EMPTY_BYTES);
    }
    // Meanwhile somebody may join or leave, which begins the next rebalance.
    const isCurrent = () => group.state === "CompletingRebalance" && group.generationId === generationId;
    return {
      records: [groupRecord(group, assignments)],
      replays: false,
      splits: false,
      completion: {
        onCommitted: () => {
          if (isCurrent()) this.rebalance.assign(group, assignments);
        },
        onFailed: (errorCode) => {
          if (!isCurrent()) return;
          this.rebalance.dropAssignments(group, errorCode);
          this.context.commit(this.rebalance.advance(group, "the assignment could not be written"));
        },
      },
    };
  }
}

function syncError(group: ClassicGroup, request: SyncRequest): number {
  if (group.state === "Dead") return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  if (group.state === "Empty") return ErrorCode.UNKNOWN_MEMBER_ID;
  const error = group.memberError(request.memberId, request.groupInstanceId);
  if (error !== 0) return error;
  if (request.generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
  if (differ(request.protocolType, group.protocolType) || differ(request.protocolName, group.protocolName)) {
    return ErrorCode.INCONSISTENT_GROUP_PROTOCOL;
  }
  return 0;
}

function differ(told: string | null, own: string | null): boolean {
  return told !== null && own !== null && told !== own;
}

function refuse(reply: Reply<SyncResponse>, errorCode: number): Decision {
  reply({ errorCode, assignment: EMPTY_BYTES });
  return NO_DECISION;
}
