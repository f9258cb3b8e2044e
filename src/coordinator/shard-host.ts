import type { Ports, Timer, TimerTask, TurnTask } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import { buildBatch, type RecordInput, recordBytes } from "../protocol/records/builder.js";
import { buildEndTransactionMarker } from "../protocol/records/control.js";
import type { CoordinatorPort } from "../replication/coordinator-port.js";
import type { Log } from "../storage/log.js";
import { CommitQueue } from "./commit-queue.js";
import { type Completion, type CoordinatorRecord, type Decision, NO_DECISION } from "./decision.js";
import { coordinatorError } from "./errors.js";
import type { CoordinatorShard, ReplayedRecord, ShardContext, ShardOperation } from "./shard.js";
import { type LoaderListener, ShardLoader } from "./shard-loader.js";
import { ShardTimers, type TimedDecision } from "./shard-timers.js";

const RELOAD_MS = 1000;
/** Of a batch's header, and to be on the safe side with varints. */
const BATCH_RESERVE_BYTES = 128;

/** How a transaction ends in a partition. */
export interface TransactionEnd {
  readonly producerId: number;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
  readonly commit: boolean;
}

export interface HostOptions<S extends CoordinatorShard> {
  readonly topic: string;
  readonly newShard: (context: ShardContext) => S;
  /** How long an operation waits for its records to be committed, ms. */
  readonly commitTimeoutMs: number;
  /** Codec of the batches: 0 none, or a codec id. */
  readonly codec: 0 | 1 | 2 | 3 | 4;
}

/**
 * One partition of a coordinator's log that this broker leads, with the shard that lives on it.
 *
 *   loading ──loaded──▶ active ──the turn's batch was refused──▶ loading
 *   loading, active ──close──▶ closed
 *
 * An operation decides, its records are replayed at once and go into the turn's batch, which is appended when the turn ends; it is answered
 * once everything that was in the log or in that batch is committed. So no answer tells of what might be lost. Should the append fail
 * after the state has changed, the shard is thrown away and loaded again from the log.
 */
export class ShardHost<S extends CoordinatorShard> implements TurnTask, TimerTask, LoaderListener, ShardContext {
  readonly ports: Ports;
  readonly partition: number;
  readonly timers: ShardTimers;
  state: "loading" | "active" | "closed";
  shard: S;
  leaderEpoch: number;
  readonly log: Log;

  private readonly logs: CoordinatorPort;
  private readonly options: HostOptions<S>;
  private readonly queue: CommitQueue;
  private readonly replayed: ReplayedRecord;
  private loader: ShardLoader;
  private batch: RecordInput[];
  private batchBytes: number;
  private batchBytesMax: number;
  /** Offset of the next record, those in `batch` counted. */
  private nextOffset: number;
  private highWatermark: number;
  private isAtTurnEnd: boolean;
  private timer: Timer | null;

  constructor(
    ports: Ports,
    logs: CoordinatorPort,
    options: HostOptions<S>,
    partition: number,
    epoch: number,
    log: Log,
  ) {
    this.ports = ports;
    this.logs = logs;
    this.options = options;
    this.partition = partition;
    this.leaderEpoch = epoch;
    this.log = log;
    this.state = "loading";
    this.queue = new CommitQueue();
    this.replayed = { key: NOTHING, value: null, offset: -1, producerId: -1, producerEpoch: -1 };
    this.batch = [];
    this.batchBytes = 0;
    this.batchBytesMax = 0;
    this.nextOffset = 0;
    this.highWatermark = logs.highWatermark(options.topic, partition);
    this.isAtTurnEnd = false;
    this.timer = null;
    this.timers = new ShardTimers(ports, (decide) => this.onTimedDecision(decide));
    this.shard = options.newShard(this);
    this.loader = new ShardLoader(ports, log, this.shard, this);
  }

  /** Offset after the last record that the shard has replayed. */
  get endOffset(): number {
    return this.nextOffset;
  }

  load(): void {
    this.loader.start();
  }

  /** Runs the operation, or fails it with COORDINATOR_LOAD_IN_PROGRESS or NOT_COORDINATOR. */
  write(operation: ShardOperation<S>): void {
    if (this.state !== "active") {
      const loading = this.state === "loading";
      operation.onFailed(loading ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NOT_COORDINATOR, false);
      return;
    }
    const decision = operation.decide(this.shard);
    const error = this.take(decision);
    if (error === 0) this.enqueue(operation);
    else operation.onFailed(error, false);
  }

  /**
   * As `write`, within the producer's transaction: what was decided takes effect when that ends (`endTransaction`). Its records are a batch of
   * their own, appended at once: should the log refuse it, the producer is told, and nothing has changed.
   */
  writeTransactional(producerId: number, producerEpoch: number, operation: ShardOperation<S>): void {
    this.flush();
    if (this.state !== "active") {
      this.write(operation);
      return;
    }
    const { records, completion } = operation.decide(this.shard);
    if (records.length > 0) {
      const producer = { producerId, producerEpoch, baseSequence: 0, isTransactional: true };
      const options = { timestamp: this.ports.clock.wallMs(), codec: this.options.codec, ...producer };
      const first = this.nextOffset;
      const error = this.appendNow(buildBatch(options, records, this.ports));
      if (error !== 0) {
        completion?.onFailed(error, false);
        operation.onFailed(error, false);
        return;
      }
      records.forEach((record, i) => {
        this.replay(record, first + i, producerId, producerEpoch);
      });
    }
    if (completion !== null) this.enqueue(completion);
    this.enqueue(operation);
  }

  /** Writes the marker that ends the producer's transaction in this partition. */
  endTransaction(end: TransactionEnd, completion: Completion): void {
    this.flush();
    if (this.state !== "active") {
      const loading = this.state === "loading";
      completion.onFailed(loading ? ErrorCode.COORDINATOR_LOAD_IN_PROGRESS : ErrorCode.NOT_COORDINATOR, false);
      return;
    }
    const marker = buildEndTransactionMarker({ ...end, timestamp: this.ports.clock.wallMs() }, this.ports);
    const error = this.appendNow(marker);
    if (error !== 0) {
      completion.onFailed(error, false);
      return;
    }
    this.shard.replayEndTransaction(end.producerId, end.producerEpoch, end.commit);
    this.enqueue(completion);
  }

  /** Answers an ErrorCode for the client; the turn's batch must be out. */
  private appendNow(batch: Uint8Array): number {
    const appended = this.logs.append(this.options.topic, this.partition, this.leaderEpoch, batch);
    if (appended.error !== 0) return coordinatorError(appended.error);
    if (appended.firstOffset !== this.nextOffset) {
      // Somebody else has appended: the state lacks that.
      this.reload(ErrorCode.NOT_LEADER_OR_FOLLOWER);
      return ErrorCode.NOT_COORDINATOR;
    }
    this.nextOffset = appended.endOffset;
    return 0;
  }

  commit(decision: Decision): void {
    if (this.state === "active") this.take(decision);
  }

  /** Another epoch in which this broker leads. Whether the shard may be kept: nobody else can have led in between. */
  continueIn(epoch: number, log: Log): boolean {
    const continues =
      this.state === "active" &&
      log === this.log &&
      epoch === this.leaderEpoch + 1 &&
      log.appendEndOffset === this.nextOffset - this.batch.length;
    if (continues) {
      this.leaderEpoch = epoch;
      // What was committed in the epoch before may not have been told any more.
      this.onHighWatermark(this.logs.highWatermark(this.options.topic, this.partition));
    }
    return continues;
  }

  onHighWatermark(offset: number): void {
    if (offset > this.highWatermark) this.highWatermark = offset;
    if (this.state === "active") this.queue.complete(this.highWatermark);
  }

  /** Whoever waits is told NOT_COORDINATOR. */
  close(): void {
    if (this.state === "closed") return;
    this.unload("closed", ErrorCode.NOT_COORDINATOR);
  }

  onShardLoaded(): void {
    this.nextOffset = this.log.appendEndOffset;
    this.state = "active";
    this.ports.logger.info("A coordinator's partition was loaded.", {
      topic: this.options.topic,
      partition: this.partition,
      leaderEpoch: this.leaderEpoch,
      records: this.loader.recordCount,
    });
    this.shard.onLoaded();
  }

  onLoadFailed(error: number): void {
    this.ports.logger.error("A coordinator's partition could not be loaded; it is tried again.", {
      topic: this.options.topic,
      partition: this.partition,
      error,
    });
    this.startOver();
  }

  /** The turn is over: its batch goes out. */
  onTurnEnd(): void {
    this.isAtTurnEnd = false;
    if (this.state === "active") this.flush();
  }

  /** The first in the queue has waited for too long, or a load is to be tried again. */
  onTimer(): void {
    this.timer = null;
    if (this.state === "loading") this.load();
    if (this.state !== "active") return;
    this.queue.expire(this.ports.clock.monotonicMs(), ErrorCode.COORDINATOR_NOT_AVAILABLE);
    this.armQueueTimer();
  }

  private onTimedDecision(decide: TimedDecision): void {
    if (this.state === "active") this.take(decide());
  }

  /** Answers an ErrorCode; then nothing of the decision takes effect. */
  private take(decision: Decision): number {
    const { records, completion } = decision;
    if (records.length > 0) {
      const error = this.add(decision);
      if (error !== 0) {
        completion?.onFailed(error, false);
        return error;
      }
    }
    if (completion !== null) this.enqueue(completion);
    return 0;
  }

  private add(decision: Decision): number {
    const { topic } = this.options;
    const refused = this.logs.appendError(topic, this.partition, this.leaderEpoch);
    if (refused !== 0) return coordinatorError(refused);
    this.batchBytesMax = this.logs.maxBatchBytes(topic, this.partition) - BATCH_RESERVE_BYTES;
    let bytes = 0;
    for (const record of decision.records) {
      const size = sizeOf(record);
      if (size > this.batchBytesMax) return ErrorCode.UNKNOWN_SERVER_ERROR;
      bytes += size;
    }
    if (bytes > this.batchBytesMax && !decision.splits) return ErrorCode.UNKNOWN_SERVER_ERROR;
    if (this.batchBytes + bytes > this.batchBytesMax) this.flush();
    for (const record of decision.records) {
      const size = sizeOf(record);
      if (this.batchBytes + size > this.batchBytesMax) this.flush();
      // A flush that was refused has unloaded the shard.
      if (this.state !== "active") return ErrorCode.NOT_COORDINATOR;
      this.batch.push(record);
      this.batchBytes += size;
      const offset = this.nextOffset++;
      if (decision.replays) this.replay(record, offset);
    }
    if (!this.isAtTurnEnd) {
      this.isAtTurnEnd = true;
      this.ports.loop.atTurnEnd(this);
    }
    return 0;
  }

  private replay(record: CoordinatorRecord, offset: number, producerId = -1, producerEpoch = -1): void {
    const { replayed } = this;
    replayed.key = record.key;
    replayed.value = record.value;
    replayed.offset = offset;
    replayed.producerId = producerId;
    replayed.producerEpoch = producerEpoch;
    this.shard.replay(replayed);
  }

  private enqueue(completion: Completion): void {
    if (this.highWatermark >= this.nextOffset && this.queue.isEmpty) {
      completion.onCommitted();
      return;
    }
    this.queue.add(this.nextOffset, this.ports.clock.monotonicMs() + this.options.commitTimeoutMs, completion);
    this.armQueueTimer();
  }

  private armQueueTimer(): void {
    if (this.timer !== null || this.queue.isEmpty) return;
    const delayMs = Math.max(this.queue.nextDeadlineMs - this.ports.clock.monotonicMs(), 1);
    this.timer = this.ports.timers.schedule(delayMs, this);
  }

  private flush(): void {
    const records = this.batch;
    if (records.length === 0) return;
    this.batch = [];
    this.batchBytes = 0;
    const { topic, codec } = this.options;
    const bytes = buildBatch({ timestamp: this.ports.clock.wallMs(), codec }, records, this.ports);
    const appended = this.logs.append(topic, this.partition, this.leaderEpoch, bytes);
    if (appended.error === 0 && appended.endOffset === this.nextOffset) return;
    this.reload(appended.error || ErrorCode.NOT_LEADER_OR_FOLLOWER);
  }

  /** The state is not the log's any more. */
  private reload(error: number): void {
    this.ports.logger.warn("A coordinator's state is not that of its log; its partition is loaded again.", {
      topic: this.options.topic,
      partition: this.partition,
      leaderEpoch: this.leaderEpoch,
      error,
    });
    this.unload("loading", coordinatorError(error));
    this.startOver();
  }

  /** After a moment: should this broker not lead any more, it is told so meanwhile. */
  private startOver(): void {
    this.loader.stop();
    this.timers.cancelAll();
    this.timer?.cancel();
    this.shard = this.options.newShard(this);
    this.loader = new ShardLoader(this.ports, this.log, this.shard, this);
    this.timer = this.ports.timers.schedule(RELOAD_MS, this);
  }

  private unload(state: "loading" | "closed", error: number): void {
    const wasActive = this.state === "active";
    this.state = state;
    this.loader.stop();
    this.timers.cancelAll();
    this.timer?.cancel();
    this.timer = null;
    this.batch = [];
    this.batchBytes = 0;
    this.queue.failAll(error);
    if (wasActive) this.shard.onUnloaded();
  }
}

function sizeOf(record: CoordinatorRecord): number {
  // Of deltas only the size of their varints counts: take the largest that a batch may have.
  return recordBytes(record, 0, 1_000_000);
}

/** An operation that only reads: it is answered when what it saw is committed. */
export abstract class ReadOperation<S> implements ShardOperation<S> {
  decide(shard: S): Decision {
    this.read(shard);
    return NO_DECISION;
  }

  abstract read(shard: S): void;
  abstract onCommitted(): void;
  abstract onFailed(error: number, isLogged: boolean): void;
}

const NOTHING = new Uint8Array(0);
