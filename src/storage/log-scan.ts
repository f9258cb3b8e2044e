import { BATCH_HEADER_BYTES, batchBytes, batchFlaw } from "../protocol/records/batch.js";
import type { LogContext } from "./log-context.js";
import type { Segment } from "./segment.js";

const SCAN_BYTES = 1048576;

/**
 * Walks the batches in a segment's file from a position, reading in large pieces at once. For start-up, recovery and
 * truncation only. After `next()` answered true, the batch lies whole in `bytes` at `at`.
 */
export class SegmentScan {
  /** The file's bytes around the batch; the context's buffer, so gone after the next `next()`. */
  bytes: Uint8Array;
  at: number;
  /** Position in the file of the batch, and after it. */
  position: number;
  nextPosition: number;
  /** Why `next()` answered false before the end: what is there is no batch. */
  flaw: string | null;
  private readonly context: LogContext;
  private readonly segment: Segment;
  private readonly limit: number;
  private bufferPosition: number;
  private bufferLength: number;

  /** `limit`: the file's bytes that count. */
  constructor(context: LogContext, segment: Segment, position: number, limit: number) {
    this.context = context;
    this.segment = segment;
    this.limit = limit;
    this.position = position;
    this.nextPosition = position;
    this.bytes = context.scanBuffer;
    this.at = 0;
    this.flaw = null;
    this.bufferPosition = position;
    this.bufferLength = 0;
  }

  /** Whether the next batch is in memory already, so that `next()` will not read the disk. */
  next(): boolean {
    const position = this.nextPosition;
    if (position >= this.limit) return false;
    if (!this.has(position, BATCH_HEADER_BYTES)) this.fill(position, SCAN_BYTES);
    let at = position - this.bufferPosition;
    let flaw = batchFlaw(this.bytes, at, this.bufferLength);
    if (flaw === "incomplete" && this.bufferLength - at >= BATCH_HEADER_BYTES) {
      const wanted = batchBytes(this.bytes, at);
      if (position + wanted <= this.limit) {
        this.fill(position, Math.max(wanted, SCAN_BYTES));
        at = position - this.bufferPosition;
        flaw = batchFlaw(this.bytes, at, this.bufferLength);
      }
    }
    if (flaw !== null) {
      this.flaw = flaw === "incomplete" ? "a batch ends in the middle" : `a batch header has an impossible ${flaw}`;
      return false;
    }
    this.at = at;
    this.position = position;
    this.nextPosition = position + batchBytes(this.bytes, at);
    return true;
  }

  private has(position: number, count: number): boolean {
    return position >= this.bufferPosition && position + count <= this.bufferPosition + this.bufferLength;
  }

  private fill(position: number, count: number): void {
    const wanted = Math.min(count, this.limit - position);
    if (this.context.scanBuffer.length < wanted) {
      this.context.scanBuffer = new Uint8Array(Math.max(wanted, Math.min(SCAN_BYTES, this.limit)));
    }
    this.bytes = this.context.scanBuffer;
    this.bufferPosition = position;
    this.bufferLength = this.segment.file.open(false).readSync(this.bytes, 0, wanted, position);
  }
}
