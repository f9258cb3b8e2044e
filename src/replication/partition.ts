import type { Uuid } from "../base/uuid.js";
import type { PartitionImage } from "../metadata/image.js";
import type { Log } from "../storage/log.js";

/** A partition of which this broker has a replica. */
export class Partition {
  readonly topic: string;
  readonly topicId: Uuid;
  readonly index: number;
  /** Null while its data directory is offline. */
  log: Log | null;
  /** As the metadata has it. */
  image: PartitionImage;
  isLeader: boolean;
  leaderEpoch: number;

  constructor(topic: string, topicId: Uuid, index: number, image: PartitionImage, log: Log | null) {
    this.topic = topic;
    this.topicId = topicId;
    this.index = index;
    this.log = log;
    this.image = image;
    this.isLeader = false;
    this.leaderEpoch = image.leaderEpoch;
  }

  get highWatermark(): number {
    return this.log?.highWatermark ?? 0;
  }

  /** The ISR with the additions of a proposal under way. */
  get maximalIsr(): readonly number[] {
    return this.image.isr;
  }
}
