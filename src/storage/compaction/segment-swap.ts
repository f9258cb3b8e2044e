import type { DiskCompletion, DiskError } from "../../ports/index.js";
import { SWAP_FILE_SUFFIX } from "../file-names.js";
import { guardDisk, type Log } from "../log.js";
import type { Segment } from "../segment.js";
import { discardSegments, dropTailBelow } from "../segment-lifecycle.js";

export interface SwapOwner {
  onSwapped(): void;
  /** The log changed before the old segments left it. */
  abort(): void;
}

/**
 * Puts a cleaned segment in the place of those that it was made of. Its files are durable under `.cleaned`; the steps are
 *
 * 1. the checkpoint files say that all of it is below the recovery point;
 * 2. `.cleaned` becomes `.swap`, the records last, and that is made durable: from here on a start finishes the swap;
 * 3. the old files become `.deleted`, and that is made durable: no old segment can come back beside the new one;
 * 4. `.swap` goes, and that is made durable.
 *
 * Kafka's names and order, so that either program finishes what the other began; Kafka does without the syncs in between.
 */
export class SegmentSwap implements DiskCompletion {
  /** The old segments left the log. */
  isIrrevocable: boolean;
  private readonly log: Log;
  private readonly sources: readonly Segment[];
  private readonly cleaned: Segment;
  private readonly owner: SwapOwner;
  private isCancelled: boolean;
  private step: "swap" | "removal" | "name";

  constructor(log: Log, sources: readonly Segment[], cleaned: Segment, owner: SwapOwner) {
    this.isIrrevocable = false;
    this.log = log;
    this.sources = sources;
    this.cleaned = cleaned;
    this.owner = owner;
    this.isCancelled = false;
    this.step = "swap";
  }

  start(): void {
    const { log } = this;
    const next = (): void => this.nameSwap();
    if (log.context.onTruncated === null) next();
    else log.context.onTruncated(log, next);
  }

  cancel(): void {
    this.isCancelled = true;
  }

  private get isCurrent(): boolean {
    const { log, sources } = this;
    return log.failure === null && !log.isClosing && sources.every((each) => !each.isRemoved);
  }

  private nameSwap(): void {
    if (this.isCancelled) return;
    if (!this.isCurrent) {
      this.owner.abort();
      return;
    }
    if (guardDisk(this.log, () => this.renameTo(SWAP_FILE_SUFFIX))) this.sync();
  }

  private renameTo(suffix: string): void {
    const { cleaned, log } = this;
    const { disk } = log.context.ports;
    const from = cleaned.paths();
    cleaned.setSuffix(suffix);
    const to = cleaned.paths();
    // The checkpointer may have removed an index without entries meanwhile.
    for (let i = 0; i < from.length; i++) if (disk.exists(from[i])) disk.rename(from[i], to[i]);
  }

  private sync(): void {
    this.log.context.ports.disk.syncDirectory(this.log.directory, this);
  }

  onDiskDone(error: DiskError | null): void {
    const { log } = this;
    if (log.failure !== null || this.isCancelled) return;
    if (error !== null) {
      log.fail(error, true);
      return;
    }
    switch (this.step) {
      case "swap":
        if (this.isCurrent) this.exchange();
        else this.owner.abort();
        break;
      case "removal":
        this.step = "name";
        if (this.cleaned.isRemoved) this.finish();
        else if (guardDisk(log, () => this.renameTo(""))) this.sync();
        break;
      case "name":
        this.finish();
        break;
    }
  }

  private exchange(): void {
    const { log, sources, cleaned } = this;
    this.step = "removal";
    this.isIrrevocable = true;
    cleaned.dirty = false;
    cleaned.nameDirty = false;
    cleaned.indexesDirty = false;
    const first = log.segmentList.indexOf(sources[0]);
    log.segmentList.splice(first, sources.length, cleaned);
    const end = log.segmentList[first + 1].baseOffset;
    dropTailBelow(log, end);
    log.readHintOffset = -1;
    log.readHintSegment = null;
    discardSegments(log, sources);
    if (log.failure === null) this.sync();
  }

  private finish(): void {
    const { cleaned } = this;
    if (!cleaned.isRemoved) {
      cleaned.releaseIndexes();
      cleaned.closeFile();
    }
    this.owner.onSwapped();
  }
}
