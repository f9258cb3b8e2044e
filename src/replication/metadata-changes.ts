import { DIRECTORY_LOST, type Uuid } from "../base/uuid.js";
import type { MetadataDelta } from "../metadata/delta.js";
import type { MetadataImage, PartitionImage } from "../metadata/image.js";
import { directoryOf } from "../metadata/partition.js";
import { DiskError, type TimerTask } from "../ports/index.js";
import type { Log } from "../storage/log.js";
import { Partition } from "./partition.js";
import type { PartitionSet } from "./partition-set.js";
import type { ReplicaManager } from "./replica-manager.js";

interface Change {
  readonly topicId: Uuid;
  readonly topic: string;
  readonly index: number;
  /** Null: the topic was deleted. */
  readonly image: PartitionImage | null;
}

/** Milliseconds of work within one turn. */
const SLICE_MS = 8;
/** The clock is looked at after so many. */
const CHECK_EVERY = 16;

/** Brings partitions, and their logs, to what the metadata says: in the order of the metadata, a slice each turn. */
export class MetadataChanges implements TimerTask {
  private readonly manager: ReplicaManager;
  private readonly set: PartitionSet;
  private queue: Change[];
  private head: number;
  private isWaiting: boolean;
  private isStopped: boolean;
  /** The first image is being applied. */
  private isStarting: boolean;

  constructor(manager: ReplicaManager, set: PartitionSet) {
    this.manager = manager;
    this.set = set;
    this.queue = [];
    this.head = 0;
    this.isWaiting = false;
    this.isStopped = false;
    this.isStarting = false;
  }

  stop(): void {
    this.isStopped = true;
    this.queue = [];
    this.head = 0;
  }

  applyAll(image: MetadataImage): void {
    this.isStarting = true;
    for (const topic of image.topics.byId.values()) {
      for (const partition of topic.partitions) {
        this.queue.push({ topicId: topic.id, topic: topic.name, index: partition.index, image: partition });
      }
    }
    this.run();
  }

  apply(delta: MetadataDelta): void {
    const { topics } = delta;
    // First what goes: a topic of the same name may be new.
    for (const [topicId, topic] of topics.deleted) {
      for (const { index } of topics.image.byId.get(topicId)?.partitions ?? NONE) {
        this.queue.push({ topicId, topic, index, image: null });
      }
    }
    for (const { topicId, name: topic, changedPartitions } of topics.changed.values()) {
      for (const image of changedPartitions.values()) this.queue.push({ topicId, topic, index: image.index, image });
    }
    if (!this.isWaiting) this.run();
  }

  onTimer(): void {
    this.isWaiting = false;
    if (!this.isStopped) this.run();
  }

  private run(): void {
    const { clock, timers } = this.manager.ports;
    const until = clock.monotonicMs() + SLICE_MS;
    while (this.head < this.queue.length) {
      this.applyOne(this.queue[this.head++]);
      if (this.head % CHECK_EVERY === 0 && clock.monotonicMs() >= until && this.head < this.queue.length) {
        this.isWaiting = true;
        timers.schedule(0, this);
        return;
      }
    }
    this.queue = [];
    this.head = 0;
    if (!this.isStarting) return;
    this.isStarting = false;
    this.setStraysAside();
    this.manager.onFirstImageApplied();
  }

  private applyOne({ topicId, topic, index, image }: Change): void {
    const known = this.set.findById(topicId, index);
    if (image === null || !image.replicas.includes(this.manager.nodeId)) {
      if (known !== null) this.remove(known);
      return;
    }
    const partition = known ?? this.create(topic, topicId, image);
    partition.update(image);
    this.manager.place(partition);
    this.checkDirectory(partition);
  }

  private create(topic: string, topicId: Uuid, image: PartitionImage): Partition {
    const partition = new Partition(this.manager, topic, topicId, image);
    partition.log = this.openLog(partition, image);
    this.manager.configure(partition);
    if (partition.log !== null) partition.log.listener = partition;
    this.set.add(partition);
    return partition;
  }

  /** The log that is there, or a new one; null where its directory is offline. */
  private openLog({ topic, topicId, index }: Partition, image: PartitionImage): Log | null {
    const { logs, topics } = this.manager.options;
    const found = logs.log(topic, index);
    if (found !== undefined) {
      if (found.topicId === topicId) return found.failure === null ? found : null;
      // Of a topic that had the same name.
      logs.setAside(topic, index);
    }
    const directory = directoryOf(image, this.manager.nodeId);
    const info = logs.directories().find((one) => one.id === directory);
    // What it had is in a directory that failed: an empty log elsewhere would pass for all of it.
    if (info !== undefined && !info.online) return null;
    try {
      const config = topics.valuesOf(topic, this.manager.image).log;
      return logs.create(topic, topicId, index, info === undefined ? { config } : { config, directoryId: directory });
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.manager.ports.logger.error("A log could not be made.", { topic, partition: index, error: error.message });
      return null;
    }
  }

  private checkDirectory(partition: Partition): void {
    const { log } = partition;
    if (log === null) return;
    const wanted = log.damage === null ? log.directoryId : DIRECTORY_LOST;
    if (directoryOf(partition.image, this.manager.nodeId) !== wanted) this.manager.assignDirectory(partition, wanted);
  }

  private remove(partition: Partition): void {
    const { logs } = this.manager.options;
    const log = logs.log(partition.topic, partition.index);
    partition.remove();
    this.manager.place(partition);
    this.set.remove(partition);
    partition.log = null;
    if (log?.topicId === partition.topicId) logs.delete(partition.topic, partition.index);
  }

  /** Logs that the metadata does not know of are kept for a person to look at. */
  private setStraysAside(): void {
    const { logs } = this.manager.options;
    for (const log of [...logs.logs()]) {
      if (this.set.findById(log.topicId, log.partition) === null) logs.setAside(log.topic, log.partition);
    }
  }
}

const NONE: readonly never[] = [];
