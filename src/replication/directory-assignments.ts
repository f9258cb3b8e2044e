import { DIRECTORY_LOST, type Uuid } from "../base/uuid.js";
import type { CallHandler } from "../client/peer-link.js";
import type { Timer, TimerTask, TurnTask } from "../ports/index.js";
import { Apis, type RequestOf, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import type { Partition } from "./partition.js";
import type { ReplicaManager } from "./replica-manager.js";

type AssignReplicasToDirs = typeof Apis.AssignReplicasToDirs;
type AskedTopics = NonNullable<NonNullable<RequestOf<AssignReplicasToDirs>["directories"]>[number]["topics"]>[number];

const RETRY_MS = 500;

/** Tells the controller in which directory a replica is, where the metadata says otherwise (KIP-858). One request at a time. */
export class DirectoryAssignments implements TurnTask, TimerTask, CallHandler<AssignReplicasToDirs> {
  private readonly manager: ReplicaManager;
  private waiting: Map<Partition, Uuid>;
  private underWay: Map<Partition, Uuid>;
  private isScheduled: boolean;
  private timer: Timer | null;
  private isStopped: boolean;

  constructor(manager: ReplicaManager) {
    this.manager = manager;
    this.waiting = new Map();
    this.underWay = new Map();
    this.isScheduled = false;
    this.timer = null;
    this.isStopped = false;
  }

  assign(partition: Partition, directory: Uuid): void {
    this.waiting.set(partition, directory);
    this.schedule();
  }

  /** The controller does not know of every damaged log yet. */
  get tellsOfLoss(): boolean {
    for (const assigned of [this.waiting, this.underWay]) {
      for (const id of assigned.values()) if (id === DIRECTORY_LOST) return true;
    }
    return false;
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
    this.timer = null;
  }

  private schedule(): void {
    if (this.isScheduled || this.isStopped || this.timer !== null) return;
    if (this.underWay.size > 0 || this.waiting.size === 0) return;
    this.isScheduled = true;
    this.manager.ports.loop.atTurnEnd(this);
  }

  onTurnEnd(): void {
    this.isScheduled = false;
    if (this.isStopped || this.underWay.size > 0) return;
    const directories = new Map<Uuid, Map<Uuid, number[]>>();
    for (const [partition, id] of this.waiting) {
      if (partition.isRemoved) {
        this.waiting.delete(partition);
        continue;
      }
      let topics = directories.get(id);
      if (topics === undefined) {
        topics = new Map();
        directories.set(id, topics);
      }
      const indexes = topics.get(partition.topicId);
      if (indexes === undefined) topics.set(partition.topicId, [partition.index]);
      else indexes.push(partition.index);
    }
    if (this.waiting.size === 0) {
      this.manager.onAssigned();
      return;
    }
    this.underWay = this.waiting;
    this.waiting = new Map();
    const { controller } = this.manager.options;
    const body: RequestOf<AssignReplicasToDirs> = {
      brokerId: this.manager.nodeId,
      brokerEpoch: controller.brokerEpoch,
      directories: [...directories].map(([id, topics]) => ({
        id,
        topics: [...topics].map(
          ([topicId, indexes]): AskedTopics => ({
            topicId,
            partitions: indexes.map((partitionIndex) => ({ partitionIndex })),
          }),
        ),
      })),
    };
    controller.call(Apis.AssignReplicasToDirs, body, this);
  }

  onTimer(): void {
    this.timer = null;
    this.schedule();
  }

  onNoResponse(): void {
    this.retry();
  }

  onResponse(response: ResponseOf<AssignReplicasToDirs>): void {
    if (response.errorCode === ErrorCode.UNSUPPORTED_VERSION) this.underWay = new Map();
    else if (response.errorCode !== ErrorCode.NONE) {
      this.retry();
      return;
    }
    // Single partitions are refused only where the metadata changed: then it comes here too, and is looked at again.
    this.underWay = new Map();
    this.manager.onAssigned();
    this.schedule();
  }

  private retry(): void {
    for (const [partition, id] of this.underWay) if (!this.waiting.has(partition)) this.waiting.set(partition, id);
    this.underWay = new Map();
    if (!this.isStopped) this.timer ??= this.manager.ports.timers.schedule(RETRY_MS, this);
  }
}
