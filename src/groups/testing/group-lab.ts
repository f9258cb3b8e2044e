import { type BrokerEvent, EventFeed } from "../../base/events.js";
import { nodeConfigOf } from "../../config/node-config-from.js";
import { TestCoordinatorLogs } from "../../coordinator/testing/coordinator-logs.js";
import { encode } from "../../protocol/codec.js";
import { ConsumerProtocolSubscription } from "../../protocol/consumer-protocol/subscription.js";
import { errorName } from "../../protocol/errors.js";
import { asciiBytes } from "../../storage/checkpoint-file.js";
import { GroupCoordinator } from "../group-coordinator.js";
import type { JoinResponse, LeaveResponse, SyncResponse } from "../group-request.js";
import { OFFSETS_TOPIC } from "../offsets-topic.js";

export const TOPIC_ID = "6Vh0P7GgQ0y1bGd0Lk9pzA";

/** What a client got; undefined while it waits. */
export interface Answer<T> {
  value: T | undefined;
}

/** A coordinator that leads the one partition of its topic, on a log in memory; requests as their clients send them. */
export class GroupLab {
  readonly logs: TestCoordinatorLogs;
  /** What the coordinators have told whoever watches. */
  readonly told: BrokerEvent[];
  coordinator: GroupCoordinator;
  private readonly events: EventFeed;
  private readonly properties: Record<string, string>;
  private epoch: number;

  constructor(properties: Record<string, string> = {}) {
    this.properties = {
      "process.roles": "broker",
      "node.id": "1",
      "controller.quorum.voters": "9@localhost:9093",
      "controller.listener.names": "CONTROLLER",
      listeners: "PLAINTEXT://localhost:9092",
      "log.dirs": "/data",
      "offsets.topic.num.partitions": "1",
      "group.initial.rebalance.delay.ms": "3000",
      ...properties,
    };
    this.logs = new TestCoordinatorLogs(OFFSETS_TOPIC);
    this.epoch = 0;
    this.told = [];
    this.events = new EventFeed();
    this.events.subscribe({ onEvent: (event) => this.told.push(event) });
    this.coordinator = this.start();
    this.lead();
  }

  /** A coordinator with nothing in memory, as on another broker. */
  start(): GroupCoordinator {
    const coordinator = new GroupCoordinator(this.logs.ports, nodeConfigOf(this.properties), this.logs, this.events);
    coordinator.start();
    return coordinator;
  }

  lead(): void {
    this.logs.lead(0, ++this.epoch);
  }

  /** Another broker takes over, with the same log. */
  moveAway(): void {
    this.logs.resign(0);
    this.coordinator.stop();
    this.coordinator = this.start();
    this.lead();
  }

  /** Two seconds later, and so on, with heartbeats of members whenever `everyMs` have passed. */
  advance(ms: number): void {
    this.logs.advance(ms);
  }

  member(clientId: string, options: Partial<MemberOptions> = {}): LabMember {
    return new LabMember(this, clientId, { ...DEFAULT_MEMBER, ...options });
  }

  commit(
    groupId: string,
    topic: string,
    offsets: Record<number, number>,
    by: { memberId?: string; generation?: number; instanceId?: string; retentionMs?: number; metadata?: string } = {},
    version = 9,
  ): string {
    let answer = "nothing";
    const partitions = Object.entries(offsets).map(([partition, offset]) => ({
      partitionIndex: Number(partition),
      committedOffset: offset,
      committedLeaderEpoch: 5,
      committedMetadata: by.metadata ?? "",
    }));
    this.coordinator.commitOffsets(
      version,
      {
        groupId,
        memberId: by.memberId ?? "",
        generationIdOrMemberEpoch: by.generation ?? -1,
        groupInstanceId: by.instanceId ?? null,
        retentionTimeMs: by.retentionMs ?? -1,
        topics: [{ name: topic, topicId: TOPIC_ID, partitions }],
      },
      (error, results) => {
        const errors = results.flatMap((result) => result.partitions.map(({ errorCode }) => errorName(errorCode)));
        answer = error === 0 ? errors.join(" ") : errorName(error);
      },
    );
    this.logs.settle();
    return answer;
  }

  /** All positions of the group: topic-partition to offset. Or the error's name. */
  positions(groupId: string): Record<string, number> | string {
    let answer: Record<string, number> | string = "nothing";
    const request = { groupId, memberId: null, memberEpoch: -1, topics: null };
    this.coordinator.fetchOffsets(request, false, ({ errorCode, topics }) => {
      if (errorCode !== 0) {
        answer = errorName(errorCode);
        return;
      }
      answer = Object.fromEntries(
        topics.flatMap(({ name, partitions }) =>
          partitions.map(({ partitionIndex, committedOffset }) => [`${name}-${partitionIndex}`, committedOffset]),
        ),
      );
    });
    this.logs.settle();
    return answer;
  }

  deleteGroup(groupId: string): string {
    let answer = "nothing";
    this.coordinator.deleteGroups([groupId], (errors) => {
      answer = errorName(errors.get(groupId) ?? 0);
    });
    this.logs.settle();
    return answer;
  }

  /** "Stable 3" and so on. */
  stateOf(groupId: string): string {
    const [group] = this.coordinator.describe([groupId], 6);
    return group.errorCode === 0 ? group.groupState : errorName(group.errorCode);
  }
}

export interface MemberOptions {
  readonly group: string;
  readonly instanceId: string | null;
  readonly version: number;
  readonly sessionMs: number;
  readonly rebalanceMs: number;
  readonly protocols: readonly string[];
  readonly topics: readonly string[];
}

const DEFAULT_MEMBER: MemberOptions = {
  group: "g",
  instanceId: null,
  version: 9,
  sessionMs: 10_000,
  rebalanceMs: 30_000,
  protocols: ["range"],
  topics: ["orders"],
};

/** One client of a group, with what it knows. */
export class LabMember {
  memberId: string;
  generation: number;
  options: MemberOptions;
  readonly clientId: string;
  private readonly lab: GroupLab;

  constructor(lab: GroupLab, clientId: string, options: MemberOptions) {
    this.lab = lab;
    this.clientId = clientId;
    this.options = options;
    this.memberId = "";
    this.generation = -1;
  }

  /** Sends JoinGroup; a client that is given an id joins with it at once. */
  join(): Answer<JoinResponse> {
    const answer: Answer<JoinResponse> = { value: undefined };
    const { group, instanceId, version, sessionMs, rebalanceMs, protocols, topics } = this.options;
    const subscription = encode(ConsumerProtocolSubscription, 0, { topics: [...topics] });
    const metadata = new Uint8Array(2 + subscription.length);
    metadata.set(subscription, 2);
    const request = {
      groupId: group,
      sessionTimeoutMs: sessionMs,
      rebalanceTimeoutMs: rebalanceMs,
      memberId: this.memberId,
      groupInstanceId: instanceId,
      protocolType: "consumer",
      protocols: protocols.map((name) => ({ name, metadata })),
      reason: null,
    };
    const client = { clientId: this.clientId, clientHost: "/127.0.0.1", version };
    const receive = (response: JoinResponse) => {
      if (errorName(response.errorCode ?? 0) === "MEMBER_ID_REQUIRED") {
        this.memberId = response.memberId ?? "";
        this.lab.coordinator.join(client, { ...request, memberId: this.memberId }, receive);
        return;
      }
      if (answer.value !== undefined) return;
      answer.value = response;
      if (response.errorCode) return;
      this.memberId = response.memberId ?? "";
      this.generation = response.generationId ?? -1;
    };
    this.lab.coordinator.join(client, request, receive);
    this.lab.logs.settle();
    return answer;
  }

  /** Sends SyncGroup; a leader gives each member a text. */
  sync(assignments: Readonly<Record<string, string>> = {}): Answer<SyncResponse> {
    const answer: Answer<SyncResponse> = { value: undefined };
    this.lab.coordinator.sync(
      {
        groupId: this.options.group,
        generationId: this.generation,
        memberId: this.memberId,
        groupInstanceId: this.options.instanceId,
        protocolType: null,
        protocolName: null,
        assignments: Object.entries(assignments).map(([memberId, text]) => ({
          memberId,
          assignment: asciiBytes(text),
        })),
      },
      (response) => {
        answer.value ??= response;
      },
    );
    this.lab.logs.settle();
    return answer;
  }

  heartbeat(): string {
    let answer = "nothing";
    this.lab.coordinator.heartbeat(
      {
        groupId: this.options.group,
        generationId: this.generation,
        memberId: this.memberId,
        groupInstanceId: this.options.instanceId,
      },
      (error) => {
        answer = errorName(error);
      },
    );
    this.lab.logs.settle();
    return answer;
  }

  leave(): string {
    let answer: LeaveResponse = {};
    this.lab.coordinator.leave(
      {
        groupId: this.options.group,
        memberId: "",
        members: [{ memberId: this.memberId, groupInstanceId: this.options.instanceId, reason: null }],
      },
      (response) => {
        answer = response;
      },
    );
    this.lab.logs.settle();
    return errorName(answer.errorCode || answer.members?.[0]?.errorCode || 0);
  }

  commit(topic: string, offsets: Record<number, number>): string {
    const { memberId, generation } = this;
    const instanceId = this.options.instanceId ?? undefined;
    return this.lab.commit(this.options.group, topic, offsets, { memberId, generation, instanceId });
  }
}

/** What a member got to consume, as the leader wrote it; the error's name otherwise. */
export function assignmentOf(answer: Answer<SyncResponse>): string | undefined {
  const { value } = answer;
  if (value === undefined) return undefined;
  if (value.errorCode) return errorName(value.errorCode);
  return String.fromCharCode(...(value.assignment ?? []));
}

export function errorOf(answer: Answer<{ readonly errorCode?: number }>): string | undefined {
  return answer.value === undefined ? undefined : errorName(answer.value.errorCode ?? 0);
}
