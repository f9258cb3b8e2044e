import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorName } from "../../protocol/errors.js";
import { Violation } from "../checkers/violation.js";
import type { ClusterClient, NoResponse } from "./client.js";
import type { PartitionHistory } from "./history.js";
import { writeBatch } from "./records.js";
import type { Workload } from "./workload.js";

const PRODUCE_VERSION = 11;
const REQUEST_TIMEOUT_MS = 4000;
/** Doubled at each failure in a row, as Kafka's clients do. */
const BACKOFF_MS = 100;
const BACKOFF_MAX_MS = 1000;

interface Batch {
  /** Counts the lane's batches. */
  readonly number: number;
  readonly baseSequence: number;
  readonly values: readonly string[];
  readonly bytes: Uint8Array;
  underWay: boolean;
  attempts: number;
}

/** Errors after which a producer sends the same batch again. */
const RETRIED: ReadonlySet<number> = new Set([
  ErrorCode.NOT_LEADER_OR_FOLLOWER,
  ErrorCode.LEADER_NOT_AVAILABLE,
  ErrorCode.NOT_ENOUGH_REPLICAS,
  ErrorCode.NOT_ENOUGH_REPLICAS_AFTER_APPEND,
  ErrorCode.REQUEST_TIMED_OUT,
  ErrorCode.UNKNOWN_TOPIC_OR_PARTITION,
  ErrorCode.FENCED_LEADER_EPOCH,
  ErrorCode.KAFKA_STORAGE_ERROR,
  ErrorCode.NETWORK_EXCEPTION,
  ErrorCode.BROKER_NOT_AVAILABLE,
  ErrorCode.REPLICA_NOT_AVAILABLE,
  ErrorCode.COORDINATOR_LOAD_IN_PROGRESS,
]);

/**
 * An idempotent producer's work on one partition: batches in the order of their sequences, each sent until it is
 * acknowledged, always with the same bytes. When one fails, all that are under way come in first, then they go again in order.
 */
export class ProducerLane {
  private readonly workload: Workload;
  private readonly client: ClusterClient;
  private readonly topic: string;
  private readonly partition: number;
  readonly name: string;
  private readonly history: PartitionHistory;
  private producerId: number;
  private producerEpoch: number;
  private nextSequence: number;
  private nextValue: number;
  private nextNumber: number;
  private readonly queue: Batch[];
  private underWayCount: number;
  /** One failed: nothing is sent until all have come in. */
  private draining: boolean;
  private backoffUntilMs: number;
  private failures: number;
  private askingId: boolean;

  constructor(workload: Workload, client: ClusterClient, topic: string, partition: number, name: string) {
    this.workload = workload;
    this.client = client;
    this.topic = topic;
    this.partition = partition;
    this.name = name;
    this.history = workload.history.of(topic, partition);
    this.producerId = -1;
    this.producerEpoch = -1;
    this.nextSequence = 0;
    this.nextValue = 0;
    this.nextNumber = 0;
    this.queue = [];
    this.underWayCount = 0;
    this.draining = false;
    this.backoffUntilMs = 0;
    this.failures = 0;
    this.askingId = false;
  }

  get tainted(): boolean {
    return this.workload.world.checker.checkerNamed(this.topic, this.partition)?.tainted ?? false;
  }

  get waiting(): number {
    return this.queue.length;
  }

  /** Something new to send, unless too much waits already. */
  produce(count: number, pad: number): void {
    if (this.producerId < 0 || this.queue.length >= 8) return;
    const values: string[] = [];
    for (let i = 0; i < count; i++) values.push(`${this.name}:${this.nextValue++}${".".repeat(pad)}`);
    this.queue.push({
      number: this.nextNumber++,
      baseSequence: this.nextSequence,
      values,
      bytes: writeBatch({
        producerId: this.producerId,
        producerEpoch: this.producerEpoch,
        baseSequence: this.nextSequence,
        timestamp: this.client.ports.clock.wallMs(),
        values,
      }),
      underWay: false,
      attempts: 0,
    });
    this.nextSequence += count;
    this.workload.history.onSent(this.history, values);
    this.pump();
  }

  pump(): void {
    if (this.producerId < 0) {
      this.askProducerId();
      return;
    }
    if (this.draining && this.underWayCount > 0) return;
    this.draining = false;
    if (this.queue.length === 0 || this.client.ports.clock.monotonicMs() < this.backoffUntilMs) return;
    const place = this.client.place(this.topic, this.partition);
    const link = place === null || place.leader < 0 ? null : this.client.link(place.leader);
    if (link === null) {
      this.client.refresh();
      this.backoff(BACKOFF_MS);
      return;
    }
    // Brokers remember a producer's last five batches: none may be sent while one that is farther back is not acknowledged.
    const end = this.queue[0].number + this.workload.inFlight;
    for (const batch of this.queue) {
      if (batch.number >= end) break;
      if (batch.underWay) continue;
      batch.underWay = true;
      batch.attempts++;
      this.underWayCount++;
      link.send(
        Apis.Produce,
        PRODUCE_VERSION,
        {
          acks: -1,
          timeoutMs: 3000,
          topicData: [{ name: this.topic, partitionData: [{ index: this.partition, records: batch.bytes.slice() }] }],
        },
        REQUEST_TIMEOUT_MS,
        (response) => {
          const partition = response.responses[0].partitionResponses[0];
          this.onAnswer(batch, partition.errorCode, partition.baseOffset);
        },
        (why) => this.onNone(batch, why),
      );
    }
  }

  private onAnswer(batch: Batch, error: number, offset: number): void {
    batch.underWay = false;
    this.underWayCount--;
    if (error === ErrorCode.NONE || error === ErrorCode.DUPLICATE_SEQUENCE_NUMBER) {
      this.onAcknowledged(batch, error === ErrorCode.NONE ? offset : -1);
    } else if (RETRIED.has(error)) {
      this.workload.world.count(`produce: ${errorName(error)}`);
      this.client.refresh();
      this.fail();
    } else if (error === ErrorCode.OUT_OF_ORDER_SEQUENCE_NUMBER && batch !== this.queue[0]) {
      this.fail(); // the one before it did not get through
    } else this.onUnexpected(batch, error);
    this.pump();
  }

  private onAcknowledged(batch: Batch, offset: number): void {
    const at = this.queue.indexOf(batch);
    if (at !== 0) {
      const before = this.queue[0];
      // The answer to the first may have been lost with a connection; then it is there all the same.
      if (before.attempts === 0) {
        throw new Violation(
          16,
          `${this.name}: sequence ${batch.baseSequence} was taken before ${before.baseSequence} was sent`,
        );
      }
    }
    this.queue.splice(at, 1);
    this.failures = 0;
    if (batch.attempts > 1) this.workload.world.count("retry acknowledged");
    if (offset < 0) this.workload.world.count("duplicate answered without its offset");
    this.workload.history.onAcknowledged(this.history, batch.values, offset);
    this.workload.onAcknowledged();
  }

  private onUnexpected(batch: Batch, error: number): void {
    const truth = this.workload.world.checker.checkerNamed(this.topic, this.partition);
    if (truth?.tainted) {
      // Its state may be lost with the records: a producer starts afresh.
      this.workload.world.count("producer started afresh");
      this.queue.length = 0;
      this.producerId = -1;
      this.nextSequence = 0;
      return;
    }
    throw new Violation(
      16,
      `${this.name}: sequence ${batch.baseSequence}, the first that is not acknowledged (attempt ${batch.attempts}), got ${errorName(error)}`,
    );
  }

  private onNone(batch: Batch, why: NoResponse): void {
    batch.underWay = false;
    this.underWayCount--;
    this.workload.world.count(`produce: no answer (${why})`);
    this.client.refresh();
    this.fail();
  }

  private fail(): void {
    this.draining = this.underWayCount > 0;
    const wait = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** this.failures++);
    this.backoff(wait / 2 + this.client.ports.random.below(wait));
  }

  private backoff(ms: number): void {
    this.backoffUntilMs = this.client.ports.clock.monotonicMs() + ms;
    this.client.ports.timers.schedule(ms + 1, this);
  }

  onTimer(): void {
    this.pump();
  }

  private askProducerId(): void {
    if (this.askingId) return;
    this.askingId = true;
    this.client.anyLink().send(
      Apis.InitProducerId,
      4,
      { transactionalId: null, transactionTimeoutMs: 60_000, producerId: -1, producerEpoch: -1 },
      5000,
      (response) => {
        this.askingId = false;
        if (response.errorCode === 0) {
          this.producerId = response.producerId;
          this.producerEpoch = response.producerEpoch;
          this.workload.onProducerId(response.producerId);
        } else this.backoff(200);
      },
      () => {
        this.askingId = false;
        this.backoff(200);
      },
    );
  }
}
