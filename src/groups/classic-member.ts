import { EMPTY_BYTES, equalBytes } from "../base/bytes.js";
import type { JoinResponse, Reply, SyncResponse } from "./group-request.js";

/** An assignment strategy that a member can do, with what it tells the group's leader for it. */
export interface MemberProtocol {
  readonly name: string;
  readonly metadata: Uint8Array;
}

/** A member of a classic group (Kafka: ClassicGroupMember). */
export class ClassicMember {
  readonly memberId: string;
  /** Of a static member (KIP-345). */
  readonly instanceId: string | null;
  readonly clientId: string;
  readonly clientHost: string;
  readonly protocolType: string;
  rebalanceTimeoutMs: number;
  sessionTimeoutMs: number;
  /** In the order of its preference; the bytes are its own. */
  protocols: readonly MemberProtocol[];
  assignment: Uint8Array;
  /** Set while a JoinGroup of it waits for the rebalance; the group counts them (`ClassicGroup.setAwaitingJoin`). */
  awaitingJoin: Reply<JoinResponse> | null;
  /** Set while a SyncGroup of it waits for the leader's assignment. */
  awaitingSync: Reply<SyncResponse> | null;
  /** It has not got its first JoinGroup answer yet, so it cannot send heartbeats. */
  isNew: boolean;

  constructor(
    memberId: string,
    instanceId: string | null,
    clientId: string,
    clientHost: string,
    protocolType: string,
    rebalanceTimeoutMs: number,
    sessionTimeoutMs: number,
    protocols: readonly MemberProtocol[],
    assignment: Uint8Array = EMPTY_BYTES,
  ) {
    this.memberId = memberId;
    this.instanceId = instanceId;
    this.clientId = clientId;
    this.clientHost = clientHost;
    this.protocolType = protocolType;
    this.rebalanceTimeoutMs = rebalanceTimeoutMs;
    this.sessionTimeoutMs = sessionTimeoutMs;
    this.protocols = protocols;
    this.assignment = assignment;
    this.awaitingJoin = null;
    this.awaitingSync = null;
    this.isNew = false;
  }

  get isStatic(): boolean {
    return this.instanceId !== null;
  }

  /** One that waits for the group owes no heartbeat; a new one is timed out all the same, since it may be gone. */
  get owesNoHeartbeat(): boolean {
    return !this.isNew && (this.awaitingJoin !== null || this.awaitingSync !== null);
  }

  /** What it told for the protocol; null where it cannot do it. */
  metadata(protocolName: string | null): Uint8Array | null {
    for (const protocol of this.protocols) if (protocol.name === protocolName) return protocol.metadata;
    return null;
  }

  /** The candidate that it likes best; null when it can do none. */
  vote(candidates: ReadonlySet<string>): string | null {
    for (const protocol of this.protocols) if (candidates.has(protocol.name)) return protocol.name;
    return null;
  }

  /** Whether these are the protocols that it joined with. */
  matches(protocols: readonly MemberProtocol[]): boolean {
    if (protocols.length !== this.protocols.length) return false;
    return protocols.every((protocol, i) => {
      const own = this.protocols[i];
      return own.name === protocol.name && equalBytes(own.metadata, protocol.metadata);
    });
  }

  /** Answers the SyncGroup that waits; false when none does. */
  answerSync(response: SyncResponse): boolean {
    const reply = this.awaitingSync;
    if (reply === null) return false;
    this.awaitingSync = null;
    reply(response);
    return true;
  }
}

/** Protocols of a request, whose bytes are views of its frame: copied, for they are kept. */
export function ownProtocols(protocols: readonly MemberProtocol[]): MemberProtocol[] {
  return protocols.map(({ name, metadata }) => ({ name, metadata: metadata.slice() }));
}
