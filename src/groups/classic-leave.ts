import { type Decision, NO_DECISION } from "../coordinator/decision.js";
import { ErrorCode } from "../protocol/errors.js";
import type { ClassicGroup } from "./classic-group.js";
import type { ClassicMember } from "./classic-member.js";
import type { ClassicRebalance } from "./classic-rebalance.js";
import type { HeartbeatBody, LeaveRequest } from "./group-request.js";

export interface LeftMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly errorCode: number;
}

/** Heartbeat for classic groups. Answers an ErrorCode. */
export function classicHeartbeat(group: ClassicGroup, request: HeartbeatBody, rebalance: ClassicRebalance): number {
  if (group.state === "Dead") return ErrorCode.COORDINATOR_NOT_AVAILABLE;
  const error = group.memberError(request.memberId, request.groupInstanceId);
  if (error !== 0) return error;
  if (request.generationId !== group.generationId) return ErrorCode.ILLEGAL_GENERATION;
  if (group.state === "Empty") return ErrorCode.UNKNOWN_MEMBER_ID;
  rebalance.expectHeartbeat(group, group.members.get(request.memberId) as ClassicMember);
  return group.state === "PreparingRebalance" ? ErrorCode.REBALANCE_IN_PROGRESS : ErrorCode.NONE;
}

/** LeaveGroup for classic groups: each member goes, or has an error of its own in `left`. */
export function classicLeave(
  group: ClassicGroup,
  request: LeaveRequest,
  rebalance: ClassicRebalance,
  left: LeftMember[],
): Decision {
  let goneCount = 0;
  for (const { memberId, groupInstanceId } of request.members) {
    const errorCode = leaveOne(group, memberId, groupInstanceId, rebalance);
    if (errorCode === 0) goneCount++;
    left.push({ memberId, groupInstanceId, errorCode });
  }
  if (goneCount === 0) return NO_DECISION;
  switch (group.state) {
    case "Stable":
    case "CompletingRebalance":
      return rebalance.advance(group, `${goneCount} left`);
    case "PreparingRebalance":
      return rebalance.completeIfAllJoined(group);
    default:
      return NO_DECISION;
  }
}

function leaveOne(
  group: ClassicGroup,
  memberId: string,
  instanceId: string | null,
  rebalance: ClassicRebalance,
): number {
  if (memberId === "") {
    // An administrator removes a static member, whose id of today it need not know.
    const known = instanceId === null ? undefined : group.staticMembers.get(instanceId);
    if (known === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
    remove(group, known, rebalance);
    return 0;
  }
  if (group.pendingJoins.has(memberId)) {
    group.remove(memberId);
    rebalance.forgetHeartbeat(group.groupId, memberId);
    return 0;
  }
  const error = group.memberError(memberId, instanceId);
  if (error === 0) remove(group, memberId, rebalance);
  return error;
}

function remove(group: ClassicGroup, memberId: string, rebalance: ClassicRebalance): void {
  rebalance.forgetHeartbeat(group.groupId, memberId);
  group.remove(memberId);
}
