import type { CodecId } from "../ports/compression.js";
import type { Compression, Digest } from "../ports/index.js";
import { Apis } from "../protocol/apis.js";
import { ErrorCode, errorMessage, errorName, isRetriable } from "../protocol/errors.js";
import { buildBatch, type RecordInput } from "../protocol/records/builder.js";
import type { Admin } from "./admin.js";
import { Failure, messageOf } from "./failure.js";
import { keyPartition } from "./partitioner.js";
import { pause } from "./readiness.js";

export interface RecordPorts {
  readonly digest: Digest;
  readonly compression: Compression;
}

export interface SentBatch {
  readonly partition: number;
  readonly baseOffset: number;
  readonly count: number;
}

/** How long a batch may be retried while leaders come and go, ms. */
const DELIVERY_LIMIT_MS = 60_000;
const RETRY_PAUSE_MS = 20;
/** How long a leader may wait for its followers, and how long its answer is waited for: a broker may be paused. */
const ACK_TIMEOUT_MS = 3_000;
const ANSWER_LIMIT_MS = 4_000;
const BATCH_BYTES_MAX = 512 * 1024;
/** The last version that names topics by name. */
const PRODUCE_BY_NAME = 12;

/**
 * An idempotent producer for one topic, for the command line: acks=all, one batch at a time for each partition, so that a retry
 * neither doubles nor reorders.
 */
export class RecordSender {
  private readonly admin: Admin;
  private readonly topic: string;
  private readonly ports: RecordPorts;
  private readonly codec: CodecId | 0;
  private leaders: readonly number[] = [];
  private readonly sequences: number[] = [];
  private producerId = -1;
  private producerEpoch = -1;
  private sticky = 0;

  constructor(admin: Admin, topic: string, ports: RecordPorts, codec: CodecId | 0) {
    this.admin = admin;
    this.topic = topic;
    this.ports = ports;
    this.codec = codec;
  }

  /** Finds the partitions (a topic that does not exist is created where the cluster allows it) and gets a producer id. */
  async open(): Promise<void> {
    const deadline = Date.now() + DELIVERY_LIMIT_MS;
    await this.findLeaders(true, null, deadline);
    for (;;) {
      const link = await this.admin.any();
      const answer = await link.call(Apis.InitProducerId, { transactionalId: null, transactionTimeoutMs: 60_000 });
      if (answer.errorCode === ErrorCode.NONE) {
        this.producerId = answer.producerId;
        this.producerEpoch = answer.producerEpoch;
        return;
      }
      if (!isRetriable(answer.errorCode) || Date.now() > deadline) {
        throw new Failure(`No producer id: ${errorMessage(answer.errorCode)} (${errorName(answer.errorCode)})`);
      }
      await pause(RETRY_PAUSE_MS);
    }
  }

  get partitionCount(): number {
    return this.leaders.length;
  }

  /** Sends the records: those with a key to the key's partition as Kafka's own producer does, the others together to one after the other. */
  async send(records: readonly RecordInput[]): Promise<SentBatch[]> {
    const byPartition = new Map<number, RecordInput[]>();
    const sticky = this.sticky++ % this.leaders.length;
    for (const record of records) {
      const partition = record.key === null ? sticky : keyPartition(record.key, this.leaders.length);
      const found = byPartition.get(partition);
      if (found === undefined) byPartition.set(partition, [record]);
      else found.push(record);
    }
    const sent = await Promise.all([...byPartition].map(([partition, each]) => this.sendTo(partition, each)));
    return sent.flat();
  }

  /** To one partition. Calls for the same partition must follow each other: each waits for its acknowledgement. */
  async sendTo(partition: number, records: readonly RecordInput[]): Promise<SentBatch[]> {
    const sent: SentBatch[] = [];
    for (let first = 0; first < records.length; ) {
      let last = first;
      let bytes = 0;
      while (last < records.length && (last === first || bytes < BATCH_BYTES_MAX)) {
        bytes += (records[last].key?.length ?? 0) + (records[last].value?.length ?? 0) + 16;
        last++;
      }
      sent.push(await this.sendBatch(partition, records.slice(first, last)));
      first = last;
    }
    return sent;
  }

  private async sendBatch(partition: number, records: readonly RecordInput[]): Promise<SentBatch> {
    const batch = buildBatch(
      {
        timestamp: Date.now(),
        producerId: this.producerId,
        producerEpoch: this.producerEpoch,
        baseSequence: this.sequences[partition] ?? 0,
        codec: this.codec,
      },
      records,
      this.ports,
    );
    const deadline = Date.now() + DELIVERY_LIMIT_MS;
    let problem = "";
    while (Date.now() < deadline) {
      const answer = await this.attempt(partition, batch);
      if (typeof answer === "number") {
        this.sequences[partition] = ((this.sequences[partition] ?? 0) + records.length) % 0x8000_0000;
        return { partition, baseOffset: answer, count: records.length };
      }
      problem = answer;
      await pause(RETRY_PAUSE_MS);
      await this.findLeaders(false, partition, deadline);
    }
    throw new Failure(`${this.topic}-${partition}: not delivered within ${DELIVERY_LIMIT_MS / 1000} s: ${problem}`);
  }

  /** The base offset; or why it is to be tried again. Throws what retrying cannot mend. */
  private async attempt(partition: number, batch: Uint8Array): Promise<number | string> {
    let result: { errorCode: number; errorMessage?: string | null; baseOffset: number };
    try {
      const link = await this.admin.broker(this.leaders[partition]);
      const request = {
        transactionalId: null,
        acks: -1,
        timeoutMs: ACK_TIMEOUT_MS,
        topicData: [{ name: this.topic, partitionData: [{ index: partition, records: batch }] }],
      };
      const answer = await link.call(Apis.Produce, request, ANSWER_LIMIT_MS, PRODUCE_BY_NAME);
      result = answer.responses[0].partitionResponses[0];
    } catch (error) {
      if (error instanceof Failure) return error.message;
      throw error;
    }
    if (result.errorCode === ErrorCode.NONE || result.errorCode === ErrorCode.DUPLICATE_SEQUENCE_NUMBER)
      return result.baseOffset;
    const text = `${result.errorMessage || errorMessage(result.errorCode)} (${errorName(result.errorCode)})`;
    if (isRetriable(result.errorCode)) return text;
    throw new Failure(`${this.topic}-${partition}: ${text}`);
  }

  /** Until all partitions (or the one that is `needed`) have a leader. */
  private async findLeaders(create: boolean, needed: number | null, deadline: number): Promise<void> {
    let problem = "";
    do {
      try {
        const { topics } = await this.admin.metadata([this.topic], create);
        const [topic] = topics;
        const leaders: number[] = [];
        for (const { partitionIndex, leaderId } of topic.partitions) leaders[partitionIndex] = leaderId;
        const led = needed === null ? leaders.every((leader) => leader >= 0) : leaders[needed] >= 0;
        if (topic.errorCode === ErrorCode.NONE && leaders.length > 0 && led) {
          this.leaders = leaders;
          return;
        }
        problem = topic.errorCode === ErrorCode.NONE ? "a partition has no leader" : errorMessage(topic.errorCode);
        if (topic.errorCode !== ErrorCode.NONE && !isRetriable(topic.errorCode)) break;
      } catch (error) {
        problem = messageOf(error);
      }
      await pause(RETRY_PAUSE_MS);
    } while (Date.now() < deadline);
    throw new Failure(`Topic ${this.topic}: ${problem}`);
  }
}
