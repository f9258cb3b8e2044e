import type { EventFeed } from "../base/events.js";
import { DIRECTORY_LOST, type Uuid } from "../base/uuid.js";
import type { NoResponse } from "../client/peer-link.js";
import type { MetadataDelta } from "../metadata/delta.js";
import {
  ConfigResource,
  configResourceOf,
  emptyImage,
  type MetadataImage,
  type PartitionImage,
} from "../metadata/image.js";
import type { MetadataPublisher } from "../metadata/loader.js";
import type { Ports, Timer, TimerTask, TurnTask } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import type { Log } from "../storage/log.js";
import type { AppendOperation, AppendPart } from "./append-operation.js";
import { CoordinatorAccess } from "./coordinator-access.js";
import type { CoordinatorPort } from "./coordinator-port.js";
import type { DeleteRecordsOperation } from "./delete-records.js";
import { DirectoryAssignments } from "./directory-assignments.js";
import type { FetchOperation } from "./fetch-operation.js";
import { FetchSessions } from "./fetch-session.js";
import type { IsrProposal } from "./isr-proposal.js";
import { IsrProposals } from "./isr-proposals.js";
import { MetadataChanges } from "./metadata-changes.js";
import type { Partition } from "./partition.js";
import { PartitionSet } from "./partition-set.js";
import { ReplicaFetchers } from "./replica-fetchers.js";
import { isRackAwareSelector } from "./replica-selector.js";
import type { ReplicationOptions } from "./replication-options.js";
import { TopicStatsTable } from "./topic-stats.js";

/** How late an operation that waits may hear that its time is over, ms. */
const EXPIRY_CHECK_MS = 100;

/** The replicas of this broker: made, led, followed and removed as the metadata says; and what clients and followers want of them. */
export class ReplicaManager implements MetadataPublisher, TurnTask {
  readonly ports: Ports;
  readonly options: ReplicationOptions;
  readonly events: EventFeed;
  readonly nodeId: number;
  readonly rack: string | null;
  readonly interBrokerListener: string;
  readonly isRackAware: boolean;
  readonly sessions: FetchSessions;
  readonly topicStats: TopicStatsTable;
  /** `replica.lag.time.max.ms`. */
  readonly lagMaxMs: number;
  /** Of the replica fetchers: `replica.socket.timeout.ms`, `replica.fetch.wait.max.ms`, `.min.bytes`, `.max.bytes`, `.response.max.bytes`, `.backoff.ms`. */
  readonly socketTimeoutMs: number;
  readonly fetchWaitMs: number;
  readonly fetchMinBytes: number;
  readonly fetchBytes: number;
  readonly fetchResponseBytes: number;
  readonly fetchBackoffMs: number;
  /** What was published last; partitions may still be on their way there. */
  image: MetadataImage;
  isStopped: boolean;

  private readonly set: PartitionSet;
  private readonly changes: MetadataChanges;
  private readonly fetchers: ReplicaFetchers;
  private readonly proposals: IsrProposals;
  private readonly assignments: DirectoryAssignments;
  private readonly coordinators: CoordinatorAccess;
  private isStarted: boolean;
  private isFirstImageApplied: boolean;
  private hasToldStarted: boolean;
  private isTurnScheduled: boolean;
  private completed: AppendOperation[];
  private woken: FetchOperation[];
  /** Not begun yet, since what is to be written fills the memory. */
  private held: AppendOperation[];
  private readonly expiring: (AppendOperation | DeleteRecordsOperation)[];
  private readonly expiry: ExpiryTimer;
  private readonly lagCheck: LagTimer;

  constructor(ports: Ports, options: ReplicationOptions) {
    const { config } = options;
    this.ports = ports;
    this.options = options;
    this.events = options.events;
    options.logs.context.events = this.events;
    this.nodeId = config.nodeId;
    this.rack = config.rack;
    this.interBrokerListener = config.interBrokerListenerName;
    this.isRackAware = isRackAwareSelector(config.optionalText("replica.selector.class"));
    this.sessions = new FetchSessions(ports, config.number("max.incremental.fetch.session.cache.slots"));
    this.topicStats = new TopicStatsTable();
    this.lagMaxMs = config.number("replica.lag.time.max.ms");
    this.socketTimeoutMs = config.number("replica.socket.timeout.ms");
    this.fetchWaitMs = config.number("replica.fetch.wait.max.ms");
    this.fetchMinBytes = config.number("replica.fetch.min.bytes");
    this.fetchBytes = config.number("replica.fetch.max.bytes");
    this.fetchResponseBytes = config.number("replica.fetch.response.max.bytes");
    this.fetchBackoffMs = config.number("replica.fetch.backoff.ms");
    this.image = emptyImage();
    this.isStopped = false;
    this.set = new PartitionSet();
    this.changes = new MetadataChanges(this, this.set);
    this.fetchers = new ReplicaFetchers(this);
    this.proposals = new IsrProposals(this);
    this.assignments = new DirectoryAssignments(this);
    this.coordinators = new CoordinatorAccess(this);
    this.isStarted = false;
    this.isFirstImageApplied = false;
    this.hasToldStarted = false;
    this.isTurnScheduled = false;
    this.completed = [];
    this.woken = [];
    this.held = [];
    this.expiring = [];
    this.expiry = new ExpiryTimer(this);
    this.lagCheck = new LagTimer(this);
  }

  /**
   * To be called once, when the logs were loaded and the metadata includes this broker's own registration: opens, makes and sets aside
   * logs as the image says, and begins to lead and to follow. Before it `onMetadata` does nothing. `hooks.onStarted` follows.
   */
  start(image: MetadataImage): void {
    this.isStarted = true;
    this.image = image;
    this.changes.applyAll(image);
    this.lagCheck.schedule();
  }

  /** Applied at once where little changed, otherwise in slices over several turns, in order. */
  onMetadata(delta: MetadataDelta, image: MetadataImage): void {
    if (!this.isStarted || this.isStopped) return;
    this.image = image;
    if (delta.configsChanged.size > 0) this.onConfigsChanged(delta);
    this.changes.apply(delta);
    if (delta.brokersChanged.size > 0) {
      this.fetchers.onBrokersChanged(delta.brokersChanged, image);
      for (const partition of this.set.all()) {
        if (partition.isLeader && partition.deleteWaits.length > 0) partition.settleDeletes();
      }
    }
    this.fetchers.closeIdle();
  }

  onFirstImageApplied(): void {
    this.isFirstImageApplied = true;
    this.onAssigned();
  }

  /** The controller was told where replicas are, or that they are lost. */
  onAssigned(): void {
    if (this.hasToldStarted || !this.isFirstImageApplied || this.assignments.tellsOfLoss) return;
    this.hasToldStarted = true;
    this.options.hooks.onStarted?.();
  }

  private onConfigsChanged(delta: MetadataDelta): void {
    for (const key of delta.configsChanged) {
      const { type, name } = configResourceOf(key);
      if (type === ConfigResource.topic) {
        for (const partition of this.set.ofTopic(name)) if (partition !== undefined) this.configure(partition);
      } else if (type === ConfigResource.broker && (name === "" || name === String(this.nodeId))) {
        for (const partition of this.set.all()) this.configure(partition);
      }
    }
  }

  configure(partition: Partition): void {
    const values = this.options.topics.valuesOf(partition.topic, this.image);
    partition.minInsyncReplicas = values.minInsyncReplicas;
    if (partition.log !== null) partition.log.config = values.log;
    partition.onCountedEndMoved();
  }

  /** Stops fetching, leading and answering; operations under way end with NOT_LEADER_OR_FOLLOWER. Logs stay open. */
  stop(): void {
    if (this.isStopped) return;
    this.isStopped = true;
    this.changes.stop();
    this.fetchers.stop();
    this.proposals.stop();
    this.assignments.stop();
    this.lagCheck.stop();
    for (const partition of this.set.all()) {
      partition.stopLeading(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      if (partition.log !== null) partition.log.listener = null;
    }
    for (const operation of this.held.splice(0)) {
      for (const part of operation.parts) part.error = ErrorCode.NOT_LEADER_OR_FOLLOWER;
      operation.isDone = true;
      operation.onAppended();
    }
    this.expiry.stop();
  }

  /** The partitions of which this broker has a replica; a new array whenever the set changed. */
  partitions(): readonly Partition[] {
    return this.set.all();
  }

  partitionsOf(topic: string): readonly (Partition | undefined)[] {
    return this.set.ofTopic(topic);
  }

  partition(topic: string, index: number): Partition | null {
    return this.set.find(topic, index);
  }

  partitionById(topicId: Uuid, index: number): Partition | null {
    return this.set.findById(topicId, index);
  }

  /** Why this broker has no such replica; the topic is given by id, or else by name. */
  absentError(topic: string, topicId: Uuid, index: number): number {
    const { topics } = this.image;
    const found = topicId !== "" ? topics.byId.get(topicId) : topics.byName.get(topic);
    if (found === undefined) {
      return topicId !== "" ? ErrorCode.UNKNOWN_TOPIC_ID : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    }
    if (found.partitions[index] === undefined) return ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
    return ErrorCode.NOT_LEADER_OR_FOLLOWER;
  }

  /** The broker to name as leader to a client: the partition's, or this one where it stands in for a dead one while there is no controller. */
  effectiveLeader(topicId: Uuid, image: PartitionImage): number {
    if (image.leader === this.nodeId || this.options.hasController()) return image.leader;
    const partition = this.set.findById(topicId, image.index);
    return partition !== null && this.standsIn(partition) ? this.nodeId : image.leader;
  }

  /** This in-sync replica serves reads, up to its own high watermark: no controller can elect another leader for the dead one. */
  standsIn(partition: Partition): boolean {
    const { followed } = partition;
    if (followed === null || !followed.fetcher.isRefused || this.options.hasController()) return false;
    return partition.isr.includes(this.nodeId) && partition.isUsable && partition.log?.damage === null;
  }

  get coordinatorPort(): CoordinatorPort {
    return this.coordinators;
  }

  /** A monotone clock that stands still while the loop was stalled: who did not come meanwhile may wait in the sockets. */
  activeMs(): number {
    return this.ports.clock.monotonicMs() - this.ports.loop.stalledMs();
  }

  /** Which Fetch this cluster's brokers are known to serve. */
  get fetchVersion(): number {
    const level = this.image.features.metadataVersion;
    return level >= 27 ? 18 : level >= 21 ? 17 : level >= 19 ? 16 : 15;
  }

  // --- appends

  /** `operation.onAppended` follows: within this call where nothing is to be waited for. */
  append(operation: AppendOperation): void {
    if (this.held.length > 0 || this.options.logs.isBackedUp) this.held.push(operation);
    else this.appendNow(operation);
  }

  private appendNow(operation: AppendOperation): void {
    for (const part of operation.parts) {
      const partition =
        part.topicId !== "" ? this.set.findById(part.topicId, part.index) : this.set.find(part.topic, part.index);
      if (partition === null) part.error = this.absentError(part.topic, part.topicId, part.index);
      else partition.append(part, operation);
      if (part.error === ErrorCode.NOT_LEADER_OR_FOLLOWER) this.nameLeader(part);
    }
    if (operation.waitingParts === 0) {
      operation.isDone = true;
      operation.onAppended();
      return;
    }
    operation.deadlineMs = this.ports.clock.monotonicMs() + operation.timeoutMs;
    this.expiring.push(operation);
    this.expiry.schedule();
  }

  private nameLeader(part: AppendPart): void {
    const { topics } = this.image;
    const topic = part.topicId !== "" ? topics.byId.get(part.topicId) : topics.byName.get(part.topic);
    const image = topic?.partitions[part.index];
    if (image === undefined) return;
    part.leaderId = image.leader;
    part.leaderEpoch = image.leaderEpoch;
  }

  /** Of a partition, which took the part out of its waits. */
  onPartDone(part: AppendPart): void {
    const { operation } = part;
    if (operation === null) return;
    part.operation = null;
    if (part.error === ErrorCode.NOT_LEADER_OR_FOLLOWER) this.nameLeader(part);
    operation.waitingParts--;
    if (operation.waitingParts > 0) return;
    this.completed.push(operation);
    this.atTurnEnd();
  }

  deleteRecords(operation: DeleteRecordsOperation): void {
    for (const part of operation.parts) {
      const partition = this.set.find(part.topic, part.index);
      if (partition === null) part.error = this.absentError(part.topic, "", part.index);
      else part.begin(partition);
    }
    operation.begun();
    if (operation.isDone) return;
    operation.deadlineMs = this.ports.clock.monotonicMs() + operation.timeoutMs;
    this.expiring.push(operation);
    this.expiry.schedule();
  }

  /** Of the timer: operations whose time is over. Answers whether some are left. */
  expire(): boolean {
    const { expiring } = this;
    const now = this.ports.clock.monotonicMs();
    let kept = 0;
    const overdue: (AppendOperation | DeleteRecordsOperation)[] = [];
    for (const operation of expiring) {
      if (operation.isDone) continue;
      if (operation.deadlineMs > now) expiring[kept++] = operation;
      else overdue.push(operation);
    }
    expiring.length = kept;
    for (const operation of overdue) {
      if ("expire" in operation) operation.expire();
      else this.expireAppend(operation);
    }
    return kept > 0;
  }

  private expireAppend(operation: AppendOperation): void {
    for (const part of operation.parts) {
      if (part.operation === null) continue;
      part.operation = null;
      part.partition?.forgetWait(part, operation.acks);
      part.error = ErrorCode.REQUEST_TIMED_OUT;
    }
    operation.waitingParts = 0;
    operation.isDone = true;
    operation.onAppended();
  }

  // --- fetches

  /** `operation.onFetched` follows: within this call, or in a later turn. */
  fetch(operation: FetchOperation): void {
    operation.begin(this);
  }

  wake(operation: FetchOperation): void {
    if (operation.isWoken) return;
    operation.isWoken = true;
    this.woken.push(operation);
    this.atTurnEnd();
  }

  // --- the end of a turn: everything that completed in it is answered at once

  atTurnEnd(): void {
    if (this.isTurnScheduled) return;
    this.isTurnScheduled = true;
    this.ports.loop.atTurnEnd(this);
  }

  onTurnEnd(): void {
    this.isTurnScheduled = false;
    if (this.completed.length > 0) {
      const { completed } = this;
      this.completed = [];
      for (const operation of completed) {
        if (operation.isDone) continue;
        operation.isDone = true;
        operation.onAppended();
      }
    }
    if (this.woken.length > 0) {
      const { woken } = this;
      this.woken = [];
      for (const operation of woken) operation.resume();
    }
    this.coordinators.deliver();
  }

  // --- of partitions and their fetchers

  onLeading(partition: Partition): void {
    this.coordinators.onLeading(partition);
  }

  onStoppedLeading(partition: Partition): void {
    this.coordinators.onStoppedLeading(partition);
  }

  announceHighWatermark(partition: Partition): void {
    this.coordinators.onHighWatermark(partition);
  }

  propose(proposal: IsrProposal): void {
    this.proposals.add(proposal);
  }

  place(partition: Partition): void {
    this.fetchers.place(partition);
  }

  /** The metadata should say that the replica is in this directory. */
  assignDirectory(partition: Partition, directory: Uuid): void {
    this.assignments.assign(partition, directory);
  }

  onOffline(partition: Partition): void {
    this.fetchers.place(partition);
    this.onLogProgress();
  }

  /** What it has cannot be trusted: the controller shall elect another, and not count it as in sync, until it was fetched anew. */
  onDamaged(partition: Partition): void {
    this.assignments.assign(partition, DIRECTORY_LOST);
    this.fetchers.place(partition);
  }

  onRefetched(partition: Partition, log: Log): void {
    this.ports.logger.info("A damaged log was fetched anew.", { topic: partition.topic, partition: partition.index });
    log.clearDamage();
    partition.cutDamage = null;
    this.assignments.assign(partition, log.directoryId);
  }

  onTruncated(partition: Partition, log: Log): void {
    const { topic, index, leaderEpoch: epoch, leaderId: leader } = partition;
    const offset = log.appendEndOffset;
    this.ports.logger.info("A log was cut to what its leader has.", { topic, partition: index, offset, epoch, leader });
    if (this.events.active) this.events.emit({ kind: "truncated", topic, partition: index, offset, epoch, leader });
  }

  onCaughtUp(partition: Partition, log: Log): void {
    if (!this.events.active) return;
    const { topic, index, leaderEpoch: epoch, leaderId: leader } = partition;
    this.events.emit({ kind: "caught-up", topic, partition: index, offset: log.appendEndOffset, epoch, leader });
  }

  onPeerUnreachable(brokerId: number, why: NoResponse): void {
    this.options.hooks.onPeerUnreachable?.(brokerId, why);
  }

  /** Something was written: what was held back may go on. */
  onLogProgress(): void {
    while (this.held.length > 0 && !this.options.logs.isBackedUp) {
      this.appendNow(this.held.shift() as AppendOperation);
    }
  }

  /** Of the timer. */
  checkLag(): void {
    const now = this.activeMs();
    for (const partition of this.set.all()) if (partition.isLeader) partition.shrinkIsr(now);
  }
}

class ExpiryTimer implements TimerTask {
  private readonly manager: ReplicaManager;
  private timer: Timer | null;

  constructor(manager: ReplicaManager) {
    this.manager = manager;
    this.timer = null;
  }

  schedule(): void {
    this.timer ??= this.manager.ports.timers.schedule(EXPIRY_CHECK_MS, this);
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  onTimer(): void {
    this.timer = null;
    if (this.manager.expire()) this.schedule();
  }
}

class LagTimer implements TimerTask {
  private readonly manager: ReplicaManager;
  private timer: Timer | null;

  constructor(manager: ReplicaManager) {
    this.manager = manager;
    this.timer = null;
  }

  schedule(): void {
    this.timer = this.manager.ports.timers.schedule(Math.max(1, this.manager.lagMaxMs / 2), this);
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
  }

  onTimer(): void {
    this.manager.checkLag();
    this.schedule();
  }
}
