import { assert } from "../base/assert.js";
import type { MetadataRecord } from "../protocol/metadata-records.js";
import { MetadataDelta } from "./delta.js";
import { emptyImage, type MetadataImage } from "./image.js";
import { imageOfSnapshot } from "./snapshot.js";
import { deltaToSnapshot } from "./snapshot-delta.js";

/** A committed batch, as raft delivers it: in order, once. */
export interface CommittedBatch {
  readonly baseOffset: number;
  readonly lastOffset: number;
  readonly epoch: number;
  readonly appendTimestamp: number;
  readonly records: readonly MetadataRecord[];
}

export interface LoadedSnapshot {
  /** Exclusive end offset, as in the file's name. */
  readonly offset: number;
  readonly epoch: number;
  readonly timestamp: number;
  readonly records: Iterable<MetadataRecord>;
}

export interface MetadataPublisher {
  /** `delta.image` was the image before; `image` has what `delta` changed. After a snapshot the delta is the difference. */
  onMetadata(delta: MetadataDelta, image: MetadataImage): void;
}

/**
 * Makes images of what is committed (Kafka: MetadataLoader): one image per batch; a metadata transaction (KIP-868) becomes
 * visible whole, when it ends, or never.
 */
export class MetadataLoader {
  private current: MetadataImage;
  private appendTimestamp: number;
  private readonly publishers: MetadataPublisher[];
  /** Records since BeginTransaction; null outside of a transaction. */
  private transaction: MetadataRecord[] | null;
  private transactionStart: number;

  constructor() {
    this.current = emptyImage();
    this.appendTimestamp = -1;
    this.publishers = [];
    this.transaction = null;
    this.transactionStart = -1;
  }

  get image(): MetadataImage {
    return this.current;
  }

  /** Append time of the last batch, milliseconds since 1970; −1 before any. */
  get lastAppendTimestamp(): number {
    return this.appendTimestamp;
  }

  /** Whether the log so far ends within a transaction. */
  get inTransaction(): boolean {
    return this.transaction !== null;
  }

  /** Publishers are called in the order in which they were added. */
  addPublisher(publisher: MetadataPublisher): void {
    this.publishers.push(publisher);
  }

  onCommit(batch: CommittedBatch): void {
    const delta = new MetadataDelta(this.current);
    let offset = batch.baseOffset;
    for (const record of batch.records) this.replay(delta, record, offset++);
    this.appendTimestamp = batch.appendTimestamp;
    // While a transaction is open, the image stays before it: a snapshot of the image must not skip its records.
    const visible = this.transaction === null ? batch.lastOffset : this.transactionStart - 1;
    if (visible > this.current.offset) this.publish(delta, delta.apply(visible, batch.epoch));
  }

  onLoadSnapshot(snapshot: LoadedSnapshot): void {
    this.transaction = null;
    const before = this.current;
    const loaded = imageOfSnapshot(snapshot.records, snapshot.offset - 1, snapshot.epoch);
    const delta = deltaToSnapshot(before, loaded);
    this.appendTimestamp = snapshot.timestamp;
    // What did not change keeps its identity, so that publishers and later deltas see it as the same.
    const image = delta.apply(loaded.offset, loaded.epoch);
    this.publish(delta, image);
  }

  /** The level of kraft.version, which comes with control records of the log and not with metadata records. */
  onKraftVersion(level: number): void {
    const delta = new MetadataDelta(this.current);
    delta.setKraftVersion(level);
    if (delta.featuresChanged) this.publish(delta, delta.apply(this.current.offset, this.current.epoch));
  }

  private replay(delta: MetadataDelta, record: MetadataRecord, offset: number): void {
    switch (record.kind) {
      case "BeginTransactionRecord":
        assert(this.transaction === null, "a metadata transaction begins within another");
        this.transaction = [];
        this.transactionStart = offset;
        break;
      case "EndTransactionRecord": {
        const records = this.transaction;
        assert(records !== null, "a metadata transaction ends that did not begin");
        this.transaction = null;
        for (const waiting of records) delta.replay(waiting);
        break;
      }
      case "AbortTransactionRecord":
        assert(this.transaction !== null, "a metadata transaction is aborted that did not begin");
        this.transaction = null;
        break;
      default:
        if (this.transaction === null) delta.replay(record);
        else this.transaction.push(record);
    }
  }

  private publish(delta: MetadataDelta, image: MetadataImage): void {
    this.current = image;
    for (const publisher of this.publishers) publisher.onMetadata(delta, image);
  }
}
