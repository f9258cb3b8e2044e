import type { Uuid } from "../base/uuid.js";
import type { Timer, TimerTask } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import { type AbortedTransaction, LogRead } from "../storage/log-read.js";
import type { Partition } from "./partition.js";
import { preparePart } from "./partition-read.js";
import type { ReplicaManager } from "./replica-manager.js";

/** One partition of a fetch: what is asked, and what is answered. With a session it lives as long as the session has the partition. */
export class FetchPart extends LogRead {
  /** Empty where the client gave an id. */
  readonly topic: string;
  /** Empty where the client gave a name. */
  readonly topicId: Uuid;
  readonly index: number;
  fetchOffset: number;
  /** As asked for; `maxBytes` is what is left of it within the whole fetch. */
  partitionMaxBytes: number;
  /** Of the reader, −1: not told. */
  currentLeaderEpoch: number;
  lastFetchedEpoch: number;
  followerLogStart: number;

  errorCode: number;
  highWatermark: number;
  lastStableOffset: number;
  logStart: number;
  /** −1: it does not diverge. */
  divergingEpoch: number;
  divergingEndOffset: number;
  /** With NOT_LEADER_OR_FOLLOWER and FENCED_LEADER_EPOCH; −1 unknown. */
  leaderId: number;
  leaderEpoch: number;
  /** −1: this one. */
  preferredReadReplica: number;
  aborted: readonly AbortedTransaction[] | null;

  /** What the session's client was told last. */
  sentHighWatermark: number;
  sentLogStart: number;
  sentError: number;

  /** Of this room. */
  partition: Partition | null;
  readEpoch: number;
  operation: FetchOperation | null;

  constructor(topic: string, topicId: Uuid, index: number) {
    super();
    this.topic = topic;
    this.topicId = topicId;
    this.index = index;
    this.fetchOffset = 0;
    this.partitionMaxBytes = 0;
    this.currentLeaderEpoch = -1;
    this.lastFetchedEpoch = -1;
    this.followerLogStart = -1;
    this.errorCode = ErrorCode.NONE;
    this.highWatermark = -1;
    this.lastStableOffset = -1;
    this.logStart = -1;
    this.divergingEpoch = -1;
    this.divergingEndOffset = -1;
    this.leaderId = -1;
    this.leaderEpoch = -1;
    this.preferredReadReplica = -1;
    this.aborted = null;
    this.sentHighWatermark = -1;
    this.sentLogStart = -1;
    this.sentError = ErrorCode.NONE;
    this.partition = null;
    this.readEpoch = -1;
    this.operation = null;
  }

  resetResult(): void {
    this.clear();
    this.errorCode = ErrorCode.NONE;
    this.highWatermark = -1;
    this.lastStableOffset = -1;
    this.logStart = -1;
    this.divergingEpoch = -1;
    this.divergingEndOffset = -1;
    this.leaderId = -1;
    this.leaderEpoch = -1;
    this.preferredReadReplica = -1;
    this.aborted = null;
  }

  fail(errorCode: number): void {
    this.errorCode = errorCode;
    this.highWatermark = -1;
    this.lastStableOffset = -1;
    this.logStart = -1;
  }

  /** Nothing more is wanted than what stands here: errors, divergence and better replicas are told at once. */
  get isDecided(): boolean {
    return this.errorCode !== ErrorCode.NONE || this.divergingEpoch >= 0 || this.preferredReadReplica >= 0;
  }

  override onLogRead(): void {
    this.operation?.onPartRead(this);
  }
}

/** How long a follower's first fetch of a partition waits for data: it has not heard of the high watermark yet, ms. */
const FIRST_WAIT_MS = 20;

/**
 * A fetch of a consumer or follower. It reads what is there, and waits for `minBytes` up to `maxWaitMs` otherwise. Give it to
 * `ReplicaManager.fetch`; `onFetched` follows once, within that call or in a later turn.
 */
export abstract class FetchOperation implements TimerTask {
  readonly version: number;
  /** −1: a consumer. */
  readonly replicaId: number;
  /** The follower's broker epoch; −1 not told. */
  readonly replicaEpoch: number;
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly readCommitted: boolean;
  readonly rackId: string;
  /** In the order in which they are to be read. */
  parts: readonly FetchPart[];

  /** Bytes of all parts. */
  bytes: number;
  /** There was more to read of a part, but no room: its next batch is larger than it may get after others. */
  isStarving: boolean;
  isDone: boolean;
  isWoken: boolean;
  private manager: ReplicaManager | null;
  private bytesLeft: number;
  private next: number;
  private isReading: boolean;
  private isWaiting: boolean;
  private isOverdue: boolean;
  private isDecided: boolean;
  private deadlineMs: number;
  private timer: Timer | null;

  constructor(
    version: number,
    replicaId: number,
    replicaEpoch: number,
    maxWaitMs: number,
    minBytes: number,
    maxBytes: number,
    readCommitted: boolean,
    rackId: string,
  ) {
    this.version = version;
    this.replicaId = replicaId;
    this.replicaEpoch = replicaEpoch;
    this.maxWaitMs = maxWaitMs;
    this.minBytes = minBytes;
    this.maxBytes = maxBytes;
    this.readCommitted = readCommitted;
    this.rackId = rackId;
    this.parts = NO_PARTS;
    this.bytes = 0;
    this.isStarving = false;
    this.isDone = false;
    this.isWoken = false;
    this.manager = null;
    this.bytesLeft = 0;
    this.next = 0;
    this.isReading = false;
    this.isWaiting = false;
    this.isOverdue = false;
    this.isDecided = false;
    this.deadlineMs = 0;
    this.timer = null;
  }

  get isFromFollower(): boolean {
    return this.replicaId >= 0;
  }

  /** Every part has its result. Its chunks are views: let go of them once they are sent. */
  abstract onFetched(): void;

  /** Of the manager. */
  begin(manager: ReplicaManager): void {
    this.manager = manager;
    this.deadlineMs = manager.ports.clock.monotonicMs() + this.maxWaitMs;
    if (this.maxWaitMs <= 0 || this.parts.length === 0) this.isOverdue = true;
    for (const part of this.parts) part.operation = this;
    this.readAll();
  }

  /** Whoever asked is gone. */
  cancel(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.leave();
  }

  /** Of the manager, at the end of a turn in which something happened. */
  resume(): void {
    this.isWoken = false;
    if (this.isDone || this.isReading) return;
    this.readAll();
  }

  /**
   * There is no data for a follower, but it hears of the high watermark or the log start with this turn: what a client was told is
   * committed can then be read from any replica, also when the leader dies in the next moment.
   */
  hurry(): void {
    if (!this.isWaiting) return;
    this.isOverdue = true;
    (this.manager as ReplicaManager).wake(this);
  }

  onTimer(): void {
    this.timer = null;
    this.isOverdue = true;
    if (!this.isDone && !this.isReading) this.readAll();
  }

  private readAll(): void {
    this.bytes = 0;
    this.isStarving = false;
    this.bytesLeft = this.maxBytes;
    this.next = 0;
    this.isDecided = false;
    this.readOn();
  }

  /** Reads from part `next` on, until one has to be waited for. */
  private readOn(): void {
    const manager = this.manager as ReplicaManager;
    const { parts } = this;
    while (this.next < parts.length) {
      const part = parts[this.next++];
      const log = preparePart(manager, this, part);
      if (log === null) {
        if (part.isDecided) this.isDecided = true;
        continue;
      }
      part.maxBytes = Math.min(part.partitionMaxBytes, this.bytesLeft);
      part.minOneBatch = this.bytes === 0;
      if (!log.read(part)) {
        this.isReading = true;
        return;
      }
      this.take(part);
    }
    this.decide();
  }

  onPartRead(part: FetchPart): void {
    this.isReading = false;
    if (this.isDone) {
      part.clear();
      return;
    }
    this.take(part);
    this.readOn();
  }

  private take(part: FetchPart): void {
    const partition = part.partition as Partition;
    if (part.error !== 0) part.fail(part.error);
    else if (partition.leaderEpoch !== part.readEpoch || partition.log === null || partition.isRemoved) {
      // While it was read another leader came: what was read may be gone there.
      part.clear();
      part.fail(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    } else {
      if (part.bytes === 0 && this.bytes > 0 && part.startOffset < part.maxOffset) this.isStarving = true;
      this.bytes += part.bytes;
      this.bytesLeft -= part.bytes;
      if (this.readCommitted && !this.isFromFollower) {
        part.aborted =
          part.bytes === 0 ? NO_ABORTED : partition.log.abortedTransactions(part.fetchOffset, part.nextOffset);
      }
    }
    if (part.isDecided) this.isDecided = true;
  }

  private decide(): void {
    if (this.isOverdue || this.isDecided || this.bytes >= this.minBytes || this.hasNews) {
      this.isDone = true;
      this.leave();
      if (!this.isFromFollower) this.count();
      this.onFetched();
      return;
    }
    if (this.isWaiting) return;
    this.isWaiting = true;
    for (const part of this.parts) {
      const { partition } = part;
      if (partition === null) continue;
      (this.isFromFollower ? partition.followerFetches : partition.consumerFetches).push(this);
    }
    const manager = this.manager as ReplicaManager;
    let left = Math.max(1, this.deadlineMs - manager.ports.clock.monotonicMs());
    if (this.isFromFollower && this.parts.some(isFirst)) left = Math.min(left, FIRST_WAIT_MS);
    this.timer = manager.ports.timers.schedule(left, this);
  }

  private count(): void {
    for (const { partition, errorCode, bytes } of this.parts) {
      if (partition === null) continue;
      const { stats } = partition;
      stats.fetchRequests++;
      if (errorCode !== ErrorCode.NONE) stats.failedFetchRequests++;
      stats.bytesOut += bytes;
    }
  }

  /** Whether a follower was told of an older high watermark. */
  private get hasNews(): boolean {
    if (!this.isFromFollower) return false;
    for (const part of this.parts) {
      if (part.sentHighWatermark >= 0 && part.highWatermark > part.sentHighWatermark) return true;
    }
    return false;
  }

  private leave(): void {
    this.timer?.cancel();
    this.timer = null;
    if (!this.isWaiting) return;
    this.isWaiting = false;
    for (const part of this.parts) {
      const { partition } = part;
      if (partition === null) continue;
      const list = this.isFromFollower ? partition.followerFetches : partition.consumerFetches;
      const at = list.indexOf(this);
      if (at < 0) continue;
      const last = list.pop() as FetchOperation;
      if (at < list.length) list[at] = last;
    }
  }
}

function isFirst(part: FetchPart): boolean {
  return part.sentHighWatermark < 0;
}

const NO_PARTS: readonly FetchPart[] = [];
const NO_ABORTED: readonly AbortedTransaction[] = [];
