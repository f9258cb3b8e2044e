import { EventFeed } from "../base/events.js";
import type { Uuid } from "../base/uuid.js";
import type { NodeConfig } from "../config/node-config.js";
import { type CoordinatorRecord, type Decision, decided, NO_DECISION } from "../coordinator/decision.js";
import { CoordinatorRuntime } from "../coordinator/runtime.js";
import type { ShardOperation } from "../coordinator/shard.js";
import type { TransactionEnd } from "../coordinator/shard-host.js";
import type { MetadataDelta } from "../metadata/delta.js";
import { emptyImage, type MetadataImage } from "../metadata/image.js";
import type { MetadataPublisher } from "../metadata/loader.js";
import type { Ports } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import type { CoordinatorPort } from "../replication/coordinator-port.js";
import type { LeftMember } from "./classic-leave.js";
import { refusedJoin } from "./classic-rebalance.js";
import {
  type DescribedGroup,
  described,
  type ListedGroup,
  listed,
  matches,
  notDescribed,
  notFound,
} from "./group-description.js";
import type {
  CommitRequest,
  CommitTopicResult,
  FetchedTopic,
  FetchRequest,
  FetchResult,
  GroupClient,
  HeartbeatBody,
  JoinRequest,
  JoinResponse,
  LeaveRequest,
  LeaveResponse,
  Reply,
  SyncRequest,
  SyncResponse,
} from "./group-request.js";
import { type GroupSettings, groupSettings } from "./group-settings.js";
import { GroupShard } from "./group-shard.js";
import { forgetTopics } from "./offset-expiry.js";
import { fetchOffsets } from "./offset-fetch.js";
import { OFFSETS_TOPIC, partitionForGroup } from "./offsets-topic.js";

export interface OffsetDeleteTopic {
  readonly name: string;
  readonly partitions: readonly { readonly partitionIndex: number }[];
}

export interface OffsetDeleteResult {
  readonly errorCode: number;
  readonly topics: {
    readonly name: string;
    readonly partitions: { readonly partitionIndex: number; readonly errorCode: number }[];
  }[];
}

/**
 * The coordinator of groups on one broker (Kafka: GroupCoordinatorService): coordinates the groups whose partitions of
 * `__consumer_offsets` this broker leads. Every answer tells of what is committed, but for `describe` and `list`, which show what is in memory,
 * and for JoinGroup, whose generation counts once its assignment is committed. NOT_COORDINATOR and COORDINATOR_LOAD_IN_PROGRESS send
 * a client elsewhere or let it wait.
 */
export class GroupCoordinator implements MetadataPublisher {
  private readonly settings: GroupSettings;
  private readonly runtime: CoordinatorRuntime<GroupShard>;
  private image: MetadataImage;

  /** `events` hears of each group's states and generations. */
  constructor(ports: Ports, config: NodeConfig, logs: CoordinatorPort, events: EventFeed = new EventFeed()) {
    const settings = groupSettings(config);
    this.settings = settings;
    this.image = emptyImage();
    this.runtime = new CoordinatorRuntime(ports, logs, {
      topic: OFFSETS_TOPIC,
      newShard: (context) => new GroupShard(context, settings, events),
      commitTimeoutMs: settings.commitTimeoutMs,
      codec: settings.offsetsCodec,
    });
  }

  /** Call it once `replicas.coordinatorPort` may be observed; before that every group is answered NOT_COORDINATOR. */
  start(): void {
    this.runtime.start();
  }

  /** Gives up everything; whoever waits is told NOT_COORDINATOR. The last call. */
  stop(): void {
    this.runtime.stop();
  }

  /** Positions of deleted topics are forgotten. */
  onMetadata(delta: MetadataDelta, image: MetadataImage): void {
    this.image = image;
    if (delta.topics.deleted.size === 0) return;
    const deleted = new Map<string, Uuid>();
    for (const [id, name] of delta.topics.deleted) deleted.set(name, id);
    this.runtime.commitOnAll((shard) => decided(forgetTopics(deleted, shard.offsets), true));
  }

  /** For FindCoordinator: the partition of `__consumer_offsets` that coordinates the group; its leader is the coordinator. */
  partitionFor(groupId: string): number {
    const topic = this.image.topics.byName.get(OFFSETS_TOPIC);
    return partitionForGroup(groupId, topic?.partitions.length ?? this.settings.offsetsTopicPartitions);
  }

  join(client: GroupClient, request: JoinRequest, reply: Reply<JoinResponse>): void {
    const { groupId, memberId, sessionTimeoutMs } = request;
    const { minSessionTimeoutMs, maxSessionTimeoutMs } = this.settings;
    if (groupId === "") {
      reply(refusedJoin(memberId, ErrorCode.INVALID_GROUP_ID));
      return;
    }
    if (sessionTimeoutMs < minSessionTimeoutMs || sessionTimeoutMs > maxSessionTimeoutMs) {
      reply(refusedJoin(memberId, ErrorCode.INVALID_SESSION_TIMEOUT));
      return;
    }
    // The group answers when the rebalance is over, or at once; only what it never got is answered here.
    this.write(
      groupId,
      (shard) => shard.join(client, request, reply),
      NOTHING,
      (error) => reply(refusedJoin("", error)),
    );
  }

  sync(request: SyncRequest, reply: Reply<SyncResponse>): void {
    if (request.groupId === "") {
      reply({ errorCode: ErrorCode.INVALID_GROUP_ID });
      return;
    }
    this.write(
      request.groupId,
      (shard) => shard.sync(request, reply),
      NOTHING,
      (errorCode) => reply({ errorCode }),
    );
  }

  /** Answers an ErrorCode. */
  heartbeat(request: HeartbeatBody, reply: Reply<number>): void {
    if (request.groupId === "") {
      reply(ErrorCode.INVALID_GROUP_ID);
      return;
    }
    let answer: number = ErrorCode.NONE;
    this.write(
      request.groupId,
      (shard) => {
        answer = shard.heartbeat(request);
        return NO_DECISION;
      },
      () => reply(answer),
      // While the group is loaded nobody is missed.
      (error) => reply(error === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS ? ErrorCode.NONE : error),
    );
  }

  leave(request: LeaveRequest, reply: Reply<LeaveResponse>): void {
    if (request.groupId === "") {
      reply({ errorCode: ErrorCode.INVALID_GROUP_ID });
      return;
    }
    const members: LeftMember[] = [];
    this.write(
      request.groupId,
      (shard) => shard.leave(request, members),
      () => reply({ members }),
      (errorCode) => reply({ errorCode }),
    );
  }

  /** `error` is that of every partition; otherwise each has its own. */
  commitOffsets(
    version: number,
    request: CommitRequest,
    reply: (error: number, results: readonly CommitTopicResult[]) => void,
  ): void {
    const results: CommitTopicResult[] = [];
    let refused = 0;
    this.write(
      request.groupId,
      (shard) => {
        refused = shard.commitError(request, version);
        return refused === 0 ? shard.commit(request, results) : NO_DECISION;
      },
      () => reply(refused, results),
      (error) => reply(error, results),
    );
  }

  /** As `commitOffsets`, for when the producer's transaction commits (TxnOffsetCommit, KIP-447). */
  commitTransactionalOffsets(
    producerId: number,
    producerEpoch: number,
    request: CommitRequest,
    reply: (error: number, results: readonly CommitTopicResult[]) => void,
  ): void {
    if (request.groupId === "") {
      reply(ErrorCode.INVALID_GROUP_ID, []);
      return;
    }
    const results: CommitTopicResult[] = [];
    let refused = 0;
    this.runtime.writeTransactional(this.partitionFor(request.groupId), producerId, producerEpoch, {
      decide: (shard) => {
        refused = shard.transactionalCommitError(request);
        return refused === 0 ? shard.commit(request, results) : NO_DECISION;
      },
      onCommitted: () => reply(refused, results),
      onFailed: (error) => reply(error, results),
    });
  }

  /** A marker for a partition of `__consumer_offsets` (WriteTxnMarkers): positions of the transaction count, or never will. Answers an ErrorCode. */
  endTransaction(partition: number, end: TransactionEnd, reply: Reply<number>): void {
    this.runtime.endTransaction(partition, end, {
      onCommitted: () => reply(ErrorCode.NONE),
      onFailed: (error) => reply(error),
    });
  }

  fetchOffsets(request: FetchRequest, requireStable: boolean, reply: Reply<FetchResult>): void {
    const { groupId } = request;
    let topics: FetchedTopic[] = [];
    this.write(
      groupId,
      (shard) => {
        topics = fetchOffsets(request, shard.offsets, requireStable);
        return NO_DECISION;
      },
      () => reply({ groupId, errorCode: ErrorCode.NONE, topics }),
      (errorCode) => reply({ groupId, errorCode, topics: [] }),
    );
  }

  /** Partitions that the handler found to be there. */
  deleteOffsets(groupId: string, topics: readonly OffsetDeleteTopic[], reply: Reply<OffsetDeleteResult>): void {
    if (groupId === "") {
      reply({ errorCode: ErrorCode.INVALID_GROUP_ID, topics: [] });
      return;
    }
    const result: OffsetDeleteResult["topics"] = [];
    let refused = 0;
    this.write(
      groupId,
      (shard) => {
        refused = shard.offsetDeleteError(groupId);
        return refused === 0 ? decided(offsetDeleteRecords(shard, groupId, topics, result)) : NO_DECISION;
      },
      () => reply({ errorCode: refused, topics: result }),
      (errorCode) => reply({ errorCode, topics: [] }),
    );
  }

  /** Answers an ErrorCode for each. */
  deleteGroups(groupIds: readonly string[], reply: (errors: ReadonlyMap<string, number>) => void): void {
    const errors = new Map<string, number>();
    const wanted = new Set(groupIds);
    if (wanted.size === 0) {
      reply(errors);
      return;
    }
    const note = (groupId: string, error: number) => {
      errors.set(groupId, error);
      if (errors.size === wanted.size) reply(errors);
    };
    for (const groupId of wanted) {
      let refused = 0;
      this.write(
        groupId,
        (shard) => {
          refused = shard.deleteError(groupId);
          if (refused !== 0) return NO_DECISION;
          const records: CoordinatorRecord[] = [];
          shard.deleteRecords(groupId, records);
          return decided(records);
        },
        () => note(groupId, refused),
        (error) => note(groupId, error),
      );
    }
  }

  describe(groupIds: readonly string[], version: number): DescribedGroup[] {
    return groupIds.map((groupId) => {
      const partition = this.partitionFor(groupId);
      const error = this.runtime.errorOf(partition);
      if (error !== 0) return notDescribed(groupId, error);
      const group = this.runtime.shard(partition)?.groups.get(groupId);
      return group === undefined ? notFound(groupId, version) : described(group);
    });
  }

  /** Those that this broker coordinates. While it loads some: COORDINATOR_LOAD_IN_PROGRESS and none. */
  list(states: readonly string[], types: readonly string[]): { errorCode: number; groups: ListedGroup[] } {
    const groups: ListedGroup[] = [];
    for (const shard of this.runtime.shards()) {
      if (shard === null) return { errorCode: ErrorCode.COORDINATOR_LOAD_IN_PROGRESS, groups: [] };
      for (const group of shard.groups.values()) if (matches(group, states, types)) groups.push(listed(group));
    }
    return { errorCode: ErrorCode.NONE, groups };
  }

  /** The partitions of `__consumer_offsets` that this broker coordinates, to look at their state. */
  coordinated(): ReturnType<CoordinatorRuntime<GroupShard>["active"]> {
    return this.runtime.active();
  }

  private write(
    groupId: string,
    decide: (shard: GroupShard) => Decision,
    onCommitted: () => void,
    onFailed: (error: number) => void,
  ): void {
    const operation: ShardOperation<GroupShard> = { decide, onCommitted, onFailed };
    this.runtime.write(this.partitionFor(groupId), operation);
  }
}

function offsetDeleteRecords(
  shard: GroupShard,
  groupId: string,
  topics: readonly OffsetDeleteTopic[],
  result: OffsetDeleteResult["topics"],
): CoordinatorRecord[] {
  const records: CoordinatorRecord[] = [];
  for (const { name, partitions } of topics) {
    const errorCode = shard.offsetDeleteTopicError(groupId, name);
    result.push({ name, partitions: partitions.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) });
    if (errorCode !== 0) continue;
    for (const { partitionIndex } of partitions) {
      const record = shard.offsetDeleteRecord(groupId, name, partitionIndex);
      if (record !== null) records.push(record);
    }
  }
  return records;
}

const NOTHING = () => {};
