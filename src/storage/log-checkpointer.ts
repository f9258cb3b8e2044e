import type { DiskCompletion, DiskError, Ports, Timer, TimerTask, TurnTask } from "../ports/index.js";
import { encodeEpochs } from "./checkpoint-file.js";
import { LEADER_EPOCH_CHECKPOINT } from "./file-names.js";
import { guardDisk, type Log } from "./log.js";
import type { LogContext } from "./log-context.js";
import type { LogDirectory } from "./log-directory.js";

/** What the checkpointer works on. */
export interface CheckpointedLogs {
  readonly openDirectories: readonly LogDirectory[];
  logsIn(directory: LogDirectory): Iterable<Log>;
}

/** Logs that get a background flush within one tick at most. */
const FLUSHES_PER_TICK = 8;

/**
 * Keeps restarts quick. Every few seconds: indexes, epochs and a producer snapshot of each log that changed are brought to
 * its files, and once the log is written up to that point, the point is noted as written, and what is synced as recovery
 * point. High watermarks and log starts are noted at their own interval. Work is sliced over turns.
 */
export class LogCheckpointer implements TimerTask {
  private readonly logs: CheckpointedLogs;
  private readonly context: LogContext;
  private readonly ports: Ports;
  private readonly sliceTask: SliceTask;
  private timer: Timer | null;
  private changed: Log[];
  private highWatermarksDueMs: number;
  private readonly truncations: TruncationsNoted;

  constructor(logs: CheckpointedLogs, context: LogContext) {
    this.logs = logs;
    this.context = context;
    this.ports = context.ports;
    this.sliceTask = new SliceTask(this);
    this.timer = null;
    this.changed = [];
    this.highWatermarksDueMs = 0;
    this.truncations = new TruncationsNoted(this);
  }

  start(): void {
    this.timer = this.ports.timers.schedule(this.context.config.recoveryPointCheckpointMs, this);
  }

  stop(): void {
    this.timer?.cancel();
    this.timer = null;
    this.changed = [];
  }

  onTimer(): void {
    this.context.tail.tick();
    const now = this.ports.clock.monotonicMs();
    this.notePoints(now);
    if (now >= this.highWatermarksDueMs) {
      this.highWatermarksDueMs = now + this.context.config.highWatermarkCheckpointMs;
      this.noteHighWatermarks();
    }
    if (this.changed.length > 0) this.slice();
    else this.start();
  }

  /**
   * A log was cut below a point that a checkpoint file may have. `done` once the files say less: else a restart in between would
   * miss what was rightly cut.
   */
  onTruncated(log: Log, done: () => void): void {
    if (this.truncations.waiting.length === 0) this.ports.loop.atTurnEnd(this.truncations);
    this.truncations.waiting.push({ log, done });
  }

  noteTruncations(truncations: readonly { log: Log; done: () => void }[]): void {
    for (const directory of this.logs.openDirectories) {
      const here = truncations.filter(({ log }) => log.parentDirectory === directory.path);
      if (here.length === 0) continue;
      let files = 2;
      this.writePoints(directory, () => {
        if (--files > 0) return;
        for (const { log, done } of here) if (log.failure === null) done();
      });
    }
  }

  private writePoints(directory: LogDirectory, done: (() => void) | null): void {
    const recovery: string[] = [];
    const written: string[] = [];
    for (const log of this.logs.logsIn(directory)) {
      if (log.failure !== null) continue;
      const name = `${log.topic} ${log.partition}`;
      recovery.push(`${name} ${log.recoveryPoint}`);
      written.push(`${name} ${log.writtenPoint}`);
    }
    directory.recoveryPointFile.writeLines(recovery, done);
    directory.writeWrittenPoints(written, done);
  }

  /** Points whose bytes have arrived go to the files; then the logs that changed since are collected. */
  private notePoints(now: number): void {
    let flushes = FLUSHES_PER_TICK;
    for (const directory of this.logs.openDirectories) {
      const starts: string[] = [];
      const cleaned: string[] = [];
      for (const log of this.logs.logsIn(directory)) {
        if (log.failure !== null) continue;
        if (!log.epochs.dirty) log.epochsSavedOffset = log.appendEndOffset;
        const synced = log.damage === null ? log.flushedOffset : log.damage.expectedEnd;
        const point = Math.min(synced, log.epochsSavedOffset, log.syncer.syncedSegmentsEnd);
        log.recoveryPoint = Math.max(log.recoveryPoint, point);
        if (log.checkpointedOffset <= Math.min(log.logEndOffset, log.epochsSavedOffset)) {
          log.writtenPoint = Math.max(log.writtenPoint, log.checkpointedOffset);
        }
        if (log.logStartOffset > log.segmentList[0].baseOffset) {
          starts.push(`${log.topic} ${log.partition} ${log.logStartOffset}`);
        }
        if (log.cleanedOffset > 0) cleaned.push(`${log.topic} ${log.partition} ${log.cleanedOffset}`);
        if (log.checkpointedOffset !== log.appendEndOffset || log.epochs.dirty) this.changed.push(log);
        else log.activeSegment.releaseIndexes();
        if (this.isFlushDue(log, now) && flushes-- > 0) log.flush();
      }
      this.writePoints(directory, null);
      directory.startOffsetFile.writeLines(starts);
      if (cleaned.length > 0) directory.cleanedOffsetFile.writeLines(cleaned);
    }
  }

  private isFlushDue(log: Log, now: number): boolean {
    if (log.flushedOffset >= log.logEndOffset) {
      log.unflushedSinceMs = -1;
      return false;
    }
    if (log.unflushedSinceMs < 0) log.unflushedSinceMs = now;
    const { config } = log;
    const after = Math.min(this.context.config.backgroundFlushMs, config.flushMs);
    if (now - log.unflushedSinceMs < after && log.logEndOffset - log.flushedOffset < config.flushMessages) return false;
    log.unflushedSinceMs = now;
    return true;
  }

  private noteHighWatermarks(): void {
    for (const directory of this.logs.openDirectories) {
      const lines: string[] = [];
      for (const log of this.logs.logsIn(directory)) {
        if (log.failure === null) lines.push(`${log.topic} ${log.partition} ${log.highWatermark}`);
      }
      directory.highWatermarkFile.writeLines(lines);
    }
  }

  /** Saves some of the changed logs; the next turn goes on. */
  slice(): void {
    const until = this.ports.clock.monotonicMs() + this.context.config.loadSliceMs;
    do {
      const log = this.changed.pop();
      if (log === undefined) {
        if (this.timer !== null) this.start();
        return;
      }
      if (log.failure === null && !log.isClosing && log.truncationsUnderWay.length === 0) this.save(log);
    } while (this.ports.clock.monotonicMs() < until);
    this.ports.timers.schedule(0, this.sliceTask);
  }

  private save(log: Log): void {
    guardDisk(log, () => {
      const end = log.appendEndOffset;
      if (log.checkpointedOffset !== end) {
        for (const segment of log.segmentList) segment.saveIndexes();
        if (log.snapshots.latestOffset !== end) log.snapshots.take(log.producers);
        log.snapshots.removeStrays([...log.segmentList.map((one) => one.baseOffset), log.writtenPoint]);
        log.checkpointedOffset = end;
      }
    });
    if (log.failure === null && log.epochs.dirty) saveEpochs(log);
  }
}

/** Writes the epochs' checkpoint file; `epochs.dirty` is false once what it says now is durable. */
export function saveEpochs(log: Log): void {
  if (log.epochs.isSaving || log.truncationsUnderWay.length > 0) return;
  log.epochs.isSaving = true;
  const path = `${log.directory}/${LEADER_EPOCH_CHECKPOINT}`;
  const task = new EpochsSaved(log, log.epochs.version, log.appendEndOffset);
  log.context.ports.disk.writeFileAtomically(path, encodeEpochs(log.epochs.entries), task);
}

class EpochsSaved implements DiskCompletion {
  private readonly log: Log;
  private readonly version: number;
  private readonly endOffset: number;
  private readonly truncations: number;

  constructor(log: Log, version: number, endOffset: number) {
    this.log = log;
    this.version = version;
    this.endOffset = endOffset;
    this.truncations = log.truncations;
  }

  onDiskDone(error: DiskError | null): void {
    const { log } = this;
    log.epochs.isSaving = false;
    if (log.failure !== null) return;
    if (error !== null) {
      log.fail(error, false);
      return;
    }
    if (this.truncations === log.truncations) {
      log.epochsSavedOffset = Math.max(log.epochsSavedOffset, this.endOffset);
    }
    if (log.epochs.version === this.version) log.epochs.dirty = false;
    // Not while a truncation is under way: the file would be ahead of what the checkpoints still say of the log.
    else if (log.truncationsUnderWay.length === 0) saveEpochs(log);
  }
}

/** Gathers the truncations of one turn. */
class TruncationsNoted implements TurnTask {
  private readonly checkpointer: LogCheckpointer;
  waiting: { log: Log; done: () => void }[];

  constructor(checkpointer: LogCheckpointer) {
    this.checkpointer = checkpointer;
    this.waiting = [];
  }

  onTurnEnd(): void {
    const waiting = this.waiting;
    this.waiting = [];
    this.checkpointer.noteTruncations(waiting);
  }
}

class SliceTask implements TimerTask {
  private readonly checkpointer: LogCheckpointer;

  constructor(checkpointer: LogCheckpointer) {
    this.checkpointer = checkpointer;
  }

  onTimer(): void {
    this.checkpointer.slice();
  }
}
