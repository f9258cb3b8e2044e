import { ErrorCode } from "../protocol/errors.js";
import type { Log } from "../storage/log.js";
import { AppendOperation } from "./append-operation.js";
import type { CoordinatorAppend, CoordinatorObserver, CoordinatorPort } from "./coordinator-port.js";
import type { Partition } from "./partition.js";
import type { ReplicaManager } from "./replica-manager.js";

interface Notice {
  readonly kind: "leading" | "stopped" | "committed";
  readonly observer: CoordinatorObserver;
  readonly partition: Partition;
  readonly leaderEpoch: number;
  readonly log: Log | null;
}

/** The coordinators' way to their logs. What happens to partitions is told at the end of a turn, in order. */
export class CoordinatorAccess implements CoordinatorPort {
  private readonly manager: ReplicaManager;
  private readonly observers: Map<string, CoordinatorObserver>;
  private notices: Notice[];
  private readonly result: { error: number; message: string | null; firstOffset: number; endOffset: number };

  constructor(manager: ReplicaManager) {
    this.manager = manager;
    this.observers = new Map();
    this.notices = [];
    this.result = { error: 0, message: null, firstOffset: -1, endOffset: -1 };
  }

  observe(topic: string, observer: CoordinatorObserver): void {
    this.observers.set(topic, observer);
    for (const partition of this.manager.partitionsOf(topic)) {
      if (partition?.isLeader === true) this.onLeading(partition);
    }
  }

  append(topic: string, index: number, leaderEpoch: number, records: Uint8Array): CoordinatorAppend {
    const { result } = this;
    const partition = this.manager.partition(topic, index);
    result.message = null;
    result.firstOffset = -1;
    result.endOffset = -1;
    result.error = this.errorOf(partition, leaderEpoch);
    if (partition === null || result.error !== ErrorCode.NONE) return result;
    const operation = new CoordinatorOperation();
    const part = operation.add(topic, index, records);
    partition.append(part, operation, false);
    result.error = part.error;
    result.message = part.message;
    if (part.error === ErrorCode.NONE) {
      result.firstOffset = part.baseOffset;
      result.endOffset = part.endOffset;
    }
    return result;
  }

  appendError(topic: string, index: number, leaderEpoch: number): number {
    return this.errorOf(this.manager.partition(topic, index), leaderEpoch);
  }

  private errorOf(partition: Partition | null, leaderEpoch: number): number {
    if (partition === null || !partition.isLeader || partition.leaderEpoch !== leaderEpoch) {
      return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    }
    if (!partition.isUsable) return ErrorCode.KAFKA_STORAGE_ERROR;
    return partition.isr.length < partition.effectiveMinIsr ? ErrorCode.NOT_ENOUGH_REPLICAS : ErrorCode.NONE;
  }

  maxBatchBytes(topic: string, index: number): number {
    const log = this.manager.partition(topic, index)?.log;
    return log === undefined || log === null ? 0 : Math.min(log.config.maxMessageBytes, log.config.segmentBytes);
  }

  log(topic: string, index: number): Log | null {
    return this.manager.partition(topic, index)?.log ?? null;
  }

  highWatermark(topic: string, index: number): number {
    return this.manager.partition(topic, index)?.highWatermark ?? 0;
  }

  leaderEpoch(topic: string, index: number): number {
    const partition = this.manager.partition(topic, index);
    return partition?.isLeader === true ? partition.leaderEpoch : -1;
  }

  // --- of the manager

  onLeading(partition: Partition): void {
    this.note("leading", partition);
  }

  onStoppedLeading(partition: Partition): void {
    this.note("stopped", partition);
  }

  onHighWatermark(partition: Partition): void {
    if (this.observers.size === 0 || partition.isAnnouncing || !partition.isLeader) return;
    if (!this.observers.has(partition.topic)) return;
    partition.isAnnouncing = true;
    this.note("committed", partition);
  }

  private note(kind: Notice["kind"], partition: Partition): void {
    const observer = this.observers.get(partition.topic);
    if (observer === undefined) return;
    this.notices.push({ kind, observer, partition, leaderEpoch: partition.leaderEpoch, log: partition.log });
    this.manager.atTurnEnd();
  }

  deliver(): void {
    if (this.notices.length === 0) return;
    const notices = this.notices;
    this.notices = [];
    for (const { kind, observer, partition, leaderEpoch, log } of notices) {
      if (kind === "stopped") observer.onStoppedLeading(partition.index);
      else if (kind === "committed") {
        partition.isAnnouncing = false;
        // After it stopped, nothing more is told of it.
        if (partition.isLeader && partition.leaderEpoch === leaderEpoch) {
          observer.onHighWatermark(partition.index, partition.highWatermark);
        }
      } else if (log !== null && log.failure === null && !partition.isRemoved) {
        observer.onLeading(partition.index, leaderEpoch, log);
      }
    }
  }
}

/** A coordinator waits for the high watermark itself. */
class CoordinatorOperation extends AppendOperation {
  constructor() {
    super(-1, 0, "coordinator");
  }

  override onAppended(): void {}
}
