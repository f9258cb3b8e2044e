import { Apis } from "../protocol/apis.js";
import { decode, encode } from "../protocol/codec.js";
import { ConsumerProtocolAssignment } from "../protocol/consumer-protocol/assignment.js";
import { ConsumerProtocolSubscription } from "../protocol/consumer-protocol/subscription.js";
import { ErrorCode, errorMessage, errorName, isRetriable } from "../protocol/errors.js";
import type { Admin } from "./admin.js";
import type { BrokerLink } from "./broker-link.js";
import { Failure } from "./failure.js";
import { committedOffsets, coordinatorOf } from "./groups.js";
import { EARLIEST, LATEST, nameOf, offsetsAt } from "./partition-offsets.js";
import { pause } from "./readiness.js";
import { type ReadRecord, RecordReader } from "./record-reader.js";
import type { RecordPorts } from "./record-sender.js";

export interface GroupReadOptions {
  /** For partitions that the group has committed nothing for. */
  readonly fromBeginning: boolean;
  readonly follow: boolean;
}

const SESSION_TIMEOUT_MS = 10_000;
const REBALANCE_TIMEOUT_MS = 60_000;
const HEARTBEAT_MS = 1_000;
const RETRY_PAUSE_MS = 100;
const CONSUMER = "consumer";
/** Kafka's name for it: what other consumers of the group may share with us. */
const ASSIGNOR = "range";
const COMMIT_BY_NAME = 9;

/** Reads a topic as a member of a consumer group (the classic protocol): shares its partitions, commits what was handed out. */
export class GroupReader {
  private readonly admin: Admin;
  private readonly group: string;
  private readonly topic: string;
  private readonly ports: RecordPorts;
  private readonly options: GroupReadOptions;
  private memberId = "";
  private generation = -1;
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
          protocols: [
            { name: ASSIGNOR, metadata: versioned(encode(ConsumerProtocolSubscription, 0, { topics: [this.topic] })) },
          ],
        },
        REBALANCE_TIMEOUT_MS + 5_000,
      );
      if (joined.errorCode === ErrorCode.MEMBER_ID_REQUIRED) this.memberId = joined.memberId;
      else if (joined.errorCode === ErrorCode.UNKNOWN_MEMBER_ID) this.memberId = "";
      else if (joined.errorCode === ErrorCode.INCONSISTENT_GROUP_PROTOCOL)
        throw new Failure(
          `The members of group ${this.group} share their partitions in a way that this command does not know.`,
        );
      else if (joined.errorCode !== ErrorCode.NONE) await this.recover(joined.errorCode);
      else {
        this.memberId = joined.memberId;
        this.generation = joined.generationId;
        const assignments =
          joined.leader === joined.memberId && !joined.skipAssignment ? await this.assign(joined.members) : [];
        const partitions = await this.sync(link, assignments);
        if (partitions !== null) return partitions;
      }
    }
  }

  private async sync(
    link: BrokerLink,
    assignments: readonly { memberId: string; assignment: Uint8Array }[],
  ): Promise<number[] | null> {
    const { errorCode, assignment } = await link.call(
      Apis.SyncGroup,
      {
        groupId: this.group,
        generationId: this.generation,
        memberId: this.memberId,
        protocolType: CONSUMER,
        protocolName: ASSIGNOR,
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

  /** As leader: of each topic a run of partitions to each member that reads it, in the order of member ids. */
  private async assign(
    members: readonly { readonly memberId: string; readonly metadata: Uint8Array }[],
  ): Promise<{ memberId: string; assignment: Uint8Array }[]> {
    const readers = new Map<string, string[]>();
    for (const { memberId, metadata } of [...members].sort((a, b) => (a.memberId < b.memberId ? -1 : 1))) {
      for (const topic of decode(ConsumerProtocolSubscription, 0, metadata.subarray(2)).topics)
        readers.set(topic, [...(readers.get(topic) ?? []), memberId]);
    }
    const given = new Map<string, { topic: string; partitions: number[] }[]>(
      members.map((each) => [each.memberId, []]),
    );
    const { topics } = await this.admin.metadata([...readers.keys()]);
    for (const { name, partitions } of topics) {
      const ids = readers.get(name ?? "") ?? [];
      const share = Math.floor(partitions.length / ids.length);
      const more = partitions.length % ids.length;
      let first = 0;
      ids.forEach((id, index) => {
        const count = share + (index < more ? 1 : 0);
        const run = Array.from({ length: count }, (_, at) => first + at);
        first += count;
        if (count > 0) given.get(id)?.push({ topic: name ?? "", partitions: run });
      });
    }
    return [...given].map(([memberId, assignedPartitions]) => ({
      memberId,
      assignment: versioned(encode(ConsumerProtocolAssignment, 0, { assignedPartitions })),
    }));
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
    if (errorCode === ErrorCode.ILLEGAL_GENERATION || errorCode === ErrorCode.UNKNOWN_MEMBER_ID) this.memberId = "";
    else if (errorCode !== ErrorCode.REBALANCE_IN_PROGRESS && !isRetriable(errorCode))
      throw new Failure(`Group ${this.group}: ${errorMessage(errorCode)} (${errorName(errorCode)})`);
    await pause(RETRY_PAUSE_MS);
  }
}

/** Preceded by version 0, as consumers write what brokers do not read. */
function versioned(bytes: Uint8Array): Uint8Array {
  const out = new Uint8Array(bytes.length + 2);
  out.set(bytes, 2);
  return out;
}
