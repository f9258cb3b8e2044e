import { DiskError, type DiskReadCompletion } from "../../ports/index.js";
import { batchBytes, batchFlaw, computeCrc, crc } from "../../protocol/records/batch.js";
import type { LogContext } from "../log-context.js";
import type { Segment } from "../segment.js";

/** Who is told what a walk meets. Each piece that was read comes in a turn of its own. */
export interface WalkVisitor {
  /** A sound batch; false ends the walk, and nothing more is told. */
  onBatch(bytes: Uint8Array, at: number): boolean;
  /** All batches of a piece were told; `walk.resume()` goes on. */
  onPiece(bytesRead: number): void;
  onSegmentEnd(): void;
  /** The segment left its log meanwhile. */
  onSegmentGone(): void;
  onBadBytes(segment: Segment, detail: string): void;
  onWalkFailed(error: DiskError): void;
}

/** Walks the batches of a segment that is complete, checking their CRCs, a piece per turn. */
export class SegmentWalk implements DiskReadCompletion {
  private readonly context: LogContext;
  private readonly visitor: WalkVisitor;
  private readonly pieceBytes: number;
  private segment: Segment;
  private position: number;
  private buffer: Uint8Array;

  constructor(context: LogContext, visitor: WalkVisitor, segment: Segment, pieceBytes: number) {
    this.context = context;
    this.visitor = visitor;
    this.pieceBytes = Math.max(1024, pieceBytes);
    this.segment = segment;
    this.position = 0;
    this.buffer = new Uint8Array(0);
  }

  begin(segment: Segment): void {
    this.segment = segment;
    this.position = 0;
    this.resume();
  }

  resume(): void {
    this.read(this.pieceBytes);
  }

  private read(wanted: number): void {
    if (this.segment.isRemoved) {
      this.visitor.onSegmentGone();
      return;
    }
    const left = this.segment.writtenBytes - this.position;
    if (left <= 0) {
      this.visitor.onSegmentEnd();
      return;
    }
    const length = Math.min(wanted, left);
    if (this.buffer.length !== length) this.buffer = new Uint8Array(length);
    try {
      this.segment.file.open(false).read(this.position, this.buffer, this);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.visitor.onWalkFailed(error);
    }
  }

  onDiskRead(error: DiskError | null, bytesRead: number): void {
    if (this.segment.isRemoved) {
      this.visitor.onSegmentGone();
      return;
    }
    if (error !== null) {
      this.visitor.onWalkFailed(error);
      return;
    }
    const { buffer, segment } = this;
    let at = 0;
    let flaw: string | null = null;
    while (at < bytesRead) {
      flaw = batchFlaw(buffer, at, bytesRead);
      if (flaw !== null) break;
      if (crc(buffer, at) !== computeCrc(this.context.ports.digest, buffer, at)) {
        flaw = "CRC";
        break;
      }
      if (!this.visitor.onBatch(buffer, at)) return;
      at += batchBytes(buffer, at);
    }
    const isEnd = this.position + bytesRead >= segment.writtenBytes;
    if (flaw !== null && (flaw !== "incomplete" || isEnd || bytesRead < buffer.length)) {
      this.visitor.onBadBytes(segment, `a batch has a bad ${flaw}, in ${segment.path} at ${this.position + at}`);
      return;
    }
    this.position += at;
    if (at > 0) {
      this.visitor.onPiece(at);
      return;
    }
    // A batch larger than a piece: its header tells how large.
    this.read(bytesRead >= 12 ? Math.max(batchBytes(buffer, 0), this.pieceBytes * 2) : this.pieceBytes * 2);
  }
}
