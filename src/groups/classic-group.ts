import { assert } from "../base/assert.js";
import { decode } from "../protocol/codec.js";
import { ConsumerProtocolSubscription } from "../protocol/consumer-protocol/subscription.js";
import { ErrorCode } from "../protocol/errors.js";
import { ProtocolError } from "../protocol/protocol-error.js";
import { ClassicMember, type MemberProtocol } from "./classic-member.js";
import type { JoinResponse, Reply } from "./group-request.js";

/**
 * The states of a classic group, and from which each may be entered (Kafka: ClassicGroupState).
 *
 * - Empty: no members; there may be positions
 * - PreparingRebalance: waits for its members to join again
 * - CompletingRebalance: waits for the leader's assignment
 * - Stable: every member has its assignment
 * - Dead: not coordinated here any more
 */
export type ClassicState = "Empty" | "PreparingRebalance" | "CompletingRebalance" | "Stable" | "Dead";

const ENTERED_FROM: Readonly<Record<ClassicState, readonly ClassicState[]>> = {
  Empty: ["PreparingRebalance"],
  PreparingRebalance: ["Stable", "CompletingRebalance", "Empty"],
  CompletingRebalance: ["PreparingRebalance"],
  Stable: ["CompletingRebalance"],
  Dead: ["Stable", "PreparingRebalance", "CompletingRebalance", "Empty", "Dead"],
};

/** The type of groups that consumers make. */
export const CONSUMER_PROTOCOL_TYPE = "consumer";

/**
 * A classic group: its members, its generation and who waits for what (Kafka: ClassicGroup). What lasts of it is one record, written when a
 * generation gets its assignment and when it has become empty; in between, members come and go in memory alone.
 *
 * Invariants: a leader is a member, or null; `awaitingJoinCount` members have `awaitingJoin` set; pending members are not members.
 */
export class ClassicGroup {
  readonly type = "classic";
  readonly groupId: string;
  state: ClassicState;
  previousState: ClassicState;
  /** When the state was entered, ms since 1970; −1 unknown. */
  stateTimestampMs: number;
  /** Null until a member joins: a simple group, which has positions only. */
  protocolType: string | null;
  /** Chosen when a generation begins; null when there is none. */
  protocolName: string | null;
  generationId: number;
  leaderId: string | null;
  /** By member id, in the order in which they joined. */
  readonly members: Map<string, ClassicMember>;
  /** Member id by instance id. */
  readonly staticMembers: Map<string, string>;
  /** Ids that were handed out and have not joined yet (KIP-394). */
  readonly pendingJoins: Set<string>;
  /** Members that have not sent their SyncGroup of this generation yet. */
  readonly pendingSyncs: Set<string>;
  awaitingJoinCount: number;
  /** Somebody joined while the first rebalance was being delayed: it may be delayed further. */
  newMemberAdded: boolean;
  /** What the members consume; null where that is not known. */
  subscribedTopics: ReadonlySet<string> | null;

  constructor(groupId: string, state: ClassicState, stateTimestampMs: number) {
    this.groupId = groupId;
    this.state = state;
    this.previousState = "Dead";
    this.stateTimestampMs = stateTimestampMs;
    this.protocolType = null;
    this.protocolName = null;
    this.generationId = 0;
    this.leaderId = null;
    this.members = new Map();
    this.staticMembers = new Map();
    this.pendingJoins = new Set();
    this.pendingSyncs = new Set();
    this.awaitingJoinCount = 0;
    this.newMemberAdded = false;
    this.subscribedTopics = null;
  }

  get isEmpty(): boolean {
    return this.state === "Empty";
  }

  get isConsumerGroup(): boolean {
    return this.protocolType === CONSUMER_PROTOCOL_TYPE;
  }

  /** Only positions, no members now or ever. */
  get isSimple(): boolean {
    return this.protocolType === null && this.isEmpty && this.pendingJoins.size === 0;
  }

  get canRebalance(): boolean {
    return ENTERED_FROM.PreparingRebalance.includes(this.state);
  }

  get hasAllJoined(): boolean {
    return this.members.size === this.awaitingJoinCount && this.pendingJoins.size === 0;
  }

  /** How long a rebalance waits for members, ms: the most that any of them asks for. */
  get rebalanceTimeoutMs(): number {
    let most = 0;
    for (const member of this.members.values()) most = Math.max(most, member.rebalanceTimeoutMs);
    return most;
  }

  transition(state: ClassicState, nowMs: number): void {
    assert(ENTERED_FROM[state].includes(this.state), `group ${this.groupId} goes from ${this.state} to ${state}`);
    this.previousState = this.state;
    this.state = state;
    this.stateTimestampMs = nowMs;
  }

  isLeader(memberId: string): boolean {
    return this.leaderId === memberId;
  }

  /** Whether somebody with these protocols can be of the group. */
  supports(protocolType: string, protocols: readonly MemberProtocol[]): boolean {
    if (this.state === "Empty") return protocolType !== "" && protocols.length > 0;
    if (this.protocolType !== protocolType) return false;
    const common = this.commonProtocols();
    return protocols.some(({ name }) => common.has(name));
  }

  add(member: ClassicMember, awaitingJoin: Reply<JoinResponse> | null): void {
    const { memberId, instanceId } = member;
    if (instanceId !== null) {
      assert(!this.staticMembers.has(instanceId), "an instance id is of one member");
      this.staticMembers.set(instanceId, memberId);
    }
    if (this.members.size === 0) this.protocolType = member.protocolType;
    this.leaderId ??= memberId;
    this.members.set(memberId, member);
    this.setAwaitingJoin(member, awaitingJoin);
    this.pendingJoins.delete(memberId);
  }

  /** Also of one that is only pending. Another member leads, if the leader goes. Whoever waits as this member is told that it is none. */
  remove(memberId: string): void {
    const member = this.members.get(memberId);
    if (member !== undefined) {
      this.members.delete(memberId);
      this.answerJoin(member, { memberId: "", errorCode: ErrorCode.UNKNOWN_MEMBER_ID, protocolName: null });
      member.answerSync({ errorCode: ErrorCode.UNKNOWN_MEMBER_ID });
      if (member.instanceId !== null) this.staticMembers.delete(member.instanceId);
    }
    if (this.isLeader(memberId)) this.leaderId = this.members.keys().next().value ?? null;
    this.pendingJoins.delete(memberId);
    this.pendingSyncs.delete(memberId);
  }

  /** The same static member under a new id; whoever still waits under the old one is fenced. */
  replaceStatic(instanceId: string, oldId: string, newId: string): ClassicMember {
    const old = this.members.get(oldId);
    assert(old !== undefined, "a static member that is replaced is a member");
    this.members.delete(oldId);
    const fenced = ErrorCode.FENCED_INSTANCE_ID;
    this.answerJoin(old, { memberId: oldId, errorCode: fenced, protocolName: null });
    old.answerSync({ errorCode: fenced });
    const member = new ClassicMember(
      newId,
      instanceId,
      old.clientId,
      old.clientHost,
      old.protocolType,
      old.rebalanceTimeoutMs,
      old.sessionTimeoutMs,
      old.protocols,
      old.assignment,
    );
    this.members.set(newId, member);
    if (this.pendingSyncs.delete(oldId)) this.pendingSyncs.add(newId);
    if (this.isLeader(oldId)) this.leaderId = newId;
    this.staticMembers.set(instanceId, newId);
    return member;
  }

  /** An earlier request of the member that still waits (it may have lost the connection) is not to wait for ever. */
  setAwaitingJoin(member: ClassicMember, reply: Reply<JoinResponse> | null): void {
    if (reply !== null && member.awaitingJoin !== null) {
      const { memberId } = member;
      this.answerJoin(member, { memberId, errorCode: ErrorCode.REBALANCE_IN_PROGRESS, protocolName: null });
    }
    if (reply !== null && member.awaitingJoin === null) this.awaitingJoinCount++;
    if (reply === null && member.awaitingJoin !== null) this.awaitingJoinCount--;
    member.awaitingJoin = reply;
  }

  /** Answers the JoinGroup that waits; false when none does. */
  answerJoin(member: ClassicMember, response: JoinResponse): boolean {
    const reply = member.awaitingJoin;
    if (reply === null) return false;
    this.setAwaitingJoin(member, null);
    reply(response);
    return true;
  }

  /** Of those that wait in this phase. `false`: nobody can lead, for nobody has joined again. */
  electJoinedLeader(): boolean {
    if (this.leaderId === null) return false;
    if (this.members.get(this.leaderId)?.awaitingJoin) return true;
    for (const member of this.members.values()) {
      if (member.awaitingJoin === null) continue;
      this.leaderId = member.memberId;
      return true;
    }
    return false;
  }

  beginGeneration(nowMs: number): void {
    this.generationId++;
    this.protocolName = this.members.size > 0 ? this.chooseProtocol() : null;
    this.subscribedTopics = this.readSubscriptions();
    this.transition(this.members.size > 0 ? "CompletingRebalance" : "Empty", nowMs);
    this.pendingSyncs.clear();
  }

  /** The protocol that most members vote for, of those that all can do. */
  chooseProtocol(): string {
    const candidates = this.commonProtocols();
    const votes = new Map<string, number>();
    for (const member of this.members.values()) {
      const vote = member.vote(candidates);
      assert(vote !== null, "the members of a group have a protocol in common");
      votes.set(vote, (votes.get(vote) ?? 0) + 1);
    }
    let chosen = "";
    let most = 0;
    for (const [name, count] of votes) {
      if (count <= most) continue;
      chosen = name;
      most = count;
    }
    return chosen;
  }

  /** 0, or why a request in this name is refused: UNKNOWN_MEMBER_ID, or FENCED_INSTANCE_ID when another has taken the instance id over. */
  memberError(memberId: string, instanceId: string | null): number {
    if (instanceId !== null) {
      const known = this.staticMembers.get(instanceId);
      if (known === undefined) return ErrorCode.UNKNOWN_MEMBER_ID;
      if (known !== memberId) return ErrorCode.FENCED_INSTANCE_ID;
    }
    return this.members.has(memberId) ? 0 : ErrorCode.UNKNOWN_MEMBER_ID;
  }

  isSubscribedTo(topic: string): boolean {
    return this.subscribedTopics?.has(topic) ?? this.isConsumerGroup;
  }

  /** To be called when members or their protocol were set from a record. */
  readSubscriptions(): ReadonlySet<string> | null {
    if (!this.isConsumerGroup) return null;
    const topics = new Set<string>();
    if (this.members.size === 0) return topics;
    if (this.protocolName === null) return null;
    for (const member of this.members.values()) {
      const metadata = member.metadata(this.protocolName);
      if (metadata === null) return null;
      try {
        // After the int16 version; what version 0 has is the beginning of every version.
        for (const topic of decode(ConsumerProtocolSubscription, 0, metadata, 2).topics) topics.add(topic);
      } catch (error) {
        // A client may send anything: then the topics are not known.
        if (!(error instanceof ProtocolError)) throw error;
        return null;
      }
    }
    return topics;
  }

  private commonProtocols(): Set<string> {
    const common = new Set<string>();
    let isFirst = true;
    for (const { protocols } of this.members.values()) {
      if (isFirst) for (const { name } of protocols) common.add(name);
      else for (const name of common) if (!protocols.some((own) => own.name === name)) common.delete(name);
      isFirst = false;
    }
    return common;
  }
}
