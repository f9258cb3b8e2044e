import type { Disk, DiskCompletion, DiskError, DiskFile, Timers } from "../ports/index.js";
import { ForwardingDisk, ForwardingFile } from "./forwarding-disk.js";

/** A disk whose writes and syncs can be made slow: each is reported so much later. */
export class FaultableDisk extends ForwardingDisk {
  /** Milliseconds added to each write and sync. */
  msPerWrite: number;
  private readonly timers: Timers;

  constructor(inner: Disk, timers: Timers) {
    super(inner);
    this.msPerWrite = 0;
    this.timers = timers;
  }

  override open(path: string, create: boolean): DiskFile {
    return new ForwardingFile(this.inner.open(path, create), this);
  }

  override removeTree(path: string, completion: DiskCompletion): void {
    this.inner.removeTree(path, completion);
  }

  /** The completion itself while the disk is as fast as it is. */
  override told(completion: DiskCompletion): DiskCompletion {
    const { msPerWrite, timers } = this;
    if (msPerWrite === 0) return completion;
    return {
      onDiskDone: (error: DiskError | null) => {
        timers.schedule(msPerWrite, { onTimer: () => completion.onDiskDone(error) });
      },
    };
  }
}
