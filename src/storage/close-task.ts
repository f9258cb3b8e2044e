import { DiskError, type Ports, type TimerTask } from "../ports/index.js";
import { guardDisk, type LogCompletion } from "./log.js";
import { saveEpochs } from "./log-checkpointer.js";
import type { CloseCompletion, LogManager } from "./log-manager.js";

const CLOSE_POLL_MS = 2;

/** The orderly stop: indexes and snapshots, one flush of each log, then checkpoints and markers. */
export class CloseTask implements LogCompletion, TimerTask {
  private readonly manager: LogManager;
  private readonly ports: Ports;
  private readonly brokerEpoch: number;
  private readonly completion: CloseCompletion;
  private waiting: number;

  constructor(manager: LogManager, ports: Ports, brokerEpoch: number, completion: CloseCompletion) {
    this.manager = manager;
    this.ports = ports;
    this.brokerEpoch = brokerEpoch;
    this.completion = completion;
    this.waiting = 0;
  }

  start(): void {
    const logs = this.manager.logsToClose();
    this.waiting = logs.length;
    for (const log of logs) {
      const isPrepared = guardDisk(log, () => log.prepareClose());
      if (isPrepared && log.epochs.dirty) saveEpochs(log);
      log.flush(this);
    }
    if (logs.length === 0) this.ports.timers.schedule(0, this);
  }

  onLogDone(): void {
    this.waiting--;
    if (this.waiting === 0) this.ports.timers.schedule(0, this);
  }

  onTimer(): void {
    if (this.isBusy()) {
      this.ports.timers.schedule(CLOSE_POLL_MS, this);
      return;
    }
    try {
      this.manager.finishClose(this.brokerEpoch);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.ports.logger.error("The clean stop could not be noted; the next start will recover the logs.", {
        error: error.message,
      });
      this.manager.abandon();
    }
    this.completion.onClosed();
  }

  private isBusy(): boolean {
    for (const log of this.manager.logsToClose()) {
      if (log.epochs.dirty) saveEpochs(log);
      if (log.compaction?.isSwapping === true || log.epochs.dirty || !log.syncer.isIdle || log.writer.isHeld)
        return true;
    }
    for (const directory of this.manager.openDirectories) {
      const { recoveryPointFile, startOffsetFile, highWatermarkFile, writtenPointFile, cleanedOffsetFile } = directory;
      const files = [recoveryPointFile, startOffsetFile, highWatermarkFile, writtenPointFile, cleanedOffsetFile];
      for (const file of files) {
        if (directory.online && !file.isIdle) return true;
      }
    }
    return false;
  }
}
