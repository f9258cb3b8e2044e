import type { Uuid } from "../base/uuid.js";
import { ErrorCode } from "../protocol/errors.js";
import type { RecordError } from "../protocol/records/validate.js";
import type { AppendOrigin } from "../storage/log.js";
import type { Partition } from "./partition.js";

/** One batch for one partition, and what became of it. */
export class AppendPart {
  /** Empty where the client gave an id. */
  readonly topic: string;
  /** Empty where the client gave a name. */
  readonly topicId: Uuid;
  readonly index: number;
  readonly records: Uint8Array;

  error: number;
  message: string | null;
  recordErrors: readonly RecordError[];
  baseOffset: number;
  logAppendTime: number;
  logStartOffset: number;
  /** With NOT_LEADER_OR_FOLLOWER: who leads as far as this broker knows, −1 otherwise. */
  leaderId: number;
  leaderEpoch: number;
  /** Of this room: set while it waits. */
  operation: AppendOperation | null;
  partition: Partition | null;
  endOffset: number;

  constructor(topic: string, topicId: Uuid, index: number, records: Uint8Array) {
    this.topic = topic;
    this.topicId = topicId;
    this.index = index;
    this.records = records;
    this.error = ErrorCode.NONE;
    this.message = null;
    this.recordErrors = NO_ERRORS;
    this.baseOffset = -1;
    this.logAppendTime = -1;
    this.logStartOffset = -1;
    this.leaderId = -1;
    this.leaderEpoch = -1;
    this.operation = null;
    this.partition = null;
    this.endOffset = -1;
  }
}

/** Appends to any number of partitions that end together. Give it to `ReplicaManager.append` once. */
export abstract class AppendOperation {
  /** −1 (all), 0 or 1. */
  readonly acks: number;
  readonly timeoutMs: number;
  readonly origin: AppendOrigin;
  /** Of Produce; decides what a client may send. */
  readonly requestVersion: number;
  /** `transaction.version`, for markers. */
  readonly transactionVersion: number;
  readonly parts: AppendPart[];

  /** Of this room. */
  waitingParts: number;
  deadlineMs: number;
  isDone: boolean;

  constructor(
    acks: number,
    timeoutMs: number,
    origin: AppendOrigin = "client",
    requestVersion = 12,
    transactionVersion = 0,
  ) {
    this.acks = acks;
    this.timeoutMs = timeoutMs;
    this.origin = origin;
    this.requestVersion = requestVersion;
    this.transactionVersion = transactionVersion;
    this.parts = [];
    this.waitingParts = 0;
    this.deadlineMs = 0;
    this.isDone = false;
  }

  add(topic: string, index: number, records: Uint8Array, topicId: Uuid = ""): AppendPart {
    const part = new AppendPart(topic, topicId, index, records);
    this.parts.push(part);
    return part;
  }

  /** Every part has its result. Called once: within `append` where nothing has to be waited for, otherwise at a turn's end. */
  abstract onAppended(): void;
}

const NO_ERRORS: readonly RecordError[] = [];
