import type { Timer, TimerTask } from "../../ports/index.js";
import { guardDisk, type Log } from "../log.js";
import type { LogContext } from "../log-context.js";
import { type CleaningPlan, planCleaning } from "./cleaning-plan.js";
import { Compaction, type CompactionOwner } from "./compaction.js";

/** Whose logs are cleaned. */
export interface CleanedLogs {
  logs(): Iterable<Log>;
}

/**
 * Cleans the logs of compacted topics, one at a time, the one with the largest share of new bytes first (Kafka: LogCleaner,
 * LogCleanerManager). With nothing to clean it looks again after `log.cleaner.backoff.ms`.
 */
export class LogCleaner implements CompactionOwner, TimerTask {
  /** Cleanings that came to their end. */
  cleanings: number;
  private readonly owner: CleanedLogs;
  private readonly context: LogContext;
  /** Logs that cannot be cleaned until the next start. */
  private readonly uncleanable: WeakSet<Log>;
  private timer: Timer | null;
  private running: Compaction | null;
  private isStopped: boolean;

  constructor(owner: CleanedLogs, context: LogContext) {
    this.cleanings = 0;
    this.owner = owner;
    this.context = context;
    this.uncleanable = new WeakSet();
    this.timer = null;
    this.running = null;
    this.isStopped = false;
  }

  start(): void {
    if (this.context.config.cleaner.isEnabled) this.wait(this.context.config.cleaner.backoffMs);
  }

  stop(): void {
    this.isStopped = true;
    this.timer?.cancel();
    this.timer = null;
    this.running?.abort();
  }

  private wait(ms: number): void {
    this.timer = this.context.ports.timers.schedule(Math.max(1, ms), this);
  }

  onTimer(): void {
    this.timer = null;
    const next = this.filthiest();
    if (next === null) {
      this.wait(this.context.config.cleaner.backoffMs);
      return;
    }
    const { log, plan } = next;
    this.running = new Compaction(log, plan, this);
    this.running.start();
  }

  private filthiest(): { log: Log; plan: CleaningPlan } | null {
    const nowMs = this.context.ports.clock.wallMs();
    let best: { log: Log; plan: CleaningPlan } | null = null;
    for (const log of this.owner.logs()) {
      if (!log.config.compact || this.uncleanable.has(log)) continue;
      let plan: CleaningPlan | null = null;
      guardDisk(log, () => {
        plan = planCleaning(log, nowMs);
      });
      const found = plan as CleaningPlan | null;
      if (found === null || (!found.isOverdue && found.dirtyRatio < log.config.minCleanableDirtyRatio)) continue;
      if (best === null || found.dirtyRatio > best.plan.dirtyRatio) best = { log, plan: found };
    }
    return best;
  }

  onCompacted(log: Log, error: string | null): void {
    const { running } = this;
    this.running = null;
    const { logger } = this.context.ports;
    if (error !== null) {
      this.uncleanable.add(log);
      logger.warn("A log cannot be compacted; the next start will try again.", {
        topic: log.topic,
        partition: log.partition,
        error,
      });
    } else if (running?.isComplete) {
      this.cleanings++;
      logger.info("A log was compacted.", {
        topic: log.topic,
        partition: log.partition,
        cleanedOffset: log.cleanedOffset,
        ...running.result,
      });
    }
    if (!this.isStopped) this.wait(running?.isComplete === true ? 1 : this.context.config.cleaner.backoffMs);
  }
}
