import { Apis } from "../protocol/apis.js";
import { ErrorCode, errorMessage, errorName, isRetriable } from "../protocol/errors.js";
import { batchBytes, isControl, lastOffset } from "../protocol/records/batch.js";
import { RecordCursor } from "../protocol/records/cursor.js";
import type { Admin } from "./admin.js";
import { Failure } from "./failure.js";
import { pause } from "./readiness.js";
import type { RecordPorts } from "./record-sender.js";

export interface ReadRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** ms since 1970. */
  readonly timestamp: number;
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly { key: Uint8Array; value: Uint8Array | null }[];
}

interface Position {
  readonly partition: number;
  /** Next offset to read. */
  offset: number;
  /** Where a reader that does not follow stops, exclusive. */
  end: number;
  leader: number;
}

export interface ReadOptions {
  readonly partitions: readonly number[] | null;
  readonly fromBeginning: boolean;
  /** Where to start in single partitions, instead; an offset outside of the log becomes its nearest end. */
  readonly from?: ReadonlyMap<number, number>;
  /** Asked between fetches: whether to end now. */
  readonly stop?: () => boolean;
  /** Go on at the end instead of stopping at what was the end at the start. */
  readonly follow: boolean;
}

const FETCH_BY_NAME = 12;
const EARLIEST = -2;
const LATEST = -1;
const MAX_WAIT_MS = 500;
const RETRY_PAUSE_MS = 50;
const RETRY_LIMIT_MS = 60_000;

/** Reads a topic by assignment, without a group; goes on with the next leader when one fails. */
export class RecordReader {
  private readonly admin: Admin;
  private readonly topic: string;
  private readonly cursor: RecordCursor;
  private readonly options: ReadOptions;
  private positions: Position[] = [];
  private troubleSince = 0;

  constructor(admin: Admin, topic: string, ports: RecordPorts, options: ReadOptions) {
    this.admin = admin;
    this.topic = topic;
    this.cursor = new RecordCursor(ports.compression);
    this.options = options;
  }

  /** Calls `onRecord` for each record, in order within a partition, until the end (or for ever), or until it returns false. */
  async read(onRecord: (record: ReadRecord) => boolean): Promise<void> {
    await this.open();
    const { stop } = this.options;
    while (this.options.follow || this.positions.some((each) => each.offset < each.end)) {
      if (stop?.() === true) return;
      const wanted = this.options.follow ? this.positions : this.positions.filter((each) => each.offset < each.end);
      const leaders = [...new Set(wanted.map((each) => each.leader))];
      const answers = await Promise.all(
        leaders.map((leader) =>
          this.fetch(
            leader,
            wanted.filter((each) => each.leader === leader),
          ),
        ),
      );
      let failed = false;
      for (const answer of answers) {
        if (answer === null) failed = true;
        else if (!this.deliver(answer, onRecord)) return;
      }
      if (failed) await this.recover();
      else this.troubleSince = 0;
    }
  }

  private async open(): Promise<void> {
    const { topics } = await this.admin.metadata([this.topic]);
    const [topic] = topics;
    if (topic.errorCode !== ErrorCode.NONE) {
      throw new Failure(`Topic ${this.topic}: ${errorMessage(topic.errorCode)} (${errorName(topic.errorCode)})`);
    }
    const chosen = topic.partitions.filter((each) => this.options.partitions?.includes(each.partitionIndex) ?? true);
    if (chosen.length === 0)
      throw new Failure(`Topic ${this.topic} has no such partition; it has ${topic.partitions.length}.`);
    this.positions = chosen.map((each) => ({
      partition: each.partitionIndex,
      offset: 0,
      end: 0,
      leader: each.leaderId,
    }));
    for (const position of this.positions) {
      position.end = await this.boundary(position, LATEST);
      const from = this.options.from?.get(position.partition);
      if (from !== undefined)
        position.offset = Math.min(Math.max(from, await this.boundary(position, EARLIEST)), position.end);
      else position.offset = this.options.fromBeginning ? await this.boundary(position, EARLIEST) : position.end;
    }
  }

  private async boundary(position: Position, timestamp: number): Promise<number> {
    for (;;) {
      try {
        const link = await this.admin.broker(position.leader);
        const request = {
          replicaId: -1,
          topics: [{ name: this.topic, partitions: [{ partitionIndex: position.partition, timestamp }] }],
        };
        const answer = await link.call(Apis.ListOffsets, request);
        const { errorCode, offset } = answer.topics[0].partitions[0];
        if (errorCode === ErrorCode.NONE) return offset;
        if (!isRetriable(errorCode))
          throw new Failure(`${this.topic}-${position.partition}: ${errorMessage(errorCode)}`);
      } catch (error) {
        if (!(error instanceof Failure)) throw error;
      }
      await this.recover();
    }
  }

  /** null: to be tried again after a look at the metadata. */
  private async fetch(
    leader: number,
    positions: readonly Position[],
  ): Promise<{ position: Position; records: Uint8Array }[] | null> {
    try {
      const link = await this.admin.broker(leader);
      const request = {
        replicaId: -1,
        maxWaitMs: MAX_WAIT_MS,
        minBytes: 1,
        maxBytes: 8 * 1024 * 1024,
        sessionEpoch: -1,
        topics: [
          {
            topic: this.topic,
            partitions: positions.map((each) => ({
              partition: each.partition,
              fetchOffset: each.offset,
              partitionMaxBytes: 1024 * 1024,
            })),
          },
        ],
      };
      const answer = await link.call(Apis.Fetch, request, 30_000, FETCH_BY_NAME);
      const found: { position: Position; records: Uint8Array }[] = [];
      for (const each of answer.responses[0]?.partitions ?? []) {
        const position = positions.find((candidate) => candidate.partition === each.partitionIndex);
        if (position === undefined) continue;
        if (each.errorCode === ErrorCode.OFFSET_OUT_OF_RANGE) position.offset = await this.boundary(position, EARLIEST);
        else if (each.errorCode !== ErrorCode.NONE && !isRetriable(each.errorCode)) {
          throw new Error(
            `${this.topic}-${position.partition}: ${errorMessage(each.errorCode)} (${errorName(each.errorCode)})`,
          );
        } else if (each.errorCode !== ErrorCode.NONE) return null;
        else found.push({ position, records: each.records ?? new Uint8Array(0) });
      }
      return found;
    } catch (error) {
      if (error instanceof Failure) return null;
      throw error;
    }
  }

  private deliver(
    answer: readonly { position: Position; records: Uint8Array }[],
    onRecord: (record: ReadRecord) => boolean,
  ): boolean {
    const { cursor, topic } = this;
    for (const { position, records } of answer) {
      let at = 0;
      // The last batch may be cut short by the size limit.
      while (at + 12 <= records.length && at + batchBytes(records, at) <= records.length) {
        if (!isControl(records, at)) {
          cursor.reset(records, at);
          while (cursor.next()) {
            if (cursor.offset < position.offset) continue;
            const { offset, timestamp, key, value, headers } = cursor;
            if (!onRecord({ topic, partition: position.partition, offset, timestamp, key, value, headers }))
              return false;
          }
          if (cursor.flaw !== null)
            throw new Failure(`${topic}-${position.partition}: a record batch is damaged: ${cursor.flaw}`);
        }
        position.offset = Math.max(position.offset, lastOffset(records, at) + 1);
        at += batchBytes(records, at);
      }
    }
    return true;
  }

  /** A leader is gone or has changed: asks again, for at most a minute of trouble at a stretch. */
  private async recover(): Promise<void> {
    if (this.troubleSince === 0) this.troubleSince = Date.now();
    if (Date.now() - this.troubleSince > RETRY_LIMIT_MS) throw new Failure(`Topic ${this.topic}: no leader answers.`);
    await pause(RETRY_PAUSE_MS);
    try {
      const { topics } = await this.admin.metadata([this.topic]);
      for (const { partitionIndex, leaderId } of topics[0].partitions) {
        const position = this.positions.find((each) => each.partition === partitionIndex);
        if (position !== undefined && leaderId >= 0) position.leader = leaderId;
      }
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
    }
  }
}
