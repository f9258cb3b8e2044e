import type { DiskCompletion, DiskError } from "../ports/index.js";
import {
  baseOffset,
  computeCrc,
  crc,
  lastOffset,
  partitionLeaderEpoch,
  producerId,
} from "../protocol/records/batch.js";
import { asciiBytes, readEpochCheckpoint } from "./checkpoint-file.js";
import { finishSwaps } from "./compaction/unfinished-swaps.js";
import {
  CLEANED_FILE_SUFFIX,
  DAMAGE_FILE,
  DELETED_FILE_SUFFIX,
  INDEX_SUFFIX,
  LEADER_EPOCH_CHECKPOINT,
  LOG_SUFFIX,
  offsetOfName,
  SWAP_FILE_SUFFIX,
  TEMPORARY_SUFFIX,
  TIME_INDEX_SUFFIX,
  TRANSACTION_INDEX_SUFFIX,
  TRUNCATION_FILE,
} from "./file-names.js";
import { Log } from "./log.js";
import type { LogConfig } from "./log-config.js";
import type { LogContext, LogIdentity } from "./log-context.js";
import { SegmentScan } from "./log-scan.js";
import { rebuildProducers } from "./log-truncation.js";
import { readText } from "./meta-properties.js";
import type { Segment } from "./segment.js";

/** What is known of a log before it is read. */
export interface LoadOptions {
  /** The last stop was clean: what lies there is complete and its indexes are good. */
  readonly clean: boolean;
  /** What was durable: bytes below it must be there. */
  readonly recoveryPoint: number;
  /**
   * Bytes below it were written, with indexes and producer snapshot, during the boot of the operating system that still runs, so
   * they are there; −1 when not known.
   */
  readonly writtenPoint: number;
  /** From the checkpoint; 0 when it says nothing. */
  readonly logStartOffset: number;
  /** What lies above the recovery point is written again, since a failed sync may have left it in memory only. */
  readonly mustRewrite: boolean;
}

/** Bytes to scan within one step: a few milliseconds. */
const STEP_BYTES = 2097152;
const REWRITE_BYTES = 1048576;
const MAX_RELATIVE_OFFSET = 2147483647;

/**
 * Opens a log's directory. After a clean stop only the end of the last segment is read; otherwise what lies above the
 * recovery point is checked batch by batch, indexes and producers are built again, and a torn tail is cut. Bytes below what
 * was durable are never cut: the log is marked damaged. Work comes in steps; `step()` until it answers true. Throws DiskError.
 */
export class LogLoader implements DiskCompletion {
  readonly log: Log;
  private readonly context: LogContext;
  private readonly options: LoadOptions;
  /** Below this everything must be sound. */
  private durableEnd: number;
  /** Where an earlier run found damage, −1 nowhere. */
  private damagedFrom: number;
  /** Of the last batch that was checked, −1 none. */
  private lastEpoch: number;
  private epochsAreOld: boolean;
  private isClean: boolean;
  private isOpen: boolean;
  /** The segment that is being read, and how. */
  private index: number;
  private recoverIndex: number;
  private scan: SegmentScan | null;
  private fileBytes: number;
  private replayFrom: number;
  private nextOffset: number;
  private isPartial: boolean;
  private startPosition: number;
  private truncatedBytes: number;
  private truncatedFrom: number;
  private needsSync: boolean;

  constructor(context: LogContext, identity: LogIdentity, config: LogConfig, options: LoadOptions) {
    this.log = new Log(context, identity, config);
    this.context = context;
    this.options = options;
    this.durableEnd = Math.max(options.recoveryPoint, options.writtenPoint);
    this.damagedFrom = -1;
    this.lastEpoch = -1;
    this.epochsAreOld = false;
    this.isClean = options.clean;
    this.isOpen = false;
    this.index = 0;
    this.recoverIndex = 0;
    this.scan = null;
    this.fileBytes = 0;
    this.replayFrom = 0;
    this.nextOffset = 0;
    this.isPartial = false;
    this.startPosition = -1;
    this.truncatedBytes = 0;
    this.truncatedFrom = -1;
    this.needsSync = options.mustRewrite && !options.clean;
  }

  /** Does a few milliseconds of work; true when the log is ready. */
  step(): boolean {
    if (!this.isOpen) {
      this.open();
      this.isOpen = true;
      return false;
    }
    if (this.index < this.log.segmentList.length) {
      if (this.index < this.recoverIndex) this.replay();
      else this.recover();
      return false;
    }
    this.finish();
    return true;
  }

  onDiskDone(error: DiskError | null): void {
    if (error !== null) {
      this.context.ports.logger.warn("What an earlier run removed could not be deleted.", { error: error.message });
    }
  }

  private open(): void {
    const { log, options } = this;
    const { disk, clock, logger } = this.context.ports;
    const names = this.tidy(disk.list(log.directory));
    const bases: number[] = [];
    for (const name of names) {
      const base = offsetOfName(name, LOG_SUFFIX);
      if (base >= 0) bases.push(base);
    }
    bases.sort((a, b) => a - b);
    const present = new Set(names);
    this.readDamage(present);
    if (present.has(TRUNCATION_FILE) || this.damagedFrom >= 0) this.needsSync = true;
    const epochs = readEpochCheckpoint(disk, `${log.directory}/${LEADER_EPOCH_CHECKPOINT}`);
    if (epochs === null) {
      logger.warn("A leader epoch checkpoint is damaged; the epochs are read from the log.", { path: log.directory });
    }
    log.epochs.restore(epochs ?? []);
    log.snapshots.attach(names);
    let firstUnindexed = -1;
    for (const base of bases) {
      const segment = log.addSegment(base, clock.wallMs());
      const file = disk.open(segment.path, false);
      segment.size = file.size();
      segment.writtenBytes = segment.size;
      segment.modifiedMs = file.modifiedMs();
      file.close();
      segment.maxTimestamp = -2;
      segment.firstTimestamp = -2;
      segment.nameDirty = !this.isClean;
      segment.dirty = !this.isClean;
      segment.indexesDirty = !this.isClean;
      const isIndexed = segment.offsetIndex.attach() && segment.timeIndex.attach();
      segment.transactionIndex.attach();
      if (!isIndexed && segment.size > 0 && firstUnindexed < 0) firstUnindexed = log.segmentList.length - 1;
    }
    this.removeOrphans(present, bases);
    if (bases.length === 0) {
      const segment = log.addSegment(options.logStartOffset, clock.wallMs());
      segment.file.open(true);
    }
    log.logStartOffset = Math.max(options.logStartOffset, log.segmentList[0].baseOffset);
    this.plan(firstUnindexed);
  }

  private readDamage(present: ReadonlySet<string>): void {
    if (!present.has(DAMAGE_FILE)) return;
    const path = `${this.log.directory}/${DAMAGE_FILE}`;
    const note = /^(\d+) (\d+)\n$/.exec(readText(this.context.ports.disk, path) ?? "");
    // A note that cannot be read still says that something is wrong.
    this.damagedFrom = note === null ? 0 : Number(note[1]);
    if (note !== null) this.durableEnd = Math.max(this.durableEnd, Number(note[2]));
    this.isClean = false;
  }

  /** Removes what an interrupted run left behind; answers the names that count. */
  private tidy(entries: readonly { name: string; isDirectory: boolean }[]): string[] {
    const { disk } = this.context.ports;
    const { log } = this;
    const { directory } = log;
    const names: string[] = [];
    for (const entry of entries) {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory) {
        if (entry.name.endsWith(`${DELETED_FILE_SUFFIX}.d`)) disk.removeTree(path, this);
      } else if (
        entry.name.endsWith(DELETED_FILE_SUFFIX) ||
        entry.name.endsWith(CLEANED_FILE_SUFFIX) ||
        entry.name.endsWith(TEMPORARY_SUFFIX)
      ) {
        disk.remove(path);
      } else {
        names.push(entry.name);
      }
    }
    return names.some((name) => name.endsWith(SWAP_FILE_SUFFIX)) ? finishSwaps(this.context, log, names) : names;
  }

  private removeOrphans(present: ReadonlySet<string>, bases: readonly number[]): void {
    const known = new Set(bases);
    for (const name of present) {
      for (const suffix of [INDEX_SUFFIX, TIME_INDEX_SUFFIX, TRANSACTION_INDEX_SUFFIX]) {
        const base = offsetOfName(name, suffix);
        if (base >= 0 && !known.has(base)) this.context.ports.disk.remove(`${this.log.directory}/${name}`);
      }
    }
  }

  /** Decides from where segments are recovered, and from where producers are replayed before that. */
  private plan(firstUnindexed: number): void {
    const { log, options } = this;
    let start: number;
    if (this.isClean) {
      this.recoverIndex = log.segmentList.length - 1;
      this.isPartial = true;
      start = Number.MAX_SAFE_INTEGER;
    } else {
      // After a failed sync any page may show again what the disk has.
      const sound = options.mustRewrite ? options.recoveryPoint : this.durableEnd;
      start = Math.max(sound, log.segmentList[0].baseOffset);
      this.isPartial = !options.mustRewrite && options.writtenPoint >= options.recoveryPoint && this.damagedFrom < 0;
      if (this.damagedFrom >= 0) start = Math.min(start, this.damagedFrom);
      this.recoverIndex = log.segmentIndexFor(start);
    }
    const firstWrong = firstUnindexed >= 0 ? Math.min(firstUnindexed, this.firstOverlap()) : this.firstOverlap();
    if (firstWrong <= this.recoverIndex) {
      this.recoverIndex = firstWrong;
      this.isPartial = false;
      start = Math.min(start, log.segmentList[firstWrong].baseOffset);
    }
    const synced = Math.min(this.recoverIndex, log.segmentIndexFor(options.recoveryPoint));
    for (let i = 0; i < synced; i++) {
      const segment = log.segmentList[i];
      segment.dirty = false;
      segment.indexesDirty = false;
      segment.nameDirty = false;
    }
    if (!this.isClean) log.snapshots.removeAbove(start);
    log.snapshots.load(log.producers, start, log.logStartOffset);
    this.replayFrom = log.producers.endOffset;
    this.nextOffset = log.segmentList[this.recoverIndex].baseOffset;
    this.index = Math.min(log.segmentIndexFor(this.replayFrom), this.recoverIndex);
  }

  /** A loss of power can undo the removal of segments, of some but not others: then one may reach into the next. */
  private firstOverlap(): number {
    const segments = this.log.segmentList;
    if (this.isClean) return segments.length;
    for (let i = 0; i + 1 < segments.length; i++) {
      const next = segments[i + 1].baseOffset;
      if (segments[i].offsetIndex.lastOffset >= next) return i;
      if (i + 1 === this.recoverIndex && this.endOf(segments[i]) > next) return i;
    }
    return segments.length;
  }

  /** Read from the last index entry on, without checking. */
  private endOf(segment: Segment): number {
    const { offsetIndex } = segment;
    const position = offsetIndex.count === 0 ? 0 : offsetIndex.positionAt(offsetIndex.count - 1);
    const scan = new SegmentScan(this.context, segment, position, segment.writtenBytes);
    let end = segment.baseOffset;
    while (scan.next()) end = lastOffset(scan.bytes, scan.at) + 1;
    offsetIndex.release();
    // What does not end with a batch was cut once, but the cut was undone: it is to be looked at again.
    return scan.flaw === null ? end : Number.MAX_SAFE_INTEGER;
  }

  /** Producers only, from a segment that needs no recovery. */
  private replay(): void {
    const { log } = this;
    const segment = log.segmentList[this.index];
    if (this.scan === null) {
      const position = this.replayFrom > segment.baseOffset ? segment.offsetIndex.positionFor(this.replayFrom) : 0;
      this.scan = new SegmentScan(this.context, segment, position, segment.writtenBytes);
    }
    const scan = this.scan;
    const until = scan.nextPosition + STEP_BYTES;
    while (scan.nextPosition < until) {
      if (!scan.next()) {
        this.scan = null;
        this.index++;
        return;
      }
      this.updateProducers(scan.bytes, scan.at);
    }
  }

  private updateProducers(bytes: Uint8Array, at: number, segment: Segment | null = null): void {
    const { producers } = this.log;
    if (lastOffset(bytes, at) < producers.endOffset) return;
    if (producerId(bytes, at) < 0) {
      producers.endOffset = lastOffset(bytes, at) + 1;
      return;
    }
    const completed = producers.update(bytes, at, this.context.cursor);
    if (segment !== null && completed?.isAborted) {
      segment.transactionIndex.append(
        completed.producerId,
        completed.firstOffset,
        completed.lastOffset,
        completed.lastStableOffset,
      );
    }
  }

  /** Batch by batch: sound ones are indexed, at the first that is not the log ends. */
  private recover(): void {
    const { log } = this;
    const segment = log.segmentList[this.index];
    if (this.scan === null) this.scan = this.startRecovery(segment);
    const scan = this.scan;
    const digest = this.context.ports.digest;
    const until = scan.nextPosition + STEP_BYTES;
    let flaw: string | null = null;
    while (scan.nextPosition < until) {
      if (!scan.next()) {
        flaw = scan.flaw;
        if (flaw === null) {
          this.endSegment(segment);
          return;
        }
        break;
      }
      const { bytes, at } = scan;
      const first = baseOffset(bytes, at);
      if (crc(bytes, at) !== computeCrc(digest, bytes, at)) flaw = "a batch does not match its CRC";
      else if (first < this.nextOffset) flaw = `a batch starts at offset ${first}, below ${this.nextOffset}`;
      else if (partitionLeaderEpoch(bytes, at) < this.lastEpoch) flaw = "a leader epoch falls";
      else if (lastOffset(bytes, at) - segment.baseOffset > MAX_RELATIVE_OFFSET) flaw = "an offset is out of range";
      if (flaw !== null) break;
      this.nextOffset = lastOffset(bytes, at) + 1;
      segment.append(bytes, at, log.config);
      const epoch = partitionLeaderEpoch(bytes, at);
      this.lastEpoch = epoch;
      if (this.epochsAreOld) {
        // Epochs of what is read again are read again too.
        this.epochsAreOld = false;
        log.epochs.truncateFromEnd(Math.max(first, 1));
      }
      if (epoch > log.epochs.latestEpoch) log.epochs.assign(epoch, first);
      this.updateProducers(bytes, at, segment);
    }
    if (flaw === null) return;
    if (this.isPartial && segment.size === this.startPosition) {
      // Nothing sound where an index pointed: perhaps the index is what is wrong.
      this.isPartial = false;
      this.scan = null;
      return;
    }
    const next = log.segmentList[this.index + 1];
    if (next !== undefined && next.baseOffset === this.nextOffset) this.cutAgain(segment, flaw);
    else this.endAt(segment, flaw);
  }

  /** The log goes on in the next segment: what follows here was cut once, and a loss of power undid the cut. */
  private cutAgain(segment: Segment, flaw: string): void {
    this.noteCut();
    const file = segment.file.open(false);
    file.truncate(segment.size);
    file.syncSync();
    segment.writtenBytes = segment.size;
    this.context.ports.logger.warn("Bytes after the end of a segment were cut; the log goes on in the next.", {
      path: segment.path,
      position: segment.size,
      flaw,
    });
    this.endSegment(segment);
  }

  /** Also for the next run, should this one be killed before the cut is durable. */
  private noteCut(): void {
    this.needsSync = true;
    this.context.ports.disk.open(`${this.log.directory}/${TRUNCATION_FILE}`, true).close();
  }

  private startRecovery(segment: Segment): SegmentScan {
    const { log } = this;
    this.fileBytes = segment.writtenBytes;
    let position = 0;
    const { offsetIndex, timeIndex, transactionIndex } = segment;
    if (this.isPartial && this.index === this.recoverIndex && offsetIndex.count > 0) {
      // Producers need every batch after their snapshot.
      const from = Math.min(this.isClean ? Number.MAX_SAFE_INTEGER : this.durableEnd, log.producers.endOffset);
      const entry = offsetIndex.floor(from - 1);
      if (entry >= 0 && offsetIndex.positionAt(entry) < segment.writtenBytes) {
        position = offsetIndex.positionAt(entry);
        const indexed = offsetIndex.offsetAt(entry);
        if (!this.isClean || entry < offsetIndex.count - 1) {
          offsetIndex.truncateTo(indexed + 1);
          timeIndex.truncateTo(indexed + 1);
        }
        // The batch at the position is at most the one that is indexed, so nothing below its base is looked at again.
        this.nextOffset = entry > 0 ? offsetIndex.offsetAt(entry - 1) + 1 : segment.baseOffset;
        segment.maxTimestamp = timeIndex.lastTimestamp;
        segment.offsetOfMaxTimestamp = timeIndex.lastOffset;
      }
    }
    if (position === 0) {
      offsetIndex.cut(0);
      timeIndex.cut(0);
      segment.maxTimestamp = -1;
      segment.offsetOfMaxTimestamp = segment.baseOffset;
      segment.firstTimestamp = -1;
      this.nextOffset = Math.max(this.index === this.recoverIndex ? 0 : this.nextOffset, segment.baseOffset);
    }
    this.epochsAreOld = !this.isClean && this.index === this.recoverIndex;
    transactionIndex.truncateTo(Math.max(log.producers.endOffset, segment.baseOffset));
    segment.size = position;
    segment.bytesSinceIndexEntry = 0;
    this.startPosition = position;
    return new SegmentScan(this.context, segment, position, segment.writtenBytes);
  }

  private endSegment(segment: Segment): void {
    this.scan = null;
    this.index++;
    if (this.index < this.log.segmentList.length) {
      segment.completeTimeIndex();
      segment.saveIndexes();
      segment.releaseIndexes();
      const next = this.log.segmentList[this.index];
      if (next.baseOffset < this.nextOffset) this.endAt(segment, "a segment reaches into the next");
      // Compaction leaves gaps, but only in what was synced long ago.
      else if (next.baseOffset > this.nextOffset && this.nextOffset >= this.durableEnd) {
        this.endAt(segment, "a segment is missing");
      }
    }
  }

  /** The log ends within `segment`, at its present size. */
  private endAt(segment: Segment, flaw: string): void {
    const { log } = this;
    const { disk, logger } = this.context.ports;
    this.noteCut();
    const position = segment.size;
    const at = log.segmentList.indexOf(segment);
    const later = log.segmentList.splice(at + 1);
    const lost = this.fileBytes - position;
    const isDamage = this.nextOffset < this.durableEnd;
    for (const other of later) {
      other.isRemoved = true;
      other.closeFile();
      const paths = other.removeFiles(isDamage ? ".damaged" : DELETED_FILE_SUFFIX);
      if (!isDamage) for (const path of paths) disk.remove(path);
    }
    segment.writtenBytes = position;
    if (isDamage) {
      segment.excessBytes = true;
      log.damage = {
        offset: this.nextOffset,
        reason: "bad bytes",
        expectedEnd: this.durableEnd,
        detail: `${flaw}, in ${segment.path} at ${position}`,
      };
      this.noteDamage(this.nextOffset);
      logger.error("A log is damaged below what was durable; this replica must not lead until it was refetched.", {
        topic: log.topic,
        partition: log.partition,
        offset: this.nextOffset,
        durableEnd: this.durableEnd,
        detail: log.damage.detail,
      });
    } else {
      this.truncatedBytes += lost;
      this.truncatedFrom = this.nextOffset;
      segment.file.open(false).truncate(position);
      logger.warn("A log's torn tail was cut; it was never durable.", {
        topic: log.topic,
        partition: log.partition,
        offset: this.nextOffset,
        bytes: lost,
        segments: later.length,
        flaw,
      });
    }
    this.scan = null;
    this.index = log.segmentList.length;
  }

  private noteDamage(offset: number): void {
    const path = `${this.log.directory}/${DAMAGE_FILE}`;
    this.context.ports.disk.writeFileAtomicallySync(path, asciiBytes(`${offset} ${this.durableEnd}\n`));
  }

  /** A further sync makes only those bytes durable that were written after the one that failed. */
  private rewrite(): void {
    const { log, options } = this;
    const piece = new Uint8Array(REWRITE_BYTES);
    for (let i = log.segmentIndexFor(options.recoveryPoint); i < log.segmentList.length; i++) {
      const segment = log.segmentList[i];
      const file = segment.file.open(true);
      const end = Math.min(segment.size, segment.writtenBytes);
      for (let at = 0; at < end; at += piece.length) {
        const read = file.readSync(piece, 0, Math.min(piece.length, end - at), at);
        file.writeSync(piece.subarray(0, read), at);
      }
    }
  }

  private finish(): void {
    const { log, options } = this;
    if (options.mustRewrite) this.rewrite();
    const end = this.nextOffset;
    log.appendEndOffset = end;
    log.logEndOffset = end;
    log.flushedOffset = this.isClean ? end : Math.min(options.recoveryPoint, end);
    if (end < this.durableEnd && log.damage === null) {
      log.damage = {
        offset: end,
        reason: "missing bytes",
        expectedEnd: this.durableEnd,
        detail: `the log ends at ${end}, but was durable up to ${this.durableEnd}`,
      };
      this.context.ports.logger.error(
        "A log lost its durable end; this replica must not lead until it was refetched.",
        {
          topic: log.topic,
          partition: log.partition,
          offset: end,
          durableEnd: this.durableEnd,
        },
      );
    }
    if (this.damagedFrom >= 0 && log.damage === null) {
      this.context.ports.disk.remove(`${log.directory}/${DAMAGE_FILE}`);
    }
    log.recovery = {
      clean: this.isClean,
      truncatedBytes: this.truncatedBytes,
      truncatedFrom: this.truncatedFrom,
      needsSync: this.needsSync,
    };
    log.epochs.truncateFromEnd(end);
    if (log.producers.endOffset > end) rebuildProducers(log);
    log.producers.endOffset = end;
    log.snapshots.removeStrays(log.segmentList.map((segment) => segment.baseOffset));
    if (log.logStartOffset > end) log.truncateFullyAndStartAt(log.logStartOffset);
    log.epochs.truncateFromStart(log.logStartOffset);
    log.highWatermark = log.logStartOffset;
    for (const segment of log.segmentList) {
      segment.releaseIndexes();
      segment.closeFile();
    }
    if (this.isClean && log.damage === null) log.checkpointedOffset = end;
    log.recoveryPoint = log.damage === null ? Math.min(options.recoveryPoint, end) : this.durableEnd;
    log.epochsSavedOffset = log.recoveryPoint;
    log.writtenPoint = Math.min(Math.max(options.writtenPoint, log.recoveryPoint), end);
  }
}

/** Opens a log at once, for those that cannot go on without it (the metadata log). Throws DiskError. */
export function loadLogNow(context: LogContext, identity: LogIdentity, config: LogConfig, options: LoadOptions): Log {
  const loader = new LogLoader(context, identity, config, options);
  while (!loader.step()) {}
  return loader.log;
}
