import type { CallHandler, NoResponse } from "../client/peer-link.js";
import { PeerLink } from "../client/peer-link.js";
import type { Timer, TimerTask, TurnTask } from "../ports/index.js";
import { Apis, type RequestOf, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import type { Log } from "../storage/log.js";
import { fetchPosition, takeRecords, truncateToDiverging } from "./follower-log.js";
import type { Partition } from "./partition.js";
import type { ReplicaManager } from "./replica-manager.js";
import { ResetPosition } from "./reset-position.js";

type Fetch = typeof Apis.Fetch;
type FetchedPartition = ResponseOf<Fetch>["responses"][number]["partitions"][number];
type AskedTopic = NonNullable<RequestOf<Fetch>["topics"]>[number];
type AskedPartition = NonNullable<AskedTopic["partitions"]>[number];

/** A partition as its fetcher keeps it. */
export class Followed {
  readonly partition: Partition;
  readonly fetcher: ReplicaFetcher;
  /** What the session at the leader holds of it; `isInSession` false: nothing. */
  isInSession: boolean;
  sentOffset: number;
  sentLeaderEpoch: number;
  sentLastEpoch: number;
  sentLogStart: number;
  /** Until then it is not asked for, after an error; monotonic ms. */
  pausedUntilMs: number;
  errors: number;
  /** What was appended is not written (with `ack.after=fsync`: synced) yet: to fetch on would say that it is. */
  isWriting: boolean;
  /** The leader is asked where its log starts and ends. */
  isResetting: boolean;
  isCaughtUp: boolean;

  constructor(partition: Partition, fetcher: ReplicaFetcher) {
    this.partition = partition;
    this.fetcher = fetcher;
    this.isInSession = false;
    this.sentOffset = -1;
    this.sentLeaderEpoch = -1;
    this.sentLastEpoch = -1;
    this.sentLogStart = -1;
    this.pausedUntilMs = 0;
    this.errors = 0;
    this.isWriting = false;
    this.isResetting = false;
    this.isCaughtUp = false;
  }
}

const BACKOFF_MS = 20;
/** How long one slow log may hold up the others of its leader, ms. */
const WRITE_WAIT_MS = 100;
/** A fetch that is out for this long most likely waits at the leader for something to happen, ms. */
const LONG_POLL_MS = 5;
const BACKED_UP_MS = 5;

/**
 * Follows one leader: all partitions that it leads, in one fetch at a time over one connection, with a fetch session so that only what changed is
 * named. A fetch goes out once what the last one brought is written (synced), since its offsets tell the leader what this replica has.
 */
export class ReplicaFetcher implements CallHandler<Fetch>, TurnTask, TimerTask {
  readonly brokerId: number;
  readonly link: PeerLink;
  /** The last attempt was refused: the leader's process is gone. */
  isRefused: boolean;
  /** Of the leader, when this fetcher was made. */
  readonly leaderBrokerEpoch: number;
  readonly manager: ReplicaManager;
  private readonly byTopic: Map<string, Map<number, Followed>>;
  private count: number;
  private writing: number;
  private sessionId: number;
  private sessionEpoch: number;
  /** Left since the last request, and known to the session. */
  private forgotten: Followed[];
  private isUnderWay: boolean;
  private sentMs: number;
  /** A partition came while a fetch is under way that does not ask for it. */
  private isImpatient: boolean;
  private isInterrupting: boolean;
  private isScheduled: boolean;
  private isClosed: boolean;
  private failures: number;
  private timer: Timer | null;
  private timerDueMs: number;
  private writeWaitUntilMs: number;

  constructor(manager: ReplicaManager, brokerId: number, host: string, port: number, leaderBrokerEpoch: number) {
    this.manager = manager;
    this.brokerId = brokerId;
    this.leaderBrokerEpoch = leaderBrokerEpoch;
    this.link = new PeerLink(manager.ports, {
      host,
      port,
      clientId: `broker-${manager.nodeId}-fetcher-${brokerId}`,
      requestTimeoutMs: manager.socketTimeoutMs,
    });
    this.isRefused = false;
    this.byTopic = new Map();
    this.count = 0;
    this.writing = 0;
    this.sessionId = 0;
    this.sessionEpoch = 0;
    this.forgotten = [];
    this.isUnderWay = false;
    this.sentMs = 0;
    this.isImpatient = false;
    this.isInterrupting = false;
    this.isScheduled = false;
    this.isClosed = false;
    this.failures = 0;
    this.timer = null;
    this.timerDueMs = 0;
    this.writeWaitUntilMs = 0;
  }

  get isEmpty(): boolean {
    return this.count === 0;
  }

  follow(partition: Partition): void {
    let parts = this.byTopic.get(partition.topicId);
    if (parts === undefined) {
      parts = new Map();
      this.byTopic.set(partition.topicId, parts);
    }
    const followed = new Followed(partition, this);
    parts.set(partition.index, followed);
    partition.followed = followed;
    this.count++;
    const log = partition.log as Log;
    if (log.epochs.latestEpoch < 0 && log.appendEndOffset > log.highWatermark) {
      // Without an epoch the leader cannot tell where the logs diverge; below the high watermark they do not.
      log.truncateTo(log.highWatermark);
    }
    if (isUnwritten(log)) {
      this.startWriting(followed);
      if (log.flushAfterWrite) log.flush();
    }
    // A leader that is new, or in a new epoch, may be there again.
    this.failures = 0;
    this.isImpatient = this.isUnderWay;
    this.poke();
  }

  unfollow(followed: Followed): void {
    const { partition } = followed;
    const parts = this.byTopic.get(partition.topicId);
    if (parts?.get(partition.index) !== followed) return;
    parts.delete(partition.index);
    if (parts.size === 0) this.byTopic.delete(partition.topicId);
    if (partition.followed === followed) partition.followed = null;
    this.count--;
    if (followed.isWriting) this.writing--;
    followed.isWriting = false;
    if (followed.isInSession) this.forgotten.push(followed);
    this.poke();
  }

  close(): void {
    this.isClosed = true;
    this.timer?.cancel();
    this.timer = null;
    for (const parts of this.byTopic.values()) {
      for (const followed of parts.values())
        if (followed.partition.followed === followed) followed.partition.followed = null;
    }
    this.byTopic.clear();
    this.count = 0;
    this.link.close();
  }

  followedPartitions(): Partition[] {
    const partitions: Partition[] = [];
    for (const parts of this.byTopic.values())
      for (const followed of parts.values()) partitions.push(followed.partition);
    return partitions;
  }

  /** A fetch goes out at the end of the turn, unless one is under way or something stands against it. */
  poke(): void {
    if (this.isScheduled || this.isClosed || (this.isUnderWay && !this.isImpatient)) return;
    this.isScheduled = true;
    this.manager.ports.loop.atTurnEnd(this);
  }

  private startWriting(followed: Followed): void {
    if (followed.isWriting) return;
    followed.isWriting = true;
    if (this.writing++ === 0) this.writeWaitUntilMs = this.manager.ports.clock.monotonicMs() + WRITE_WAIT_MS;
  }

  /** Of the partition: its log was written, or synced where that counts. */
  onWritten(followed: Followed): void {
    const { log } = followed.partition;
    if (!followed.isWriting || log === null || isUnwritten(log)) return;
    followed.isWriting = false;
    this.writing--;
    if (followed.isCaughtUp && log.damage !== null) this.manager.onRefetched(followed.partition, log);
    if (this.writing === 0) this.poke();
  }

  onTurnEnd(): void {
    this.isScheduled = false;
    if (this.isClosed) return;
    const now = this.manager.ports.clock.monotonicMs();
    if (this.isUnderWay) {
      if (!this.isImpatient) return;
      if (now - this.sentMs < LONG_POLL_MS) {
        this.wakeAt(this.sentMs + LONG_POLL_MS, now);
        return;
      }
      // The leader answers one request of a connection after the other: to ask for the new ones at once takes another connection.
      this.isImpatient = false;
      this.isInterrupting = true;
      this.link.close();
      this.isInterrupting = false;
      return;
    }
    if (this.failures > 0 && this.timer !== null) return;
    if (this.manager.options.logs.isBackedUp) {
      this.wakeAt(now + BACKED_UP_MS, now);
      return;
    }
    if (this.writing > 0 && now < this.writeWaitUntilMs) {
      this.wakeAt(this.writeWaitUntilMs, now);
      return;
    }
    this.send(now);
  }

  private wakeAt(dueMs: number, nowMs: number): void {
    if (this.timer !== null) {
      if (this.timerDueMs <= dueMs) return;
      this.timer.cancel();
    }
    this.timerDueMs = dueMs;
    this.timer = this.manager.ports.timers.schedule(Math.max(0, dueMs - nowMs), this);
  }

  onTimer(): void {
    this.timer = null;
    this.poke();
  }

  private send(now: number): void {
    const { manager } = this;
    const isFull = this.sessionEpoch === 0;
    const topics: AskedTopic[] = [];
    const forgotten = new Map<string, number[]>();
    let asked = 0;
    let dueMs = Number.POSITIVE_INFINITY;
    for (const [topicId, parts] of this.byTopic) {
      let list: AskedPartition[] | null = null;
      for (const followed of parts.values()) {
        const { partition } = followed;
        const { log } = partition;
        if (followed.pausedUntilMs > now) dueMs = Math.min(dueMs, followed.pausedUntilMs);
        if (log === null || followed.isWriting || followed.isResetting || followed.pausedUntilMs > now) {
          if (followed.isInSession) forget(forgotten, followed);
          continue;
        }
        asked++;
        const offset = fetchPosition(partition, log);
        const lastEpoch = offset === log.appendEndOffset ? log.latestEpoch : log.epochs.epochForOffset(offset - 1);
        const isSame =
          followed.isInSession &&
          followed.sentOffset === offset &&
          followed.sentLeaderEpoch === partition.leaderEpoch &&
          followed.sentLastEpoch === lastEpoch &&
          followed.sentLogStart === log.logStartOffset;
        if (isSame && !isFull) continue;
        followed.isInSession = true;
        followed.sentOffset = offset;
        followed.sentLeaderEpoch = partition.leaderEpoch;
        followed.sentLastEpoch = lastEpoch;
        followed.sentLogStart = log.logStartOffset;
        list ??= [];
        list.push({
          partition: partition.index,
          currentLeaderEpoch: partition.leaderEpoch,
          fetchOffset: offset,
          lastFetchedEpoch: lastEpoch,
          logStartOffset: log.logStartOffset,
          partitionMaxBytes: manager.fetchBytes,
        });
      }
      if (list !== null) topics.push({ topicId, partitions: list });
    }
    for (const followed of this.forgotten) {
      const { topicId, index } = followed.partition;
      const again = this.byTopic.get(topicId)?.get(index);
      if (again === undefined || !again.isInSession) forget(forgotten, followed);
    }
    this.forgotten = [];
    if (dueMs !== Number.POSITIVE_INFINITY) this.wakeAt(dueMs, now);
    if (asked === 0) {
      // The session is begun anew when there is something to ask for.
      if (forgotten.size > 0) this.endSession();
      return;
    }
    const forgottenTopicsData = [...forgotten].map(([topicId, partitions]) => ({ topicId, partitions }));
    this.isUnderWay = true;
    this.isImpatient = false;
    this.sentMs = now;
    this.link.call(
      Apis.Fetch,
      manager.fetchVersion,
      {
        replicaState: { replicaId: manager.nodeId, replicaEpoch: manager.options.controller.brokerEpoch },
        maxWaitMs: manager.fetchWaitMs,
        minBytes: manager.fetchMinBytes,
        maxBytes: manager.fetchResponseBytes,
        sessionId: this.sessionId,
        sessionEpoch: this.sessionEpoch,
        topics,
        forgottenTopicsData: isFull ? [] : forgottenTopicsData,
      },
      this,
    );
  }

  private endSession(): void {
    this.sessionId = 0;
    this.sessionEpoch = 0;
    this.forgotten = [];
    for (const parts of this.byTopic.values()) for (const followed of parts.values()) followed.isInSession = false;
  }

  onNoResponse(why: NoResponse): void {
    if (this.isClosed) return;
    this.isUnderWay = false;
    this.endSession();
    if (this.isInterrupting) {
      this.poke();
      return;
    }
    this.isRefused = why === "refused";
    const delay = Math.min(BACKOFF_MS * 2 ** Math.min(this.failures, 10), this.manager.fetchBackoffMs);
    this.failures++;
    const now = this.manager.ports.clock.monotonicMs();
    this.wakeAt(now + delay, now);
    this.manager.onPeerUnreachable(this.brokerId, why);
  }

  onResponse(response: ResponseOf<Fetch>): void {
    if (this.isClosed) return;
    this.isUnderWay = false;
    this.isRefused = false;
    this.failures = 0;
    if (response.errorCode !== ErrorCode.NONE) {
      const wasFull = this.sessionEpoch === 0;
      this.endSession();
      if (wasFull) {
        this.failures = 1;
        const now = this.manager.ports.clock.monotonicMs();
        this.wakeAt(now + this.manager.fetchBackoffMs, now);
      } else {
        this.poke();
      }
      return;
    }
    if (this.sessionEpoch === 0) {
      this.sessionId = response.sessionId;
      if (this.sessionId !== 0) this.sessionEpoch = 1;
    } else {
      this.sessionEpoch = this.sessionEpoch === 2147483647 ? 1 : this.sessionEpoch + 1;
    }
    for (const topic of response.responses) {
      const parts = this.byTopic.get(topic.topicId);
      if (parts === undefined) continue;
      for (const data of topic.partitions) {
        const followed = parts.get(data.partitionIndex);
        if (followed !== undefined) this.onPartition(followed, data);
      }
    }
    this.poke();
  }

  private onPartition(followed: Followed, data: FetchedPartition): void {
    const { partition } = followed;
    const { log } = partition;
    // The metadata moved on, or the log did, since it was asked for: it is asked for anew.
    if (log === null || log.failure !== null || followed.sentLeaderEpoch !== partition.leaderEpoch) return;
    if (!followed.isInSession || followed.isWriting || followed.isResetting) return;
    if (fetchPosition(partition, log) !== followed.sentOffset) return;
    switch (data.errorCode) {
      case ErrorCode.NONE:
        followed.errors = 0;
        if (data.divergingEpoch.epoch >= 0) {
          truncateToDiverging(log, data.divergingEpoch.epoch, data.divergingEpoch.endOffset);
          this.manager.onTruncated(partition, log);
          if (isUnwritten(log)) this.startWriting(followed);
          return;
        }
        this.take(followed, log, data);
        return;
      case ErrorCode.OFFSET_OUT_OF_RANGE:
        followed.isResetting = true;
        new ResetPosition(this, followed).start();
        return;
      default:
        this.pause(followed, data.errorCode);
    }
  }

  private take(followed: Followed, log: Log, data: FetchedPartition): void {
    const { partition } = followed;
    if (data.records !== null && data.records.length > 0) {
      const before = log.appendEndOffset;
      const error = takeRecords(partition, log, data.records);
      if (error !== ErrorCode.NONE) {
        this.pause(followed, error);
        return;
      }
      if (log.failure !== null) return;
      if (log.appendEndOffset !== before) this.onAppended(partition, before, log.appendEndOffset);
      if (isUnwritten(log)) this.startWriting(followed);
    }
    // Only now: the log agrees with the leader's up to its end.
    partition.followHighWatermark(data.highWatermark);
    if (data.logStartOffset > log.logStartOffset && data.logStartOffset <= log.appendEndOffset) {
      log.advanceStart(data.logStartOffset);
    }
    const isCaughtUp = log.appendEndOffset >= data.highWatermark;
    if (isCaughtUp && !followed.isCaughtUp) this.manager.onCaughtUp(partition, log);
    followed.isCaughtUp = isCaughtUp;
  }

  private onAppended(partition: Partition, from: number, to: number): void {
    const { events } = this.manager;
    if (!events.active) return;
    events.emit({
      kind: "replica-appended",
      topic: partition.topic,
      partition: partition.index,
      epoch: partition.leaderEpoch,
      offset: to,
      leader: this.brokerId,
      detail: { from },
    });
  }

  /** Not asked for, for a while. */
  pause(followed: Followed, error: number): void {
    const delay = Math.min(BACKOFF_MS * 2 ** Math.min(followed.errors, 10), this.manager.fetchBackoffMs);
    followed.errors++;
    followed.pausedUntilMs = this.manager.ports.clock.monotonicMs() + delay;
    const { logger } = this.manager.ports;
    const fields = {
      topic: followed.partition.topic,
      partition: followed.partition.index,
      leader: this.brokerId,
      error,
    };
    if (error === ErrorCode.CORRUPT_MESSAGE)
      logger.warn("A leader sent damaged records; they are fetched again.", fields);
    else logger.debug("A partition could not be fetched; it is tried again.", fields);
  }

  /** Of the reset, which set the log to where the leader's has something. */
  onReset(followed: Followed): void {
    followed.isResetting = false;
    followed.isInSession = false;
    this.poke();
  }
}

/** Something was appended of which a crash could still take a part, by what the acknowledgement setting counts. */
function isUnwritten(log: Log): boolean {
  return (log.flushAfterWrite ? log.flushedOffset : log.logEndOffset) < log.appendEndOffset;
}

function forget(forgotten: Map<string, number[]>, followed: Followed): void {
  followed.isInSession = false;
  const { topicId, index } = followed.partition;
  const indexes = forgotten.get(topicId);
  if (indexes === undefined) forgotten.set(topicId, [index]);
  else indexes.push(index);
}
