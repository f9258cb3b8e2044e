import type { Ports, TimerTask } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import { ProtocolError } from "../protocol/protocol-error.js";
import {
  batchBytes,
  isControl,
  isTransactional,
  lastOffset,
  producerEpoch,
  producerId,
} from "../protocol/records/batch.js";
import { ControlType, controlTypeOf } from "../protocol/records/control.js";
import { RecordCursor } from "../protocol/records/cursor.js";
import type { Log } from "../storage/log.js";
import { LogRead } from "../storage/log-read.js";
import type { CoordinatorShard, ReplayedRecord } from "./shard.js";

/** Bytes that are read and replayed in one turn of the loop: some thousand records. */
const SLICE_BYTES = 256 * 1024;
const RETRY_MS = 500;

export interface LoaderListener {
  /** Everything up to the log's end was replayed. */
  onShardLoaded(): void;
  /** The log cannot be read from where the load was; the state so far is not to be used. */
  onLoadFailed(error: number): void;
}

/**
 * Replays a log from its start to its end, a slice each turn. Every record is taken, committed or not: what a leader has in its log will be
 * committed, or it does not lead any more.
 */
export class ShardLoader extends LogRead implements TimerTask {
  /** Records replayed so far. */
  recordCount: number;
  private readonly ports: Ports;
  private readonly log: Log;
  private readonly shard: CoordinatorShard;
  private readonly listener: LoaderListener;
  private readonly cursor: RecordCursor;
  private readonly record: ReplayedRecord;
  private isStopped: boolean;

  constructor(ports: Ports, log: Log, shard: CoordinatorShard, listener: LoaderListener) {
    super();
    this.ports = ports;
    this.log = log;
    this.shard = shard;
    this.listener = listener;
    this.cursor = new RecordCursor(ports.compression);
    this.record = { key: NOTHING, value: null, offset: -1, producerId: -1, producerEpoch: -1 };
    this.recordCount = 0;
    this.isStopped = false;
    this.startOffset = log.logStartOffset;
    this.maxBytes = SLICE_BYTES;
  }

  start(): void {
    this.proceed();
  }

  /** Nothing is replayed or told after this. */
  stop(): void {
    this.isStopped = true;
  }

  private proceed(): void {
    if (this.isStopped) return;
    if (this.startOffset >= this.log.appendEndOffset) {
      this.isStopped = true;
      this.listener.onShardLoaded();
      return;
    }
    this.maxOffset = this.log.appendEndOffset;
    if (this.log.read(this)) this.onLogRead();
  }

  override onLogRead(): void {
    if (this.isStopped) return;
    if (this.error !== ErrorCode.NONE) {
      this.isStopped = true;
      this.listener.onLoadFailed(this.error);
      return;
    }
    for (const chunk of this.chunks) this.replayChunk(chunk);
    // Nothing read: an entry is on its way from memory to the disk, or the end moved.
    const delayMs = this.nextOffset === this.startOffset ? RETRY_MS : 0;
    this.startOffset = this.nextOffset;
    this.chunks = [];
    if (this.startOffset >= this.log.appendEndOffset) this.proceed();
    else this.ports.timers.schedule(delayMs, this);
  }

  onTimer(): void {
    this.proceed();
  }

  private replayChunk(chunk: Uint8Array): void {
    for (let at = 0; at < chunk.length; at += batchBytes(chunk, at)) {
      // The first batch may begin before what was asked for.
      if (lastOffset(chunk, at) >= this.startOffset) this.replayBatch(chunk, at);
    }
  }

  private replayBatch(chunk: Uint8Array, at: number): void {
    const { cursor, record, shard } = this;
    cursor.reset(chunk, at);
    const control = isControl(chunk, at);
    record.producerId = isTransactional(chunk, at) ? producerId(chunk, at) : -1;
    record.producerEpoch = isTransactional(chunk, at) ? producerEpoch(chunk, at) : -1;
    while (cursor.next()) {
      if (cursor.offset < this.startOffset) continue;
      this.recordCount++;
      const key = cursor.key;
      if (control) {
        const type = controlTypeOf(key);
        if (type !== ControlType.COMMIT && type !== ControlType.ABORT) continue;
        shard.replayEndTransaction(record.producerId, record.producerEpoch, type === ControlType.COMMIT);
        continue;
      }
      if (key === null) continue;
      record.key = key;
      record.value = cursor.value;
      record.offset = cursor.offset;
      this.replay(record);
    }
    if (cursor.flaw !== null) this.warn(lastOffset(chunk, at), cursor.flaw);
  }

  private replay(record: ReplayedRecord): void {
    try {
      this.shard.replay(record);
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.warn(record.offset, error.message);
    }
  }

  private warn(offset: number, reason: string): void {
    this.ports.logger.warn("A record of a coordinator's log cannot be read; it is skipped.", {
      topic: this.log.topic,
      partition: this.log.partition,
      offset,
      reason,
    });
  }
}

const NOTHING = new Uint8Array(0);
