import { randomUuid, uuidToBytes } from "../base/uuid.js";
import { type Decision, NO_DECISION } from "../coordinator/decision.js";
import type { ShardContext } from "../coordinator/shard.js";
import { ErrorCode } from "../protocol/errors.js";
import type { ClassicGroup } from "./classic-group.js";
import { ClassicMember, ownProtocols } from "./classic-member.js";
import { type ClassicRebalance, joinedResponse, refusedJoin } from "./classic-rebalance.js";
import { groupRecord } from "./group-records.js";
import type { GroupClient, JoinRequest, JoinResponse, Reply } from "./group-request.js";
import { type GroupSettings, NEW_MEMBER_JOIN_TIMEOUT_MS } from "./group-settings.js";

/** From this version on a first join gets an id and is to come again with it (KIP-394). */
const MEMBER_ID_REQUIRED_VERSION = 4;
/** From this version on a leader can be told that there is nothing to assign (KIP-814). */
const SKIP_ASSIGNMENT_VERSION = 9;

/** JoinGroup for classic groups (Kafka: GroupMetadataManager.classicGroupJoin). */
export class ClassicJoin {
  private readonly context: ShardContext;
  private readonly settings: GroupSettings;
  private readonly rebalance: ClassicRebalance;

  constructor(context: ShardContext, settings: GroupSettings, rebalance: ClassicRebalance) {
    this.context = context;
    this.settings = settings;
    this.rebalance = rebalance;
  }

  join(group: ClassicGroup, client: GroupClient, request: JoinRequest, reply: Reply<JoinResponse>): Decision {
    const { memberId } = request;
    if (!this.hasRoom(group, memberId)) {
      group.remove(memberId);
      return refuse(reply, "", ErrorCode.GROUP_MAX_SIZE_REACHED);
    }
    if (group.state === "Dead") return refuse(reply, memberId, ErrorCode.COORDINATOR_NOT_AVAILABLE);
    if (!group.supports(request.protocolType, request.protocols)) {
      return refuse(reply, memberId, ErrorCode.INCONSISTENT_GROUP_PROTOCOL);
    }
    return memberId === ""
      ? this.joinFirst(group, client, request, reply)
      : this.joinAgain(group, client, request, reply);
  }

  private hasRoom(group: ClassicGroup, memberId: string): boolean {
    switch (group.state) {
      case "Empty":
      case "Dead":
        return true;
      case "PreparingRebalance":
        // Those that have joined again count: so a group that is over a size which was lowered gets rid of the last to join.
        return (
          (group.members.get(memberId)?.awaitingJoin ?? null) !== null ||
          group.awaitingJoinCount < this.settings.maxSize
        );
      default:
        return group.members.has(memberId) || group.members.size < this.settings.maxSize;
    }
  }

  /** A member without an id. */
  private joinFirst(
    group: ClassicGroup,
    client: GroupClient,
    request: JoinRequest,
    reply: Reply<JoinResponse>,
  ): Decision {
    const { groupInstanceId } = request;
    const newId = `${groupInstanceId ?? client.clientId}-${this.uuidText()}`;
    if (groupInstanceId !== null) {
      const known = group.staticMembers.get(groupInstanceId);
      return known === undefined
        ? this.add(group, client, request, newId, reply)
        : this.replaceStatic(group, client, request, groupInstanceId, known, newId, reply);
    }
    if (client.version < MEMBER_ID_REQUIRED_VERSION) return this.add(group, client, request, newId, reply);
    group.pendingJoins.add(newId);
    this.rebalance.expectSign(group.groupId, newId, request.sessionTimeoutMs);
    return refuse(reply, newId, ErrorCode.MEMBER_ID_REQUIRED);
  }

  private joinAgain(
    group: ClassicGroup,
    client: GroupClient,
    request: JoinRequest,
    reply: Reply<JoinResponse>,
  ): Decision {
    const { memberId, groupInstanceId } = request;
    if (group.pendingJoins.has(memberId)) {
      // Ids are handed out to dynamic members only.
      if (groupInstanceId !== null) return refuse(reply, memberId, ErrorCode.UNKNOWN_MEMBER_ID);
      return this.add(group, client, request, memberId, reply);
    }
    const error = group.memberError(memberId, groupInstanceId);
    if (error !== 0) return refuse(reply, memberId, error);
    const member = group.members.get(memberId) as ClassicMember;
    switch (group.state) {
      case "PreparingRebalance":
        return this.update(group, request, member, reply);
      case "CompletingRebalance":
        // With what it joined with before, it may just not have got the answer.
        if (!member.matches(request.protocols)) return this.update(group, request, member, reply);
        break;
      case "Stable":
        // A leader joins again to make the group assign anew (topics that changed); a follower with something new does so, too.
        if (group.isLeader(memberId) || !member.matches(request.protocols)) {
          return this.update(group, request, member, reply);
        }
        break;
      default:
        return refuse(reply, memberId, ErrorCode.UNKNOWN_MEMBER_ID);
    }
    reply(joinedResponse(group, memberId));
    return NO_DECISION;
  }

  private add(
    group: ClassicGroup,
    client: GroupClient,
    request: JoinRequest,
    memberId: string,
    reply: Reply<JoinResponse>,
  ): Decision {
    const member = new ClassicMember(
      memberId,
      request.groupInstanceId,
      client.clientId,
      client.clientHost,
      request.protocolType,
      request.rebalanceTimeoutMs,
      request.sessionTimeoutMs,
      ownProtocols(request.protocols),
    );
    member.isNew = true;
    if (group.state === "PreparingRebalance" && group.previousState === "Empty") group.newMemberAdded = true;
    group.add(member, reply);
    // Its connection is silent while it waits, so that it may be gone for long: it is to ask again after this time.
    this.rebalance.expectHeartbeat(group, member, NEW_MEMBER_JOIN_TIMEOUT_MS);
    return this.rebalance.advance(group, `${memberId} joins; ${reasonOf(request)}`);
  }

  private update(
    group: ClassicGroup,
    request: JoinRequest,
    member: ClassicMember,
    reply: Reply<JoinResponse>,
  ): Decision {
    this.takeOver(group, member, request, reply);
    return this.rebalance.advance(group, `${member.memberId} joins again; ${reasonOf(request)}`);
  }

  private takeOver(
    group: ClassicGroup,
    member: ClassicMember,
    request: JoinRequest,
    reply: Reply<JoinResponse> | null,
  ): void {
    member.protocols = ownProtocols(request.protocols);
    member.rebalanceTimeoutMs = request.rebalanceTimeoutMs;
    member.sessionTimeoutMs = request.sessionTimeoutMs;
    group.setAwaitingJoin(member, reply);
  }

  /** A static member that has started again: it gets a new id, and its old self is fenced. */
  private replaceStatic(
    group: ClassicGroup,
    client: GroupClient,
    request: JoinRequest,
    instanceId: string,
    oldId: string,
    newId: string,
    reply: Reply<JoinResponse>,
  ): Decision {
    const { rebalance } = this;
    const leaderBefore = group.leaderId;
    const member = group.replaceStatic(instanceId, oldId, newId);
    const before = {
      protocols: member.protocols,
      rebalanceTimeoutMs: member.rebalanceTimeoutMs,
      sessionTimeoutMs: member.sessionTimeoutMs,
    };
    rebalance.expectHeartbeat(group, member);
    this.takeOver(group, member, request, reply);
    if (group.state === "PreparingRebalance") return rebalance.completeIfAllJoined(group);
    const reason = `static member ${instanceId} joins as ${newId}; ${reasonOf(request)}`;
    // The leader may be assigning to the old id.
    if (group.state === "CompletingRebalance") return rebalance.prepare(group, reason);
    if (group.protocolName !== group.chooseProtocol()) return rebalance.advance(group, reason);
    // Nothing changes for the others: it keeps its assignment, and only its new id is written down.
    const assignments = new Map(Array.from(group.members.values(), (one) => [one.memberId, one.assignment]));
    return {
      records: [groupRecord(group, assignments)],
      replays: false,
      splits: false,
      completion: {
        onCommitted: () => {
          const response =
            client.version >= SKIP_ASSIGNMENT_VERSION
              ? joinedResponse(group, newId, group.isLeader(newId))
              : { ...joinedResponse(group, newId), leader: leaderBefore ?? "", members: [] };
          group.answerJoin(member, response);
        },
        onFailed: (errorCode, isLogged) => {
          const refused = {
            ...refusedJoin("", errorCode),
            leader: leaderBefore ?? "",
            generationId: group.generationId,
          };
          // By then the group may have gone on, or be dead.
          if (group.state === "Stable" && group.members.get(newId) === member) {
            group.setAwaitingJoin(member, null);
            reply(refused);
            // The log has the new id: so has whoever coordinates the group next.
            if (isLogged) return;
            const old = group.replaceStatic(instanceId, newId, oldId);
            old.protocols = before.protocols;
            old.rebalanceTimeoutMs = before.rebalanceTimeoutMs;
            old.sessionTimeoutMs = before.sessionTimeoutMs;
            rebalance.expectHeartbeat(group, old);
            return;
          }
          reply(refused);
        },
      },
    };
  }

  /** As Java prints a random UUID. */
  private uuidText(): string {
    const bytes = new Uint8Array(16);
    uuidToBytes(randomUuid(this.context.ports.random), bytes, 0);
    const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
    return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
  }
}

/** KIP-800. */
function reasonOf(request: JoinRequest): string {
  return `client reason: ${request.reason === null || request.reason === "" ? "not provided" : request.reason}`;
}

function refuse(reply: Reply<JoinResponse>, memberId: string, errorCode: number): Decision {
  reply(refusedJoin(memberId, errorCode));
  return NO_DECISION;
}
