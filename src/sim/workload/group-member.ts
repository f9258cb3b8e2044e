import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorName } from "../../protocol/errors.js";
import type { JoinGroupResponse } from "../../protocol/messages/11-join-group.js";
import type { SentCommit } from "../checkers/group-checker.js";
import { Violation } from "../checkers/violation.js";
import type { GroupPlan } from "../scenario.js";
import { assign, readAssignment, subscriptionOf, type TopicPartition } from "./assignor.js";
import { BrokerLink, type ClusterClient } from "./client.js";
import { PartitionReader } from "./consumer.js";
import type { Workload } from "./workload.js";

const RETRY_MS = 200;
const REQUEST_TIMEOUT_MS = 4000;
/** Every so many heartbeats it commits; every so many commits it reads the positions that are committed. */
const COMMIT_EVERY = 2;
const VERIFY_EVERY = 4;

/**
 * What a member does next:
 *
 *   join ──answered──▶ sync ──assigned──▶ positions ──read──▶ run
 *   any ──another rebalance──▶ join; any ──fenced, forgotten──▶ join, as a new member
 */
type Phase = "join" | "sync" | "positions" | "run";

/** One life of a group's member: joins, consumes what it is given and commits how far it came, as a consumer of the classic protocol does. */
export class GroupMember {
  private readonly workload: Workload;
  private readonly client: ClusterClient;
  private readonly plan: GroupPlan;
  readonly name: string;
  private readonly instanceId: string | null;
  private readonly partitions: readonly TopicPartition[];
  private readonly protocolName: string;
  /** The link to the broker that it takes for the coordinator, and that broker; null while it looks for one. */
  private link: BrokerLink | null;
  private coordinator: number;
  phase: Phase;
  private memberId: string;
  generation: number;
  /** A request of the phase is under way. */
  private busy: boolean;
  private heartbeatUnderWay: boolean;
  private commitUnderWay: boolean;
  private leaving: boolean;
  private assignments: { memberId: string; assignment: Uint8Array }[];
  /** What it has, by name; the reader is made once its position is known. */
  private readonly owned: Map<string, TopicPartition>;
  private readonly readers: Map<string, PartitionReader>;
  private readonly committed: Map<string, number>;
  /** It has given up what others are to get, and joins again once it runs. */
  private mustRejoin: boolean;
  private beats: number;
  private commits: number;

  constructor(
    workload: Workload,
    client: ClusterClient,
    plan: GroupPlan,
    name: string,
    instanceId: string | null,
    partitions: readonly TopicPartition[],
  ) {
    this.workload = workload;
    this.client = client;
    this.plan = plan;
    this.name = name;
    this.instanceId = instanceId;
    this.partitions = partitions;
    this.protocolName = plan.cooperative ? "cooperative-sticky" : "roundrobin";
    this.link = null;
    this.coordinator = -1;
    this.phase = "join";
    this.memberId = "";
    this.generation = -1;
    this.busy = false;
    this.heartbeatUnderWay = false;
    this.commitUnderWay = false;
    this.leaving = false;
    this.assignments = [];
    this.owned = new Map();
    this.readers = new Map();
    this.committed = new Map();
    this.mustRejoin = false;
    this.beats = 0;
    this.commits = 0;
  }

  private get checker() {
    return this.workload.world.checker.groups;
  }

  start(): void {
    this.step();
    this.client.ports.timers.schedule(this.plan.heartbeatMs, this);
  }

  /** The heartbeat's timer; what failed in another phase is tried again by timers of its own. */
  onTimer(): void {
    if (this.leaving) return;
    this.client.ports.timers.schedule(this.plan.heartbeatMs, this);
    if (this.phase !== "run" || this.link === null) return;
    this.beats++;
    this.heartbeat();
    if (this.beats % COMMIT_EVERY === 0) this.commit(this.generation);
  }

  private again(): void {
    this.client.ports.timers.schedule(RETRY_MS, { onTimer: () => this.step() });
  }

  private step(): void {
    if (this.busy || this.leaving) return;
    if (this.link === null) {
      this.find();
      return;
    }
    switch (this.phase) {
      case "join":
        this.join(this.link);
        return;
      case "sync":
        this.sync(this.link);
        return;
      case "positions":
        this.readPositions(this.link);
        return;
      case "run":
        return;
    }
  }

  private find(): void {
    this.busy = true;
    this.client.anyLink().send(
      Apis.FindCoordinator,
      4,
      { keyType: 0, coordinatorKeys: [this.plan.name] },
      2000,
      (response) => {
        this.busy = false;
        const [found] = response.coordinators;
        if (found.errorCode !== 0) {
          this.again();
          return;
        }
        this.coordinator = found.nodeId;
        this.link = new BrokerLink(this.client.ports, this.name, found.host, found.port);
        this.step();
      },
      () => {
        this.busy = false;
        this.again();
      },
    );
  }

  private loseCoordinator(link: BrokerLink): void {
    if (this.link !== link) return;
    this.link = null;
    this.again();
  }

  private join(link: BrokerLink): void {
    this.busy = true;
    this.mustRejoin = false;
    const { name: groupId, sessionMs, rebalanceMs, topics } = this.plan;
    const metadata = subscriptionOf(topics, this.owned.values(), this.generation);
    link.send(
      Apis.JoinGroup,
      9,
      {
        groupId,
        sessionTimeoutMs: sessionMs,
        rebalanceTimeoutMs: rebalanceMs,
        memberId: this.memberId,
        groupInstanceId: this.instanceId,
        protocolType: "consumer",
        protocols: [{ name: this.protocolName, metadata }],
      },
      rebalanceMs * 2 + 3000,
      (response) => {
        this.busy = false;
        if (response.errorCode === ErrorCode.NONE) this.onJoined(response);
        else if (response.errorCode === ErrorCode.MEMBER_ID_REQUIRED) {
          this.memberId = response.memberId;
          this.step();
        } else this.onRefused("join", response.errorCode, link);
      },
      () => {
        this.busy = false;
        this.loseCoordinator(link);
      },
    );
  }

  private onJoined(response: JoinGroupResponse): void {
    this.memberId = response.memberId;
    this.generation = response.generationId;
    const leads = response.leader === response.memberId && !response.skipAssignment;
    // Unlike any other, so that two assignments of one generation are told apart.
    const stamp = `${this.name}/${this.client.ports.random.below(1 << 30)}`;
    this.assignments = leads ? assign(this.partitions, response.members, this.plan.cooperative, stamp) : [];
    this.phase = "sync";
    this.step();
  }

  private sync(link: BrokerLink): void {
    this.busy = true;
    const { generation } = this;
    link.send(
      Apis.SyncGroup,
      5,
      {
        groupId: this.plan.name,
        generationId: generation,
        memberId: this.memberId,
        groupInstanceId: this.instanceId,
        protocolType: "consumer",
        protocolName: this.protocolName,
        assignments: this.assignments,
      },
      this.plan.rebalanceMs + 3000,
      (response) => {
        this.busy = false;
        if (response.errorCode !== 0) {
          this.onRefused("sync", response.errorCode, link);
          return;
        }
        this.onAssigned(generation, response.assignment);
      },
      () => {
        this.busy = false;
        this.phase = "join";
        this.loseCoordinator(link);
      },
    );
  }

  private onAssigned(generation: number, assignment: Uint8Array): void {
    const given = readAssignment(assignment);
    const names = given.map(({ name }) => name);
    this.checker.onAssigned(this.plan.name, generation, this.instanceId ?? this.memberId, assignment, names);
    let hasRevoked = false;
    for (const name of [...this.owned.keys()]) {
      if (names.includes(name)) continue;
      this.revoke(name);
      hasRevoked = true;
    }
    for (const partition of given) this.owned.set(partition.name, partition);
    this.mustRejoin = this.plan.cooperative && hasRevoked;
    this.phase = "positions";
    // What the generation before was to commit must not count any more.
    if (generation > 0 && this.client.ports.random.below(3) === 0) this.commit(generation - 1);
    this.step();
  }

  private revoke(name: string): void {
    this.readers.get(name)?.stop();
    this.readers.delete(name);
    this.owned.delete(name);
    this.committed.delete(name);
  }

  private readPositions(link: BrokerLink): void {
    const missing = [...this.owned.values()].filter(({ name }) => !this.readers.has(name));
    if (missing.length === 0) {
      this.onRunning();
      return;
    }
    this.busy = true;
    const { generation } = this;
    this.fetchPositions(
      link,
      missing,
      (positions) => {
        this.busy = false;
        if (this.phase !== "positions" || this.generation !== generation) return;
        for (const partition of missing) this.startReader(partition, positions.get(partition.name) ?? -1);
        this.onRunning();
      },
      (error) => {
        this.busy = false;
        if (error === null) this.loseCoordinator(link);
        else this.onRefused("positions", error, link);
      },
    );
  }

  private fetchPositions(
    link: BrokerLink,
    partitions: readonly TopicPartition[],
    onRead: (positions: Map<string, number>) => void,
    onFailed: (error: number | null) => void,
  ): void {
    const ticket = this.checker.beforeFetch(this.plan.name);
    const { coordinator } = this;
    const topics = partitions.map(({ topic, partition }) => ({ name: topic, partitionIndexes: [partition] }));
    link.send(
      Apis.OffsetFetch,
      8,
      { groups: [{ groupId: this.plan.name, topics }], requireStable: false },
      REQUEST_TIMEOUT_MS,
      (response) => {
        const [group] = response.groups;
        if (group.errorCode !== 0) {
          onFailed(group.errorCode);
          return;
        }
        const positions = new Map<string, number>();
        for (const { name, partitions: found } of group.topics) {
          for (const { partitionIndex, committedOffset, metadata } of found) {
            const partition = `${name}-${partitionIndex}`;
            positions.set(partition, committedOffset);
            this.checker.onFetched(ticket, coordinator, partition, committedOffset, metadata ?? "");
          }
        }
        onRead(positions);
      },
      () => onFailed(null),
    );
  }

  private startReader({ topic, partition, name }: TopicPartition, position: number): void {
    const reader = new PartitionReader(this.workload, this.client, topic, partition, "member");
    reader.position = Math.max(position, 0);
    this.committed.set(name, position);
    this.readers.set(name, reader);
    reader.poll();
  }

  private onRunning(): void {
    this.phase = "run";
    this.workload.groups.onRunning(this.plan);
    if (this.mustRejoin) this.rejoin();
  }

  private rejoin(): void {
    // While a request of the phase is under way its answer goes on.
    this.phase = "join";
    if (!this.plan.cooperative) for (const name of [...this.owned.keys()]) this.revoke(name);
    this.step();
  }

  /** It is nobody any more: what it had others may have. */
  private onFenced(): void {
    this.memberId = "";
    this.generation = -1;
    for (const name of [...this.owned.keys()]) this.revoke(name);
    this.workload.world.count("member fenced");
    this.phase = "join";
    this.step();
  }

  private heartbeat(): void {
    const { link, generation } = this;
    if (this.heartbeatUnderWay || link === null) return;
    this.heartbeatUnderWay = true;
    link.send(
      Apis.Heartbeat,
      4,
      { groupId: this.plan.name, generationId: generation, memberId: this.memberId, groupInstanceId: this.instanceId },
      REQUEST_TIMEOUT_MS,
      (response) => {
        this.heartbeatUnderWay = false;
        if (this.phase !== "run" || this.generation !== generation || response.errorCode === 0) return;
        // What it has read so far still counts in this generation.
        if (response.errorCode === ErrorCode.REBALANCE_IN_PROGRESS) this.commit(generation);
        this.onRefused("heartbeat", response.errorCode, link);
      },
      () => {
        this.heartbeatUnderWay = false;
        this.loseCoordinator(link);
      },
    );
  }

  /** How far it has read what it has, in the name of a generation: its own, or one that is over. */
  private commit(generation: number): void {
    const { link } = this;
    if (link === null) return;
    const isCurrent = generation === this.generation;
    if (isCurrent && this.commitUnderWay) return;
    const { name: group } = this.plan;
    const stamp = `${this.memberId}|${generation}|${++this.commits}`;
    const sent: SentCommit[] = [];
    const topics: {
      name: string;
      partitions: { partitionIndex: number; committedOffset: number; committedMetadata: string }[];
    }[] = [];
    for (const { topic, partition, name } of this.owned.values()) {
      const offset = this.readers.get(name)?.position ?? 0;
      if (isCurrent && (!this.readers.has(name) || this.committed.get(name) === offset)) continue;
      sent.push({ group, partition: name, stamp, offset, memberId: this.memberId, generation });
      const entry = { partitionIndex: partition, committedOffset: offset, committedMetadata: stamp };
      topics.push({ name: topic, partitions: [entry] });
    }
    if (sent.length === 0) return;
    for (const each of sent) this.checker.onCommitSent(each);
    if (isCurrent) this.commitUnderWay = true;
    link.send(
      Apis.OffsetCommit,
      9,
      {
        groupId: group,
        generationIdOrMemberEpoch: generation,
        memberId: this.memberId,
        groupInstanceId: this.instanceId,
        topics,
      },
      REQUEST_TIMEOUT_MS + 2000,
      (response) => {
        if (isCurrent) this.commitUnderWay = false;
        let error = 0;
        for (const { name: topic, partitions } of response.topics) {
          for (const { partitionIndex, errorCode } of partitions) {
            const each = sent.find(({ partition }) => partition === `${topic}-${partitionIndex}`) as SentCommit;
            if (errorCode === 0) this.onCommitted(each);
            else error = errorCode;
          }
        }
        if (error !== 0) this.workload.world.count(`commit: ${errorName(error)}`);
        if (!isCurrent || generation !== this.generation || this.phase !== "run") return;
        if (error !== 0) this.onRefused("commit", error, link);
        else this.verify(link);
      },
      () => {
        if (!isCurrent) return;
        this.commitUnderWay = false;
        this.loseCoordinator(link);
      },
    );
  }

  private onCommitted(commit: SentCommit): void {
    this.checker.onCommitAccepted(commit);
    if (commit.generation === this.generation && this.owned.has(commit.partition)) {
      this.committed.set(commit.partition, commit.offset);
    }
  }

  /** Now and then it reads back what it has committed. */
  private verify(link: BrokerLink): void {
    if (this.commits % VERIFY_EVERY !== 0 || this.owned.size === 0) return;
    this.fetchPositions(
      link,
      [...this.owned.values()],
      () => {},
      () => {},
    );
  }

  private onRefused(what: string, error: number, link: BrokerLink): void {
    this.workload.world.count(`${what}: ${errorName(error)}`);
    switch (error) {
      case ErrorCode.NOT_COORDINATOR:
      case ErrorCode.COORDINATOR_NOT_AVAILABLE:
        if (this.phase === "sync") this.phase = "join";
        this.loseCoordinator(link);
        return;
      case ErrorCode.COORDINATOR_LOAD_IN_PROGRESS:
        if (this.phase === "sync") this.phase = "join";
        this.again();
        return;
      case ErrorCode.REBALANCE_IN_PROGRESS:
      case ErrorCode.ILLEGAL_GENERATION:
        this.rejoin();
        return;
      case ErrorCode.UNKNOWN_MEMBER_ID:
      case ErrorCode.FENCED_INSTANCE_ID:
      case ErrorCode.GROUP_ID_NOT_FOUND:
        this.onFenced();
        return;
      case ErrorCode.UNKNOWN_TOPIC_OR_PARTITION:
        this.again(); // the coordinator has not heard of the topic yet
        return;
      default:
        throw new Violation(31, `${this.name}: ${what} was answered ${errorName(error)}`);
    }
  }

  /** Leaves the group; `onLeft` is called once it is known, or not to be known. */
  leave(onLeft: () => void): void {
    const { link } = this;
    this.leaving = true;
    for (const reader of this.readers.values()) reader.stop();
    if (link === null || this.memberId === "") {
      onLeft();
      return;
    }
    link.send(
      Apis.LeaveGroup,
      5,
      {
        groupId: this.plan.name,
        members: [{ memberId: this.memberId, groupInstanceId: this.instanceId, reason: "it was told to" }],
      },
      1000,
      (response) => {
        const error = response.errorCode || (response.members[0]?.errorCode ?? 0);
        this.workload.world.count(error === 0 ? "member left" : `leave: ${errorName(error)}`);
        onLeft();
      },
      onLeft,
    );
  }
}
