/**
 * One read of a log, filled in by its caller and by the log; reusable once it completed. Subclass it, or set `onLogRead`.
 * A read that is under way must not be changed.
 */
export abstract class LogRead {
  /** First offset wanted. The first batch returned contains it and may start before it. */
  startOffset: number;
  /** No batch that ends at or above this offset is returned (the high watermark, the LSO or the end); exclusive. */
  maxOffset: number;
  /** Bytes wanted at most; whole batches only. */
  maxBytes: number;
  /** Whether the first batch is returned even when it alone is larger than `maxBytes`. */
  minOneBatch: boolean;

  /** An ErrorCode: 0, OFFSET_OUT_OF_RANGE, KAFKA_STORAGE_ERROR or CORRUPT_MESSAGE. */
  error: number;
  /** Views of whole batches, in order; empty when there is nothing (never null). */
  chunks: Uint8Array[];
  bytes: number;
  /** Offset after the last batch returned; `startOffset` when there is none. */
  nextOffset: number;
  /** Base offset of the segment and position in it of the first batch; −1 when nothing was returned. */
  segmentBaseOffset: number;
  position: number;

  constructor() {
    this.startOffset = 0;
    this.maxOffset = 0;
    this.maxBytes = 0;
    this.minOneBatch = true;
    this.error = 0;
    this.chunks = [];
    this.bytes = 0;
    this.nextOffset = 0;
    this.segmentBaseOffset = -1;
    this.position = -1;
  }

  /** Called once, in a later turn, when `Log.read` answered false. */
  abstract onLogRead(read: this): void;

  /** Empties the result; `Log.read` does it first. */
  clear(): void {
    this.error = 0;
    this.chunks = [];
    this.bytes = 0;
    this.nextOffset = this.startOffset;
    this.segmentBaseOffset = -1;
    this.position = -1;
  }
}

/** A search for an offset by timestamp. */
export abstract class OffsetLookup {
  /** Milliseconds since 1970; the search finds the first record with a timestamp at or above it. */
  timestamp: number;
  error: number;
  /** −1 when there is none. */
  offset: number;
  foundTimestamp: number;
  leaderEpoch: number;

  constructor() {
    this.timestamp = -1;
    this.error = 0;
    this.offset = -1;
    this.foundTimestamp = -1;
    this.leaderEpoch = -1;
  }

  /** Called once, in a later turn, when the log answered false. */
  abstract onOffsetFound(lookup: this): void;
}

export interface AbortedTransaction {
  readonly producerId: number;
  readonly firstOffset: number;
}
