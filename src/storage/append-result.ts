import type { RecordError } from "../protocol/records/validate.js";

/** What became of an append. One object per log, overwritten by the next append: copy what is to be kept. */
export class AppendResult {
  /** An ErrorCode; 0 is success, and nothing was appended otherwise. */
  error: number;
  message: string | null;
  recordErrors: readonly RecordError[];
  firstOffset: number;
  lastOffset: number;
  /** −1 with CreateTime. */
  logAppendTime: number;
  logStartOffset: number;
  /** The batch was appended before: the offsets are those of then, and nothing was appended now. */
  isDuplicate: boolean;
  recordCount: number;
  bytes: number;
  /** Timestamp of the newest record, −1 if none. */
  maxTimestamp: number;

  constructor() {
    this.error = 0;
    this.message = null;
    this.recordErrors = NO_RECORD_ERRORS;
    this.firstOffset = -1;
    this.lastOffset = -1;
    this.logAppendTime = -1;
    this.logStartOffset = -1;
    this.isDuplicate = false;
    this.recordCount = 0;
    this.bytes = 0;
    this.maxTimestamp = -1;
  }

  reset(logStartOffset: number): void {
    this.error = 0;
    this.message = null;
    this.recordErrors = NO_RECORD_ERRORS;
    this.firstOffset = -1;
    this.lastOffset = -1;
    this.logAppendTime = -1;
    this.logStartOffset = logStartOffset;
    this.isDuplicate = false;
    this.recordCount = 0;
    this.bytes = 0;
    this.maxTimestamp = -1;
  }

  fail(error: number, message: string | null): this {
    this.error = error;
    this.message = message;
    return this;
  }
}

const NO_RECORD_ERRORS: readonly RecordError[] = [];
