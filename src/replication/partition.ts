import type { Uuid } from "../base/uuid.js";
import { type LeaderRecoveryState, NO_LEADER, type PartitionImage, RECOVERED, RECOVERING } from "../metadata/image.js";
import type { DiskError } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import type { Log, LogDamage, LogListener } from "../storage/log.js";
import type { AppendOperation, AppendPart } from "./append-operation.js";
import type { DeleteRecordsPart } from "./delete-records.js";
import type { FetchOperation } from "./fetch-operation.js";
import { IsrProposal } from "./isr-proposal.js";
import { RemoteReplica } from "./remote-replica.js";
import type { Followed } from "./replica-fetcher.js";
import type { ReplicaManager } from "./replica-manager.js";
import type { TopicStats } from "./topic-stats.js";

/**
 * A partition of which this broker has a replica (Kafka: Partition). It leads, follows, or does neither: while there is no leader, while its
 * directory is offline, and while its own log is damaged though it was elected.
 *
 * As leader: log.highWatermark ≤ every end counted, which is what the leader has written (with `ack.after=fsync`: synced) itself and what each
 * follower in the maximal ISR says that it has. Followers may be beyond the leader's own written end.
 */
export class Partition implements LogListener {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly index: number;
  readonly stats: TopicStats;
  /** Null while its data directory is offline. */
  log: Log | null;
  /** As the metadata has it. */
  image: PartitionImage;
  isLeader: boolean;
  leaderId: number;
  leaderEpoch: number;
  partitionEpoch: number;
  /** The replica was taken away, or the topic deleted. */
  isRemoved: boolean;

  /** Of the leader: where its epoch starts. */
  epochStartOffset: number;
  /** The committed ISR: the controller's, or what it answered since. */
  isr: readonly number[];
  recoveryState: LeaderRecoveryState;
  /** The change of the ISR that was asked for, until it is known what became of it. */
  proposal: IsrProposal | null;
  /** The other replicas, while it leads. */
  replicas: readonly RemoteReplica[];
  /** `min.insync.replicas` of the topic. */
  minInsyncReplicas: number;

  /** What lies at and after this damage was cut off, and is being fetched anew. */
  cutDamage: LogDamage | null;
  /** Of a follower: its place at the fetcher of its leader. */
  followed: Followed | null;
  /** Waits for acks=all, by rising end offset; for acks=1; for DeleteRecords. */
  readonly commitWaits: AppendPart[];
  readonly writeWaits: AppendPart[];
  readonly deleteWaits: DeleteRecordsPart[];
  /** Fetches that wait: of followers (for the append end), of consumers (for the high watermark). */
  readonly followerFetches: FetchOperation[];
  readonly consumerFetches: FetchOperation[];
  /** It waits for the end of the turn to tell a coordinator its high watermark. */
  isAnnouncing: boolean;
  private readonly manager: ReplicaManager;

  constructor(manager: ReplicaManager, topic: string, topicId: Uuid, image: PartitionImage) {
    this.manager = manager;
    this.topic = topic;
    this.topicId = topicId;
    this.index = image.index;
    this.stats = manager.topicStats.of(topic);
    this.log = null;
    this.image = image;
    this.isLeader = false;
    this.leaderId = NO_LEADER;
    this.leaderEpoch = -1;
    this.partitionEpoch = -1;
    this.isRemoved = false;
    this.epochStartOffset = 0;
    this.isr = image.isr;
    this.recoveryState = RECOVERED;
    this.proposal = null;
    this.replicas = [];
    this.minInsyncReplicas = 1;
    this.cutDamage = null;
    this.followed = null;
    this.commitWaits = [];
    this.writeWaits = [];
    this.deleteWaits = [];
    this.followerFetches = [];
    this.consumerFetches = [];
    this.isAnnouncing = false;
  }

  get highWatermark(): number {
    return this.log?.highWatermark ?? 0;
  }

  /** The ISR with the additions of a proposal under way. */
  get maximalIsr(): readonly number[] {
    return this.proposal?.maximalIsr ?? this.isr;
  }

  /** min(min.insync.replicas, replicas). */
  get effectiveMinIsr(): number {
    return Math.min(this.minInsyncReplicas, this.image.replicas.length);
  }

  /** What this replica itself has and will not lose, as the acknowledgement setting counts it. */
  get countedEnd(): number {
    const log = this.log;
    if (log === null) return 0;
    return log.flushAfterWrite ? log.flushedOffset : log.logEndOffset;
  }

  /** The log can be led from and served. */
  get isUsable(): boolean {
    return this.log !== null && this.log.failure === null;
  }

  replica(brokerId: number): RemoteReplica | null {
    for (const replica of this.replicas) if (replica.brokerId === brokerId) return replica;
    return null;
  }

  /** What the metadata says now. Older news than what is known is ignored. */
  update(image: PartitionImage): void {
    if (image.leaderEpoch < this.leaderEpoch) return;
    if (image.leaderEpoch === this.leaderEpoch && image.partitionEpoch < this.partitionEpoch) return;
    const isNewEpoch = image.leaderEpoch !== this.leaderEpoch;
    // What the controller answered already is known, and a proposal that builds on it may be under way.
    const isKnown = !isNewEpoch && image.partitionEpoch === this.partitionEpoch;
    this.image = image;
    this.leaderId = image.leader;
    this.leaderEpoch = image.leaderEpoch;
    this.partitionEpoch = image.partitionEpoch;
    if (!isKnown) this.setIsr(image.isr, image.leaderRecoveryState);
    const log = this.log;
    if (image.leader !== this.manager.nodeId || log === null || log.failure !== null || log.damage !== null) {
      this.stopLeading(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      if (isNewEpoch) this.wakeAll();
      return;
    }
    if (!this.isLeader || isNewEpoch) this.startLeading(log);
    else this.setReplicas(false);
    this.advanceHighWatermark();
    if (isNewEpoch) this.wakeAll();
    if (this.recoveryState === RECOVERING && this.proposal === null) {
      // Nothing is left to recover: the log was, before it was opened. The ISR may grow only once the controller knows.
      this.propose(this.isr, this.isr, "recovered");
    }
  }

  private startLeading(log: Log): void {
    this.isLeader = true;
    log.startEpoch(this.leaderEpoch);
    const start = log.epochs.startOffsetOf(this.leaderEpoch);
    this.epochStartOffset = start < 0 ? log.appendEndOffset : start;
    this.setReplicas(true);
    this.manager.onLeading(this);
  }

  private setReplicas(isNewEpoch: boolean): void {
    const now = this.manager.activeMs();
    const replicas: RemoteReplica[] = [];
    for (const id of this.image.replicas) {
      if (id === this.manager.nodeId) continue;
      let replica = this.replica(id);
      if (replica === null || isNewEpoch) {
        replica ??= new RemoteReplica(id);
        replica.reset(now, this.isr.includes(id));
      }
      replicas.push(replica);
    }
    this.replicas = replicas;
    this.markMaximalIsr();
  }

  /** What waits is answered with `error`. */
  stopLeading(error: number): void {
    if (!this.isLeader) return;
    this.isLeader = false;
    this.proposal = null;
    this.replicas = [];
    this.endWaits(this.commitWaits, error);
    this.endWaits(this.writeWaits, error);
    for (const wait of this.deleteWaits.splice(0)) wait.finish(error);
    this.manager.onStoppedLeading(this);
    this.wakeAll();
  }

  private endWaits(waits: AppendPart[], error: number): void {
    for (const part of waits.splice(0)) {
      part.error = error;
      this.manager.onPartDone(part);
    }
  }

  /** The replica is no more of this broker. */
  remove(): void {
    this.isRemoved = true;
    this.stopLeading(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    if (this.log !== null) this.log.listener = null;
    this.wakeAll();
  }

  // --- the ISR

  setIsr(isr: readonly number[], recoveryState: LeaderRecoveryState): void {
    this.isr = isr;
    this.recoveryState = recoveryState;
    this.proposal = null;
    this.markMaximalIsr();
  }

  /** The controller refused, or its answer tells that another must be asked for. */
  dropProposal(): void {
    this.proposal = null;
    this.markMaximalIsr();
  }

  private markMaximalIsr(): void {
    const maximal = this.maximalIsr;
    for (const replica of this.replicas) replica.inMaximalIsr = maximal.includes(replica.brokerId);
  }

  private propose(isr: readonly number[], maximal: readonly number[], cause: string): void {
    this.proposal = new IsrProposal(this, isr, maximal);
    this.markMaximalIsr();
    this.manager.propose(this.proposal);
    const { events } = this.manager;
    if (events.active) {
      const { topic, index: partition, leaderEpoch: epoch } = this;
      const detail = { proposed: true };
      events.emit({ kind: "isr", topic, partition, epoch, leader: this.manager.nodeId, isr, cause, detail });
    }
  }

  private mayJoin(replica: RemoteReplica): boolean {
    const broker = this.manager.image.cluster.brokers.get(replica.brokerId);
    if (broker === undefined || broker.fenced || broker.inControlledShutdown) return false;
    return replica.brokerEpoch === -1 || replica.brokerEpoch === broker.epoch;
  }

  private maybeExpand(replica: RemoteReplica, log: Log): void {
    if (replica.inMaximalIsr || this.proposal !== null || this.recoveryState === RECOVERING) return;
    if (replica.endOffset < log.highWatermark || replica.endOffset < this.epochStartOffset) return;
    if (!this.mayJoin(replica)) return;
    const isr = [...this.isr, replica.brokerId];
    this.propose(isr, isr, `broker ${replica.brokerId} caught up`);
  }

  /** Takes those out of the ISR that did not keep up for `replica.lag.time.max.ms`. */
  shrinkIsr(nowMs: number): void {
    const log = this.log;
    if (!this.isLeader || log === null || this.proposal !== null || this.recoveryState === RECOVERING) return;
    const end = log.appendEndOffset;
    const lagMax = this.manager.lagMaxMs;
    let left: readonly number[] = this.isr;
    for (const replica of this.replicas) {
      if (!this.isr.includes(replica.brokerId) || replica.isCaughtUp(end, nowMs, lagMax)) continue;
      left = left.filter((id) => id !== replica.brokerId);
    }
    if (left === this.isr) return;
    const late = this.isr.filter((id) => !left.includes(id)).join(", ");
    this.propose(left, this.isr, `broker ${late} fell behind for ${lagMax} ms`);
  }

  // --- what followers fetch

  /** A follower asked for what is at `offset`: it has everything below. The offset was checked against the log and its epochs. */
  onFollowerFetch(replica: RemoteReplica, offset: number, logStartOffset: number, brokerEpoch: number): void {
    const log = this.log as Log;
    const before = replica.endOffset;
    const startBefore = replica.logStartOffset;
    replica.onFetch(offset, logStartOffset, brokerEpoch, log.appendEndOffset, this.manager.activeMs());
    if (!replica.inMaximalIsr) this.maybeExpand(replica, log);
    if (offset !== before) {
      const { events } = this.manager;
      if (events.active) {
        const { topic, index: partition, leaderEpoch: epoch } = this;
        events.emit({ kind: "replica-fetched", topic, partition, epoch, offset, peer: replica.brokerId });
      }
      this.advanceHighWatermark();
    }
    if (startBefore !== logStartOffset) this.settleDeletes();
  }

  // --- the high watermark

  /** Moves it up to what all that count have, and answers what waited for it. */
  advanceHighWatermark(): void {
    const log = this.log;
    if (!this.isLeader || log === null || this.isr.length < this.effectiveMinIsr) return;
    let offset = this.countedEnd;
    const before = log.highWatermark;
    if (offset <= before) return;
    for (const replica of this.replicas) {
      if (replica.endOffset >= offset) continue;
      if (!replica.inMaximalIsr && !this.isJoining(replica, log)) continue;
      offset = replica.endOffset;
      if (offset <= before) return;
    }
    log.setHighWatermark(offset);
    this.onHighWatermarkMoved(offset);
  }

  /** It is about to be in sync: not to wait for it would put its joining off. */
  private isJoining(replica: RemoteReplica, log: Log): boolean {
    return (
      replica.endOffset >= 0 &&
      this.recoveryState === RECOVERED &&
      replica.isCaughtUp(log.appendEndOffset, this.manager.activeMs(), this.manager.lagMaxMs) &&
      this.mayJoin(replica)
    );
  }

  private onHighWatermarkMoved(offset: number): void {
    const { manager } = this;
    const { events } = manager;
    if (events.active) {
      const { topic, index: partition, leaderEpoch: epoch } = this;
      events.emit({ kind: "high-watermark", topic, partition, epoch, offset, hw: offset, leader: this.leaderId });
    }
    const waits = this.commitWaits;
    let done = 0;
    while (done < waits.length && waits[done].endOffset <= offset) {
      const part = waits[done++];
      if (this.isr.length < this.effectiveMinIsr) part.error = ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND;
      manager.onPartDone(part);
    }
    if (done > 0) waits.splice(0, done);
    for (const fetch of this.consumerFetches) manager.wake(fetch);
    for (const fetch of this.followerFetches) fetch.hurry();
    manager.announceHighWatermark(this);
  }

  /** As a follower: what the leader said, as far as this replica has it. Only after its log agreed with the leader's. */
  followHighWatermark(offset: number): void {
    const log = this.log as Log;
    const bounded = Math.min(offset, log.appendEndOffset);
    if (bounded <= log.highWatermark) return;
    log.setHighWatermark(bounded);
    const { events } = this.manager;
    if (events.active) {
      const { topic, index: partition, leaderEpoch: epoch } = this;
      events.emit({
        kind: "high-watermark",
        topic,
        partition,
        epoch,
        offset: bounded,
        hw: bounded,
        leader: this.leaderId,
      });
    }
    for (const fetch of this.consumerFetches) this.manager.wake(fetch);
  }

  // --- appends

  /** Appends as leader; with `awaits` the part is taken into the waits where `operation.acks` asks for it. */
  append(part: AppendPart, operation: AppendOperation, awaits = true): void {
    const log = this.log;
    const { acks } = operation;
    this.stats.produceRequests++;
    if (log === null || log.failure !== null) {
      this.refuse(part, ErrorCode.KAFKA_STORAGE_ERROR);
      return;
    }
    if (!this.isLeader) {
      this.refuse(part, ErrorCode.NOT_LEADER_OR_FOLLOWER);
      return;
    }
    if (acks === -1 && this.isr.length < this.effectiveMinIsr) {
      this.refuse(part, ErrorCode.NOT_ENOUGH_REPLICAS);
      return;
    }
    const { origin, requestVersion, transactionVersion } = operation;
    const result = log.appendAsLeader(part.records, this.leaderEpoch, origin, requestVersion, transactionVersion);
    part.message = result.message;
    part.recordErrors = result.recordErrors;
    part.logStartOffset = log.logStartOffset;
    if (result.error !== 0) {
      this.refuse(part, result.error);
      return;
    }
    part.baseOffset = result.firstOffset;
    part.logAppendTime = result.logAppendTime;
    part.endOffset = result.lastOffset + 1;
    if (!result.isDuplicate) this.onAppended(result.firstOffset, result.recordCount, result.bytes);
    if (acks === 0 || !awaits) return;
    if (acks === 1) {
      if (part.endOffset <= this.countedEnd) return;
      this.enqueue(part, operation, this.writeWaits);
    } else if (part.endOffset > log.highWatermark) {
      this.enqueue(part, operation, this.commitWaits);
    }
  }

  private refuse(part: AppendPart, error: number): void {
    part.error = error;
    this.stats.failedProduceRequests++;
  }

  /** By rising end offset: a retry of what was appended before waits for less than what came since. */
  private enqueue(part: AppendPart, operation: AppendOperation, waits: AppendPart[]): void {
    part.operation = operation;
    part.partition = this;
    operation.waitingParts++;
    let at = waits.length;
    while (at > 0 && waits[at - 1].endOffset > part.endOffset) at--;
    if (at === waits.length) waits.push(part);
    else waits.splice(at, 0, part);
  }

  /** Records lie in memory: those who wait for them are answered at the end of the turn. */
  onAppended(offset: number, records: number, bytes: number): void {
    const { manager, stats } = this;
    stats.recordsIn += records;
    stats.bytesIn += bytes;
    if (manager.events.active) {
      const { topic, index: partition, leaderEpoch: epoch } = this;
      manager.events.emit({ kind: "appended", topic, partition, epoch, offset, detail: { records, bytes } });
    }
    for (const fetch of this.followerFetches) manager.wake(fetch);
  }

  forgetWait(part: AppendPart, acks: number): void {
    const waits = acks === 1 ? this.writeWaits : this.commitWaits;
    const at = waits.indexOf(part);
    if (at >= 0) waits.splice(at, 1);
  }

  // --- DeleteRecords

  /** The least log start of all replicas whose brokers live. */
  get lowWatermark(): number {
    let low = this.log?.logStartOffset ?? -1;
    for (const replica of this.replicas) {
      if (this.manager.image.cluster.brokers.get(replica.brokerId)?.fenced === false) {
        low = Math.min(low, replica.logStartOffset);
      }
    }
    return low;
  }

  /** After brokers, replicas or log starts changed. */
  settleDeletes(): void {
    if (this.deleteWaits.length === 0) return;
    const low = this.lowWatermark;
    for (const wait of this.deleteWaits.filter((one) => one.offset <= low)) {
      this.deleteWaits.splice(this.deleteWaits.indexOf(wait), 1);
      wait.finish(ErrorCode.NONE);
    }
  }

  // --- what the log tells

  onLogWritten(log: Log): void {
    if (!log.flushAfterWrite) this.onCountedEndMoved();
    this.manager.onLogProgress();
  }

  onLogFlushed(log: Log): void {
    if (log.flushAfterWrite) this.onCountedEndMoved();
  }

  /** What counts of its own log moved, or what counts was set anew (`holdfast.ack.after`, `min.insync.replicas`). */
  onCountedEndMoved(): void {
    if (this.log === null) return;
    if (this.isLeader) {
      const waits = this.writeWaits;
      const end = this.countedEnd;
      let done = 0;
      while (done < waits.length && waits[done].endOffset <= end) this.manager.onPartDone(waits[done++]);
      if (done > 0) waits.splice(0, done);
      this.advanceHighWatermark();
    } else if (this.followed !== null) {
      this.followed.fetcher.onWritten(this.followed);
    }
  }

  /** Nothing of what was sent to followers but not written may count: it stops leading before it answers anybody. */
  onLogFailed(_log: Log, error: DiskError): void {
    this.manager.ports.logger.error("A partition is offline since its log failed.", {
      topic: this.topic,
      partition: this.index,
      error: error.message,
    });
    this.stopLeading(ErrorCode.KAFKA_STORAGE_ERROR);
    this.log = null;
    this.manager.onOffline(this);
    this.wakeAll();
  }

  onLogDamaged(): void {
    this.stopLeading(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    this.manager.onDamaged(this);
    this.wakeAll();
  }

  private wakeAll(): void {
    for (const fetch of this.followerFetches) this.manager.wake(fetch);
    for (const fetch of this.consumerFetches) this.manager.wake(fetch);
  }
}
