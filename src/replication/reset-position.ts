import type { CallHandler } from "../client/peer-link.js";
import { Apis, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import type { Followed, ReplicaFetcher } from "./replica-fetcher.js";

type ListOffsets = typeof Apis.ListOffsets;

const LATEST = -1;
const EARLIEST = -2;
const VERSION = 7;

/**
 * A follower's position is outside of the leader's log (OFFSET_OUT_OF_RANGE): asks where that ends and starts. Beyond its end (after an unclean
 * election) the follower cuts its log there; below its start it begins anew from there.
 */
export class ResetPosition implements CallHandler<ListOffsets> {
  private readonly fetcher: ReplicaFetcher;
  private readonly followed: Followed;
  private readonly leaderEpoch: number;
  private leaderEnd: number;

  constructor(fetcher: ReplicaFetcher, followed: Followed) {
    this.fetcher = fetcher;
    this.followed = followed;
    this.leaderEpoch = followed.partition.leaderEpoch;
    this.leaderEnd = -1;
  }

  start(): void {
    this.ask(LATEST);
  }

  private ask(timestamp: number): void {
    const { topic: name, index: partitionIndex } = this.followed.partition;
    this.fetcher.link.call(
      Apis.ListOffsets,
      VERSION,
      {
        replicaId: this.fetcher.manager.nodeId,
        topics: [{ name, partitions: [{ partitionIndex, currentLeaderEpoch: this.leaderEpoch, timestamp }] }],
      },
      this,
    );
  }

  onNoResponse(): void {
    this.giveUp(ErrorCode.NETWORK_EXCEPTION);
  }

  onResponse(response: ResponseOf<ListOffsets>): void {
    const { partition } = this.followed;
    const { log } = partition;
    const result = response.topics[0]?.partitions[0];
    const isCurrent = partition.followed === this.followed && partition.leaderEpoch === this.leaderEpoch;
    if (!isCurrent || log === null || log.failure !== null) {
      this.giveUp(ErrorCode.NONE);
      return;
    }
    if (result === undefined || result.errorCode !== ErrorCode.NONE || result.offset < 0) {
      this.giveUp(result?.errorCode ?? ErrorCode.UNKNOWN_SERVER_ERROR);
      return;
    }
    if (this.leaderEnd < 0) {
      this.leaderEnd = result.offset;
      if (this.leaderEnd >= log.appendEndOffset) {
        this.ask(EARLIEST);
        return;
      }
      this.warn("cut to the leader's end", this.leaderEnd);
      log.truncateTo(this.leaderEnd);
    } else if (result.offset > log.appendEndOffset) {
      this.warn("begun anew at the leader's start", result.offset);
      log.truncateFullyAndStartAt(result.offset);
    } else if (result.offset > log.logStartOffset) {
      log.advanceStart(result.offset);
    }
    this.fetcher.manager.onTruncated(partition, log);
    this.fetcher.onReset(this.followed);
  }

  private giveUp(error: number): void {
    if (error !== ErrorCode.NONE) this.fetcher.pause(this.followed, error);
    this.fetcher.onReset(this.followed);
  }

  private warn(what: string, offset: number): void {
    const { topic, index: partition } = this.followed.partition;
    const message = "A follower's position lay outside of its leader's log.";
    this.fetcher.manager.ports.logger.warn(message, { topic, partition, what, offset, leader: this.fetcher.brokerId });
  }
}
