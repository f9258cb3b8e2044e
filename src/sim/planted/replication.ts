import type { AppendPart } from "../../replication/append-operation.js";
import { FetchOperation } from "../../replication/fetch-operation.js";
import { Partition } from "../../replication/partition.js";
import { type Followed, ReplicaFetcher } from "../../replication/replica-fetcher.js";
import { type EpochEndOffset, LeaderEpochs } from "../../storage/leader-epochs.js";
import type { Log } from "../../storage/log.js";
import { type PlantedBug, plantAll, replaceMethod } from "./plant.js";

/** acks=all is answered once the leader has appended, as acks=1 is. */
export const ACK_BEFORE_HIGH_WATERMARK: PlantedBug = {
  name: "ack-before-high-watermark",
  what: "acks=all does not wait for the high watermark",
  invariants: [1],
  within: 1,
  plant: () => replaceMethod(Partition, "enqueue", () => function doNotWait(this: unknown, _part: AppendPart): void {}),
};

/** What followers did before KIP-101: with each leader they truncate to what they know to be committed. */
export const TRUNCATE_TO_HIGH_WATERMARK: PlantedBug = {
  name: "truncate-to-high-watermark",
  what: "a follower of a new leader truncates its log to its own high watermark",
  invariants: [1, 5, 9],
  within: 10,
  plant: () =>
    replaceMethod(Partition, "update", (original) => {
      return function update(this: Partition, ...args: never[]): unknown {
        const epoch = this.leaderEpoch;
        const result = original.apply(this, args);
        const { log } = this;
        if (log !== null && this.leaderEpoch !== epoch && !this.isLeader) log.truncateTo(log.highWatermark);
        return result;
      };
    }),
};

/** The leader answers fetches of any epoch, and does not look at where the follower's log parts from its own. */
export const EPOCH_IGNORED_IN_FETCH: PlantedBug = {
  name: "leader-epoch-ignored-in-fetch",
  what: "a leader takes fetches of followers whatever epochs they tell",
  // 10: a follower whose log went another way hears of the leader's high watermark before it is cut.
  invariants: [3, 5, 10],
  within: 20,
  plant: () =>
    replaceMethod(FetchOperation, "begin", (original) => {
      return function begin(this: FetchOperation, ...args: never[]): unknown {
        for (const part of this.parts) {
          part.currentLeaderEpoch = -1;
          part.lastFetchedEpoch = -1;
        }
        return original.apply(this, args);
      };
    }),
};

/** The high watermark that a new leader knows may lag behind what was committed; only the start of its epoch does not. */
export const EXPANSION_BEFORE_EPOCH_START: PlantedBug = {
  name: "isr-expansion-before-epoch-start",
  what: "a follower enters the ISR at the leader's high watermark, before it has reached the start of the leader's epoch",
  invariants: [2, 11],
  within: 60,
  plant: () =>
    replaceMethod(Partition, "startLeading", (original) => {
      return function startLeading(this: Partition, log: Log): unknown {
        const result = original.call(this, log as never);
        this.epochStartOffset = 0;
        return result;
      };
    }),
};

/** What was asked of the controller may have been granted already, though its answer is not here. */
export const PENDING_ISR_IGNORED: PlantedBug = {
  name: "high-watermark-ignores-pending-isr",
  what: "the high watermark moves past a follower whose entry into the ISR is under way",
  invariants: [8, 13],
  within: 10,
  plant: () =>
    plantAll([
      replaceMethod(Partition, "markMaximalIsr", () => {
        return function markMaximalIsr(this: Partition): void {
          for (const replica of this.replicas) replica.inMaximalIsr = this.isr.includes(replica.brokerId);
        };
      }),
      replaceMethod(
        Partition,
        "isJoining",
        () =>
          function isJoining(): boolean {
            return false;
          },
      ),
    ]),
};

/**
 * The leader tells where the follower's epoch ends in its own log, though it may have no such epoch, and does not tell which epoch it means:
 * the hole that KIP-101 left and KIP-279 closed.
 */
export const LARGEST_EPOCH_NOT_TOLD: PlantedBug = {
  name: "kip-101-without-kip-279",
  what: "a leader that lacks the follower's epoch answers as if it had it",
  invariants: [5, 3, 10],
  within: 1000,
  plant: () => {
    // Of partitions only: raft asks its log the same question.
    let isOfPartition = false;
    return plantAll([
      replaceMethod(FetchOperation, "readOn", (original) => {
        return function readOn(this: unknown): unknown {
          isOfPartition = true;
          try {
            return original.call(this);
          } finally {
            isOfPartition = false;
          }
        };
      }),
      replaceMethod(LeaderEpochs, "endOffsetFor", (original) => {
        return function endOffsetFor(this: LeaderEpochs, epoch: number, logEnd: number): EpochEndOffset {
          const answer = original.call(this, epoch as never, logEnd as never) as EpochEndOffset;
          return isOfPartition && answer.epoch >= 0 ? { epoch, endOffset: answer.endOffset } : answer;
        };
      }),
    ]);
  },
};

/** A follower fetches on before what it got is fsynced: its next position says that it has it. */
export const REPORT_BEYOND_FLUSH: PlantedBug = {
  name: "report-beyond-the-flush-point",
  what: "a follower reports what it has written as if it were fsynced",
  invariants: [13],
  within: 5,
  plant: () => replaceMethod(ReplicaFetcher, "startWriting", () => function doNotWait(this: unknown): void {}),
};

/** The leader's high watermark says nothing of a log that is not cut to the leader's yet. */
export const WATERMARK_BEFORE_TRUNCATION: PlantedBug = {
  name: "high-watermark-before-truncation",
  what: "a follower takes over the leader's high watermark before it cuts off where it diverges",
  invariants: [10],
  within: 20,
  plant: () =>
    replaceMethod(ReplicaFetcher, "onPartition", (original) => {
      return function onPartition(this: unknown, followed: Followed, data: { highWatermark: number }): unknown {
        if (followed.partition.log !== null) followed.partition.followHighWatermark(data.highWatermark);
        return original.call(this, followed as never, data as never);
      };
    }),
};
