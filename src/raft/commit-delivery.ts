import { DiskError, type Ports } from "../ports/index.js";
import { ProtocolError } from "../protocol/codec.js";
import { errorName } from "../protocol/errors.js";
import { decodeMetadataRecord, type MetadataRecord } from "../protocol/metadata-records.js";
import {
  baseOffset,
  batchBytes,
  isControl,
  lastOffset,
  maxTimestamp,
  partitionLeaderEpoch,
} from "../protocol/records/batch.js";
import { RecordCursor } from "../protocol/records/cursor.js";
import type { Log } from "../storage/log.js";
import { LogRead } from "../storage/log-read.js";
import { ControlRecordReader } from "./control-records.js";
import type { RaftListener } from "./raft-listener.js";

export interface DeliveryOwner {
  /** Another slice of deliveries, or of reading, can go on. */
  onDeliveryReady(): void;
  onDeliveryFailed(error: Error): void;
}

const READ_BYTES = 1024 * 1024;
const SLICE_MS = 8;

/** Hands what is committed to the listener: in the order of the log, each batch once, in slices of turns. */
export class CommitDelivery extends LogRead {
  private readonly ports: Ports;
  private readonly log: Log;
  private readonly listener: RaftListener;
  private readonly owner: DeliveryOwner;
  private readonly cursor: RecordCursor;
  private readonly control: ControlRecordReader;
  /** Below it everything was delivered. */
  nextDelivery: number;
  /** Bytes of batches that were delivered. */
  deliveredBytes: number;
  private isReading: boolean;
  /** Batches that were read and wait. */
  private pending: Uint8Array[];
  private pendingAt: number;
  private generation: number;
  private readGeneration: number;
  private kraftLevel: number;

  constructor(ports: Ports, log: Log, listener: RaftListener, owner: DeliveryOwner) {
    super();
    this.ports = ports;
    this.log = log;
    this.listener = listener;
    this.owner = owner;
    this.cursor = new RecordCursor(ports.compression);
    this.control = new ControlRecordReader(ports);
    this.nextDelivery = 0;
    this.deliveredBytes = 0;
    this.isReading = false;
    this.pending = [];
    this.pendingAt = 0;
    this.generation = 0;
    this.readGeneration = 0;
    this.kraftLevel = 0;
  }

  /** A snapshot was loaded: what follows it is next. */
  startAt(offset: number, kraftVersion: number): void {
    this.nextDelivery = offset;
    this.pending = [];
    this.pendingAt = 0;
    this.generation++;
    this.addKraftVersion(offset, kraftVersion);
  }

  addVoters(): void {}

  addKraftVersion(_offset: number, level: number): void {
    if (level === this.kraftLevel) return;
    this.kraftLevel = level;
    this.listener.onKraftVersion(level);
  }

  /** Delivers up to `highWatermark`; false when more is to come in a later turn (`onDeliveryReady` tells). */
  deliver(highWatermark: number): boolean {
    const until = this.ports.clock.monotonicMs() + SLICE_MS;
    while (this.nextDelivery < highWatermark) {
      if (this.isReading) return false;
      if (this.pending.length === 0 && !this.readMore(highWatermark)) return false;
      while (this.pending.length > 0) {
        if (!this.deliverOne(highWatermark)) return true;
        if (this.ports.clock.monotonicMs() >= until && this.nextDelivery < highWatermark) {
          this.owner.onDeliveryReady();
          return false;
        }
      }
    }
    return true;
  }

  private readMore(highWatermark: number): boolean {
    this.startOffset = this.nextDelivery;
    this.maxOffset = highWatermark;
    this.maxBytes = READ_BYTES;
    this.minOneBatch = true;
    this.readGeneration = this.generation;
    if (this.log.read(this)) return this.take();
    this.isReading = true;
    return false;
  }

  onLogRead(): void {
    this.isReading = false;
    if (this.readGeneration === this.generation) this.take();
    this.owner.onDeliveryReady();
  }

  private take(): boolean {
    if (this.error !== 0) {
      const why = `The metadata log cannot be read at offset ${this.startOffset}: ${errorName(this.error)}.`;
      this.owner.onDeliveryFailed(this.log.failure ?? new DiskError("EIO", this.log.directory, why));
      return false;
    }
    this.pending = this.chunks.slice();
    this.pendingAt = 0;
    return this.pending.length > 0;
  }

  /** False when the next batch is not committed whole. */
  private deliverOne(highWatermark: number): boolean {
    const bytes = this.pending[0];
    const at = this.pendingAt;
    const size = batchBytes(bytes, at);
    const first = baseOffset(bytes, at);
    const last = lastOffset(bytes, at);
    if (last >= highWatermark) return false;
    this.pendingAt = at + size;
    if (this.pendingAt >= bytes.length) {
      this.pending.shift();
      this.pendingAt = 0;
    }
    if (last < this.nextDelivery) return true;
    this.nextDelivery = last + 1;
    this.deliveredBytes += size;
    let records: MetadataRecord[] = [];
    if (isControl(bytes, at)) {
      this.control.readBatch(bytes, at, this);
    } else {
      try {
        records = this.recordsOf(bytes, at);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        this.owner.onDeliveryFailed(
          new Error(`The metadata log's batch at offset ${first} cannot be read: ${error.message}`),
        );
        return false;
      }
    }
    this.listener.onCommit({
      baseOffset: first,
      lastOffset: last,
      epoch: partitionLeaderEpoch(bytes, at),
      appendTimestamp: maxTimestamp(bytes, at),
      records,
    });
    return true;
  }

  private recordsOf(bytes: Uint8Array, at: number): MetadataRecord[] {
    const { cursor } = this;
    const records: MetadataRecord[] = [];
    cursor.reset(bytes, at);
    while (cursor.next()) {
      if (cursor.valueLength < 0) throw new ProtocolError("a record without a value");
      records.push(decodeMetadataRecord(cursor.bytes, cursor.valueAt, cursor.valueAt + cursor.valueLength));
    }
    if (cursor.flaw !== null) throw new ProtocolError(cursor.flaw);
    return records;
  }
}
