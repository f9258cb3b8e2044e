import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorName } from "../../protocol/errors.js";
import { Violation } from "../checkers/violation.js";
import type { ClusterClient } from "./client.js";
import type { PartitionHistory } from "./history.js";
import { type ReadRecord, readRecords } from "./records.js";
import type { Workload } from "./workload.js";

const FETCH_VERSION = 17;
const LIST_OFFSETS_VERSION = 7;

/**
 * From the partition's leader; from any replica; from the leader, as fast as it can and without making others wait; from the leader, in no
 * hurry.
 */
export type ReaderKind = "leader" | "anywhere" | "verifies" | "member";

/** Reads one partition by assignment, from the first record on. */
export class PartitionReader {
  private readonly workload: Workload;
  private readonly client: ClusterClient;
  readonly topic: string;
  readonly partition: number;
  private readonly kind: ReaderKind;
  private readonly history: PartitionHistory;
  position: number;
  /** Log start and high watermark as the last reply told them. */
  logStart: number;
  highWatermark: number;
  private busy: boolean;
  private stopped: boolean;
  /** Replies from the leader since it was made. */
  replies: number;

  constructor(workload: Workload, client: ClusterClient, topic: string, partition: number, kind: ReaderKind) {
    this.workload = workload;
    this.client = client;
    this.topic = topic;
    this.partition = partition;
    this.kind = kind;
    this.history = workload.history.of(topic, partition);
    this.position = 0;
    this.logStart = 0;
    this.highWatermark = -1;
    this.busy = false;
    this.stopped = false;
    this.replies = 0;
  }

  stop(): void {
    this.stopped = true;
  }

  poll(): void {
    if (this.busy || this.stopped) return;
    const place = this.client.place(this.topic, this.partition);
    if (place === null) {
      this.client.refresh();
      this.again(200);
      return;
    }
    const random = this.client.ports.random;
    const follower = this.kind === "anywhere" && random.below(2) === 0;
    const broker = follower ? place.replicas[random.below(place.replicas.length)] : place.leader;
    const link = this.client.link(broker);
    if (link === null) {
      this.client.refresh();
      this.again(200);
      return;
    }
    this.busy = true;
    link.send(
      Apis.Fetch,
      FETCH_VERSION,
      {
        // Brokers answer a connection's requests in order, and all partitions share it.
        maxWaitMs: this.kind === "verifies" ? 0 : 500,
        minBytes: 1,
        maxBytes: 1 << 20,
        isolationLevel: 0,
        sessionId: 0,
        sessionEpoch: -1,
        topics: [
          {
            topicId: place.topicId,
            partitions: [
              {
                partition: this.partition,
                currentLeaderEpoch: place.leaderEpoch,
                fetchOffset: this.position,
                lastFetchedEpoch: -1,
                logStartOffset: -1,
                partitionMaxBytes: 65_536,
              },
            ],
          },
        ],
      },
      5000,
      (response) => {
        this.busy = false;
        if (response.errorCode !== 0) {
          this.again(200);
          return;
        }
        const partition = response.responses[0]?.partitions[0];
        if (partition === undefined) this.again(100);
        else this.onReply(partition, broker, broker === place.leader);
      },
      () => {
        this.busy = false;
        this.client.refresh();
        this.again(100);
      },
    );
  }

  private onReply(
    reply: { errorCode: number; highWatermark: number; logStartOffset: number; records: unknown },
    broker: number,
    fromLeader: boolean,
  ): void {
    const error = reply.errorCode;
    if (error === ErrorCode.OFFSET_OUT_OF_RANGE) {
      this.onOutOfRange(broker, fromLeader);
      return;
    }
    if (error !== 0) {
      this.workload.world.count(`fetch: ${errorName(error)}`);
      this.client.refresh();
      this.again(100);
      return;
    }
    const records = reply.records as Uint8Array | null;
    let advanced = false;
    if (records !== null && records.length > 0) advanced = this.take(records, reply.highWatermark, broker);
    if (fromLeader) {
      this.replies++;
      this.logStart = reply.logStartOffset;
      this.highWatermark = reply.highWatermark;
    }
    if (advanced) this.workload.onRead();
    if (this.kind === "verifies") this.again(advanced ? 0 : 200);
    else if (this.kind === "member") this.again(400);
    else this.again(advanced ? 100 : 150);
  }

  private take(bytes: Uint8Array, highWatermark: number, broker: number): boolean {
    const records: ReadRecord[] = [];
    readRecords(bytes, records, this.position); // a batch begins before the position
    let advanced = false;
    for (const record of records) {
      if (record.offset >= highWatermark) {
        throw new Violation(
          10,
          `${this.topic}-${this.partition}: broker ${broker} served offset ${record.offset} with high watermark ${highWatermark}`,
        );
      }
      this.workload.history.onRead(this.history, record.offset, record.value, broker);
      this.position = record.offset + 1;
      advanced = true;
    }
    return advanced;
  }

  /** The records before the position were deleted, or the replica lags: ask the leader where the log begins. */
  private onOutOfRange(broker: number, fromLeader: boolean): void {
    const truth = this.workload.world.checker.checkerNamed(this.topic, this.partition);
    if (!fromLeader || truth === null || truth.tainted) {
      this.client.refresh();
      if (truth?.tainted) this.position = 0;
      else this.again(100);
      if (!truth?.tainted) return;
    }
    const link = this.client.link(broker);
    if (link === null) {
      this.again(100);
      return;
    }
    this.busy = true;
    link.send(
      Apis.ListOffsets,
      LIST_OFFSETS_VERSION,
      {
        replicaId: -1,
        isolationLevel: 0,
        topics: [
          { name: this.topic, partitions: [{ partitionIndex: this.partition, timestamp: -2, currentLeaderEpoch: -1 }] },
        ],
      },
      3000,
      (response) => {
        this.busy = false;
        const answer = response.topics[0]?.partitions[0];
        if (answer !== undefined && answer.errorCode === 0) {
          if (answer.offset > this.position) this.position = answer.offset;
          this.workload.history.onDeletedBelow(this.topic, this.partition, answer.offset);
        }
        this.again(100);
      },
      () => {
        this.busy = false;
        this.again(200);
      },
    );
  }

  private again(delayMs: number): void {
    if (!this.stopped) this.client.ports.timers.schedule(delayMs, this);
  }

  onTimer(): void {
    this.poll();
  }
}
