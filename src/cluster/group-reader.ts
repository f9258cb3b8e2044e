import { Apis } from "../protocol/apis.js";
import { decode } from "../protocol/codec.js";
import { ConsumerProtocolAssignment } from "../protocol/consumer-protocol/assignment.js";
import { ConsumerProtocolSubscription } from "../protocol/consumer-protocol/subscription.js";
import { encodePrefixed } from "../protocol/coordinator-record.js";
import { ErrorCode, errorMessage, errorName, isRetriable } from "../protocol/errors.js";
import type { Admin } from "./admin.js";
import { type Assignor, type Subscriber, sharePartitions } from "./assignors.js";
import type { BrokerLink } from "./broker-link.js";
import { Failure } from "./failure.js";
import { committedOffsets, coordinatorOf } from "./groups.js";
import { EARLIEST, groupedByTopic, LATEST, nameOf, offsetsAt } from "./partition-offsets.js";
import { pause } from "./readiness.js";
import { type ReadRecord, RecordReader } from "./record-reader.js";
import type { RecordPorts } from "./record-sender.js";

export interface GroupReadOptions {
  /** For partitions that the group has committed nothing for. */
  readonly fromBeginning: boolean;
  readonly follow: boolean;
  /** Ways to share partitions that this member can do; the group chooses one that all its members can do. */
  readonly assignors: readonly Assignor[];
}

const SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 60_000;
const HEARTBEAT_MS = 1_000;
const RETRY_PAUSE_MS = 100;
const CONSUMER = "consumer";
const COMMIT_BY_NAME = 9;
/** The version of a subscription that tells what the member has, and since when. */
const SUBSCRIPTION_VERSION = 2;

/**
 * Reads a topic as a member of a consumer group (the classic protocol): shares its partitions, commits what was handed out. While the group
 * rebalances it reads nothing, and what it has read is committed: so it may give up everything (as `range` and `roundrobin` want it), or
 * keep what it has (as `cooperative-sticky` does).
 */
export class GroupReader {
  private readonly admin: Admin;
  private readonly group: string;
  private readonly topic: string;
  private readonly ports: RecordPorts;
  private readonly options: GroupReadOptions;
  private memberId = "";
  private generation = -1;
  /** Its partitions, as the group gave them in this generation. */
  private owned: number[] = [];
  private needsJoin = false;
  private isStopping = false;
  /** Next offset by partition, of what was handed out and is not committed. */
  private readonly positions = new Map<number, number>();

  constructor(admin: Admin, group: string, topic: string, ports: RecordPorts, options: GroupReadOptions) {
    this.admin = admin;
    this.group = group;
    this.topic = topic;
    this.ports = ports;
    this.options = options;
  }

  /** As `RecordReader.read`; at the end everything handed out is committed and the group is left. */
  async read(onRecord: (record: ReadRecord) => boolean): Promise<void> {
    let wantsMore = true;
    while (wantsMore && !this.isStopping) {
      const partitions = await this.join();
      this.needsJoin = false;
      const heartbeat = setInterval(() => void this.heartbeat(), HEARTBEAT_MS);
      try {
        if (partitions.length > 0) wantsMore = await this.readPartitions(partitions, onRecord);
        else while (!this.needsJoin && !this.isStopping && this.options.follow) await pause(RETRY_PAUSE_MS);
      } finally {
        clearInterval(heartbeat);
      }
      if (!this.needsJoin && !this.options.follow) break;
    }
    await this.leave();
  }

  /** Ends `read` soon, in order. */
  stop(): void {
    this.isStopping = true;
  }

  private async readPartitions(
    partitions: readonly number[],
    onRecord: (record: ReadRecord) => boolean,
  ): Promise<boolean> {
    const committed = await committedOffsets(this.admin, this.group);
    const from = new Map<number, number>();
    const fresh = partitions
      .map((partition) => ({ topic: this.topic, partition }))
      .filter((each) => !committed.has(nameOf(each)));
    const starts = await offsetsAt(this.admin, fresh, this.options.fromBeginning ? EARLIEST : LATEST);
    for (const partition of partitions) {
      const name = nameOf({ topic: this.topic, partition });
      const start = starts.get(name);
      // Committed at once: whoever has the partition next starts there, not at the end of then.
      if (start !== undefined) this.positions.set(partition, start);
      from.set(partition, committed.get(name) ?? start ?? 0);
    }
    await this.commit();
    let wantsMore = true;
    const reader = new RecordReader(this.admin, this.topic, this.ports, {
      ...this.options,
      partitions,
      from,
      stop: () => this.needsJoin || this.isStopping,
    });
    await reader.read((record) => {
      wantsMore = onRecord(record);
      this.positions.set(record.partition, record.offset + 1);
      return wantsMore;
    });
    await this.commit();
    return wantsMore;
  }

  /** Joins, or joins again; the partitions of this member. */
  private async join(): Promise<number[]> {
    for (;;) {
      const { link } = await coordinatorOf(this.admin, this.group);
      const joined = await link.call(
        Apis.JoinGroup,
        {
          groupId: this.group,
          sessionTimeoutMs: SESSION_TIMEOUT_MS,
          rebalanceTimeoutMs: REBALANCE_TIMEOUT_MS,
          memberId: this.memberId,
          protocolType: CONSUMER,
          protocols: this.options.assignors.map((name) => ({ name, metadata: this.subscriptionFor(name) })),
        },
        REBALANCE_TIMEOUT_MS + 5_000,
      );
      if (joined.errorCode === ErrorCode.MEMBER_ID_REQUIRED) this.memberId = joined.memberId;
      else if (joined.errorCode === ErrorCode.UNKNOWN_MEMBER_ID) this.forgetMembership();
      else if (joined.errorCode === ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
        throw new Failure(
          `The members of group ${this.group} share their partitions in none of these ways: ${this.options.assignors.join(", ")}.`,
        );
      else if (joined.errorCode !== ErrorCode.NONE) await this.recover(joined.errorCode);
      else {
        this.memberId = joined.memberId;
        this.generation = joined.generationId;
        const assignor = joined.protocolName as Assignor;
        const leads = joined.leader === joined.memberId && !joined.skipAssignment;
        const partitions = await this.sync(link, assignor, leads ? await this.assign(assignor, joined.members) : []);
        if (partitions === null) continue;
        const before = this.owned;
        this.owned = partitions;
        // What it has given up goes to others in the next generation, for which it joins again.
        const gaveUp = before.some((each) => !partitions.includes(each));
        if (assignor !== COOPERATIVE || !gaveUp) return partitions;
      }
    }
  }

  private subscriptionFor(assignor: Assignor): Uint8Array {
    const keeps = assignor === COOPERATIVE && this.owned.length > 0;
    return encodePrefixed(SUBSCRIPTION_VERSION, ConsumerProtocolSubscription, SUBSCRIPTION_VERSION, {
      topics: [this.topic],
      ownedPartitions: keeps ? [{ topic: this.topic, partitions: this.owned }] : [],
      generationId: keeps ? this.generation : -1,
    });
  }

  private forgetMembership(): void {
    this.memberId = "";
    this.owned = [];
  }

  private async sync(
    link: BrokerLink,
    assignor: Assignor,
    assignments: readonly { memberId: string; assignment: Uint8Array }[],
  ): Promise<number[] | null> {
    const { errorCode, assignment } = await link.call(
      Apis.SyncGroup,
      {
        groupId: this.group,
        generationId: this.generation,
        memberId: this.memberId,
        protocolType: CONSUMER,
        protocolName: assignor,
        assignments: [...assignments],
      },
      REBALANCE_TIMEOUT_MS + 5_000,
    );
    if (errorCode === ErrorCode.REBALANCE_IN_PROGRESS) return null;
    if (errorCode !== ErrorCode.NONE) {
      await this.recover(errorCode);
      return null;
    }
    if (assignment.length < 2) return [];
    const { assignedPartitions } = decode(ConsumerProtocolAssignment, 0, assignment.subarray(2));
    return assignedPartitions.filter((each) => each.topic === this.topic).flatMap((each) => each.partitions);
  }

  private async assign(
    assignor: Assignor,
    members: readonly { readonly memberId: string; readonly metadata: Uint8Array }[],
  ): Promise<{ memberId: string; assignment: Uint8Array }[]> {
    const subscribers = members.map(({ memberId, metadata }) => subscriberOf(memberId, metadata));
    const wanted = [...new Set(subscribers.flatMap(({ topics }) => topics))];
    const { topics } = await this.admin.metadata(wanted);
    const counts = new Map(topics.map(({ name, partitions }) => [name ?? "", partitions.length]));
    return [...sharePartitions(assignor, subscribers, counts)].map(([memberId, given]) => {
      const assignedPartitions = [...groupedByTopic(given)].map(([topic, partitions]) => ({ topic, partitions }));
      return { memberId, assignment: encodePrefixed(0, ConsumerProtocolAssignment, 0, { assignedPartitions }) };
    });
  }

  private async heartbeat(): Promise<void> {
    try {
      await this.commit();
      const { link } = await coordinatorOf(this.admin, this.group);
      const request = { groupId: this.group, generationId: this.generation, memberId: this.memberId };
      const { errorCode } = await link.call(Apis.Heartbeat, request, 5_000);
      if (errorCode !== ErrorCode.NONE && errorCode !== ErrorCode.COORDINATOR_LOAD_IN_PROGRESS) this.needsJoin = true;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // The coordinator is gone for now: the next heartbeat asks for it again, and a session that ends is told then.
    }
  }

  private async commit(): Promise<void> {
    if (this.positions.size === 0) return;
    const partitions = [...this.positions].map(([partitionIndex, committedOffset]) => ({
      partitionIndex,
      committedOffset,
      committedMetadata: "",
    }));
    const { link } = await coordinatorOf(this.admin, this.group);
    const request = {
      groupId: this.group,
      generationIdOrMemberEpoch: this.generation,
      memberId: this.memberId,
      topics: [{ name: this.topic, partitions }],
    };
    const { topics } = await link.call(Apis.OffsetCommit, request, 30_000, COMMIT_BY_NAME);
    for (const { partitionIndex, errorCode } of topics[0].partitions) {
      const sent = partitions.find((each) => each.partitionIndex === partitionIndex)?.committedOffset;
      if (errorCode === ErrorCode.NONE) {
        if (this.positions.get(partitionIndex) === sent) this.positions.delete(partitionIndex);
      } else if (errorCode !== ErrorCode.REBALANCE_IN_PROGRESS && !isRetriable(errorCode)) {
        // Another generation: what was handed out is handed out once more to whoever has the partition now.
        this.positions.delete(partitionIndex);
        this.needsJoin = true;
      }
    }
  }

  private async leave(): Promise<void> {
    await this.commit();
    const { link } = await coordinatorOf(this.admin, this.group);
    await link.call(Apis.LeaveGroup, {
      groupId: this.group,
      ...((link.versionOf(Apis.LeaveGroup) ?? 0) >= 3
        ? { members: [{ memberId: this.memberId }] }
        : { memberId: this.memberId }),
    });
  }

  private async recover(errorCode: number): Promise<void> {
    if (errorCode === ErrorCode.ILLEGAL_GENERATION || errorCode === ErrorCode.UNKNOWN_MEMBER_ID)
      this.forgetMembership();
    else if (errorCode !== ErrorCode.REBALANCE_IN_PROGRESS && !isRetriable(errorCode))
      throw new Failure(`Group ${this.group}: ${errorMessage(errorCode)} (${errorName(errorCode)})`);
    await pause(RETRY_PAUSE_MS);
  }
}

/** Clients of any age write these: older ones tell nothing of what they have. */
function subscriberOf(memberId: string, metadata: Uint8Array): Subscriber {
  const version = metadata.length < 2 ? 0 : Math.min((metadata[0] << 8) | metadata[1], SUBSCRIPTION_VERSION);
  const { topics, ownedPartitions, generationId } = decode(ConsumerProtocolSubscription, version, metadata.subarray(2));
  const owned = ownedPartitions.flatMap(({ topic, partitions }) =>
    partitions.map((partition) => ({ topic, partition })),
  );
  return { memberId, topics, owned, generation: generationId };
}

const COOPERATIVE: Assignor = "cooperative-sticky";
