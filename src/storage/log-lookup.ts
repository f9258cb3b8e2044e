import { ErrorCode } from "../protocol/errors.js";
import { batchBytes, lastOffset, maxTimestamp } from "../protocol/records/batch.js";
import type { Log } from "./log.js";
import { LogRead, type OffsetLookup } from "./log-read.js";

const STEP_BYTES = 262144;

/** See `Log.offsetForTimestamp`. */
export function offsetForTimestamp(log: Log, lookup: OffsetLookup): boolean {
  clear(lookup);
  if (log.failure !== null) return fail(lookup, ErrorCode.KAFKA_STORAGE_ERROR);
  for (const segment of log.segmentList) {
    if (segment.size === 0 || segment.newestTimestamp() < lookup.timestamp) continue;
    const from = Math.max(segment.timeIndex.offsetBefore(lookup.timestamp), log.logStartOffset);
    return new TimestampSearch(log, lookup, lookup.timestamp, Math.max(from, segment.baseOffset)).step();
  }
  return true;
}

/** See `Log.offsetOfMaxTimestamp`. */
export function offsetOfMaxTimestamp(log: Log, lookup: OffsetLookup): boolean {
  clear(lookup);
  if (log.failure !== null) return fail(lookup, ErrorCode.KAFKA_STORAGE_ERROR);
  let newest = -1;
  let at = -1;
  for (const segment of log.segmentList) {
    const timestamp = segment.size === 0 ? -1 : segment.newestTimestamp();
    if (timestamp <= newest) continue;
    newest = timestamp;
    at = segment.offsetOfMaxTimestamp;
  }
  if (newest < 0) return true;
  // The batch that ends at `at` has it; its record is searched from the log's start of that batch on.
  return new TimestampSearch(log, lookup, newest, Math.max(at, log.logStartOffset)).step();
}

function clear(lookup: OffsetLookup): void {
  lookup.error = 0;
  lookup.offset = -1;
  lookup.foundTimestamp = -1;
  lookup.leaderEpoch = -1;
}

function fail(lookup: OffsetLookup, error: number): true {
  lookup.error = error;
  return true;
}

/** Reads on from an offset until a record is as new as wanted. */
class TimestampSearch extends LogRead {
  private readonly log: Log;
  private readonly lookup: OffsetLookup;
  private readonly timestamp: number;

  constructor(log: Log, lookup: OffsetLookup, timestamp: number, from: number) {
    super();
    this.log = log;
    this.lookup = lookup;
    this.timestamp = timestamp;
    this.startOffset = from;
    this.maxBytes = STEP_BYTES;
  }

  /** Answers whether the search is complete. */
  step(): boolean {
    this.maxOffset = this.log.appendEndOffset;
    while (this.log.read(this)) if (this.look()) return true;
    return false;
  }

  override onLogRead(): void {
    if (this.look() || this.step()) this.lookup.onOffsetFound(this.lookup);
  }

  private look(): boolean {
    const { log, lookup } = this;
    if (this.error !== 0) {
      if (this.error === ErrorCode.OFFSET_OUT_OF_RANGE && this.startOffset < log.logStartOffset) {
        this.startOffset = log.logStartOffset;
        return false;
      }
      return fail(lookup, this.error);
    }
    if (this.bytes === 0) return true;
    for (const chunk of this.chunks) {
      for (let at = 0; at < chunk.length; at += batchBytes(chunk, at)) {
        if (maxTimestamp(chunk, at) >= this.timestamp && this.lookIn(chunk, at)) return true;
      }
    }
    this.startOffset = this.nextOffset;
    return false;
  }

  private lookIn(chunk: Uint8Array, at: number): boolean {
    const { log, lookup } = this;
    const cursor = log.context.cursor;
    cursor.reset(chunk, at);
    while (cursor.next()) {
      if (cursor.timestamp < this.timestamp || cursor.offset < log.logStartOffset) continue;
      lookup.offset = cursor.offset;
      lookup.foundTimestamp = cursor.timestamp;
      lookup.leaderEpoch = log.epochs.epochForOffset(cursor.offset);
      return true;
    }
    if (cursor.flaw !== null) {
      lookup.error = ErrorCode.CORRUPT_MESSAGE;
      log.context.ports.logger.warn("A batch could not be searched for a timestamp.", {
        topic: log.topic,
        partition: log.partition,
        lastOffset: lastOffset(chunk, at),
        flaw: cursor.flaw,
      });
      return true;
    }
    return false;
  }
}
