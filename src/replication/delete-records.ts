import { ErrorCode } from "../protocol/errors.js";
import type { Partition } from "./partition.js";

/** Coordinators decide what goes from their logs. */
const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  "__consumer_offsets",
  "__transaction_state",
  "__share_group_state",
]);

/** DeleteRecords of one partition: done when all replicas whose brokers live start at or above `offset`. */
export class DeleteRecordsPart {
  readonly topic: string;
  readonly index: number;
  /** As asked for; −1 becomes the high watermark. */
  offset: number;
  error: number;
  /** The least log start of the replicas; −1 with an error. */
  lowWatermark: number;
  partition: Partition | null;
  isWaiting: boolean;
  private readonly operation: DeleteRecordsOperation;

  constructor(operation: DeleteRecordsOperation, topic: string, index: number, offset: number) {
    this.operation = operation;
    this.topic = topic;
    this.index = index;
    this.offset = offset;
    this.error = ErrorCode.NONE;
    this.lowWatermark = -1;
    this.partition = null;
    this.isWaiting = false;
  }

  /** Takes effect as leader; waits in the partition unless it ended. */
  begin(partition: Partition): void {
    this.partition = partition;
    const { log } = partition;
    if (log === null) this.error = ErrorCode.KAFKA_STORAGE_ERROR;
    else if (INTERNAL_TOPICS.has(partition.topic)) this.error = ErrorCode.INVALID_TOPIC_EXCEPTION;
    else if (!log.config.delete) this.error = ErrorCode.POLICY_VIOLATION;
    else if (!partition.isLeader) this.error = ErrorCode.NOT_LEADER_OR_FOLLOWER;
    else {
      if (this.offset === -1) this.offset = log.highWatermark;
      if (this.offset < 0 || this.offset > log.highWatermark) this.error = ErrorCode.OFFSET_OUT_OF_RANGE;
      else {
        log.advanceStart(this.offset);
        for (const fetch of partition.followerFetches) fetch.hurry();
        this.lowWatermark = partition.lowWatermark;
        if (this.lowWatermark < this.offset) {
          this.isWaiting = true;
          partition.deleteWaits.push(this);
        }
      }
    }
  }

  /** Of the partition, which took it out of its waits. */
  finish(error: number): void {
    this.isWaiting = false;
    this.error = error;
    this.lowWatermark = error === ErrorCode.NONE ? (this.partition as Partition).lowWatermark : -1;
    this.operation.onPartDone();
  }

  expire(): void {
    if (!this.isWaiting) return;
    const waits = (this.partition as Partition).deleteWaits;
    waits.splice(waits.indexOf(this), 1);
    this.isWaiting = false;
    this.error = ErrorCode.REQUEST_TIMED_OUT;
    this.lowWatermark = -1;
  }
}

/** DeleteRecords of any number of partitions; give it to `ReplicaManager.deleteRecords`. */
export abstract class DeleteRecordsOperation {
  readonly timeoutMs: number;
  readonly parts: DeleteRecordsPart[];
  isDone: boolean;
  /** Of this room. */
  deadlineMs: number;
  private waiting: number;

  constructor(timeoutMs: number) {
    this.timeoutMs = timeoutMs;
    this.parts = [];
    this.isDone = false;
    this.deadlineMs = 0;
    this.waiting = 0;
  }

  add(topic: string, index: number, offset: number): DeleteRecordsPart {
    const part = new DeleteRecordsPart(this, topic, index, offset);
    this.parts.push(part);
    return part;
  }

  /** All parts have begun. */
  begun(): void {
    for (const part of this.parts) if (part.isWaiting) this.waiting++;
    if (this.waiting === 0) this.finish();
  }

  onPartDone(): void {
    this.waiting--;
    if (this.waiting === 0) this.finish();
  }

  expire(): void {
    if (this.isDone) return;
    for (const part of this.parts) part.expire();
    this.finish();
  }

  private finish(): void {
    if (this.isDone) return;
    this.isDone = true;
    this.onDeleted();
  }

  /** Every part has its result. */
  abstract onDeleted(): void;
}
