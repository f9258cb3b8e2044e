import { ErrorCode } from "../protocol/errors.js";
import type { Log } from "../storage/log.js";
import { OffsetLookup } from "../storage/log-read.js";
import type { Partition } from "./partition.js";
import { checkEpoch } from "./partition-read.js";
import type { ReplicaManager } from "./replica-manager.js";

/** Timestamps of ListOffsets that mean a place in the log. */
export const OffsetSpec = {
  LATEST: -1,
  EARLIEST: -2,
  MAX_TIMESTAMP: -3,
  EARLIEST_LOCAL: -4,
  LATEST_TIERED: -5,
  EARLIEST_PENDING_UPLOAD: -6,
} as const;

/** Who asks: a consumer sees what is committed, a follower all, and a tool (`debug`) may ask any replica. */
export type OffsetReader = "uncommitted" | "committed" | "follower" | "debug";

/** One question of ListOffsets: which offset is at `timestamp`, or at that place. Answered by `begin`, or later by `onListed`. */
export abstract class OffsetQuestion extends OffsetLookup {
  private manager: ReplicaManager | null = null;
  private limit = 0;
  private laggingError: number = ErrorCode.NONE;
  private askedEpoch = -1;
  private partition: Partition | null = null;

  /** `begin` answered false: the answer stands now. */
  abstract onListed(): void;

  /** True: the answer stands. */
  begin(
    manager: ReplicaManager,
    topic: string,
    index: number,
    currentLeaderEpoch: number,
    timestamp: number,
    reader: OffsetReader,
    version: number,
  ): boolean {
    this.manager = manager;
    this.timestamp = timestamp;
    const partition = manager.partition(topic, index);
    if (partition === null) return this.fail(manager.absentError(topic, "", index));
    const { log } = partition;
    if (log === null || log.failure !== null) return this.fail(ErrorCode.KAFKA_STORAGE_ERROR);
    const error = checkEpoch(partition, currentLeaderEpoch);
    if (error !== ErrorCode.NONE) return this.fail(error);
    if (!partition.isLeader && reader !== "debug" && !manager.standsIn(partition)) {
      return this.fail(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    }
    this.partition = partition;
    this.askedEpoch = partition.leaderEpoch;
    this.limit = limitOf(log, reader);
    // A new leader that has not committed anything of its own epoch may know less than clients were told before.
    const lags = partition.isLeader && (reader === "committed" || reader === "uncommitted");
    if (lags && partition.epochStartOffset > this.limit) {
      this.laggingError = version >= 5 ? ErrorCode.OFFSET_NOT_AVAILABLE : ErrorCode.LEADER_NOT_AVAILABLE;
    }
    return this.ask(partition, log);
  }

  private ask(partition: Partition, log: Log): boolean {
    switch (this.timestamp) {
      case OffsetSpec.LATEST:
        if (this.laggingError !== ErrorCode.NONE) return this.fail(this.laggingError);
        return this.found(this.limit, partition.leaderEpoch);
      case OffsetSpec.EARLIEST:
      case OffsetSpec.EARLIEST_LOCAL:
        return this.found(log.logStartOffset, log.epochs.epochForOffset(log.logStartOffset));
      case OffsetSpec.LATEST_TIERED:
      case OffsetSpec.EARLIEST_PENDING_UPLOAD:
        return this.found(-1, -1);
      default: {
        const isDone =
          this.timestamp === OffsetSpec.MAX_TIMESTAMP ? log.offsetOfMaxTimestamp(this) : log.offsetForTimestamp(this);
        if (isDone) this.judge();
        return isDone;
      }
    }
  }

  override onOffsetFound(): void {
    this.judge();
    this.onListed();
  }

  /** What was found counts only where the reader may see it. */
  private judge(): void {
    if (this.error !== ErrorCode.NONE) return;
    if (this.partition?.leaderEpoch !== this.askedEpoch || this.manager?.isStopped === true) {
      this.fail(ErrorCode.NOT_LEADER_OR_FOLLOWER);
    } else if (this.offset >= this.limit || this.offset < 0) {
      this.found(-1, -1);
      this.foundTimestamp = -1;
      if (this.laggingError !== ErrorCode.NONE) this.fail(this.laggingError);
    }
  }

  private found(offset: number, leaderEpoch: number): true {
    this.offset = offset;
    this.leaderEpoch = leaderEpoch;
    return true;
  }

  private fail(error: number): true {
    this.error = error;
    this.offset = -1;
    this.foundTimestamp = -1;
    this.leaderEpoch = -1;
    return true;
  }
}

function limitOf(log: Log, reader: OffsetReader): number {
  if (reader === "follower" || reader === "debug") return log.appendEndOffset;
  return reader === "committed" ? log.lastStableOffset : log.highWatermark;
}
