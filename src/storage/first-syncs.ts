import type { DiskCompletion, DiskError } from "../ports/index.js";
import { PARTITION_METADATA, TRUNCATION_FILE } from "./file-names.js";
import { guardDisk, type Log } from "./log.js";
import { encodePartitionMetadata } from "./meta-properties.js";
import type { Segment } from "./segment.js";

/**
 * What recovery removed and cut, or the last run was about to, is made durable before anything is written to the log, else a loss of power
 * could mix old and new. Where nothing was cut, a killed process left the page cache as it would have gone on with: a sync of all logs at once would
 * only keep the disk from those that others wait for.
 */
export class RecoverySync implements DiskCompletion {
  private readonly log: Log;
  private readonly segment: Segment;
  private isNamed: boolean;

  constructor(log: Log) {
    this.log = log;
    this.segment = log.activeSegment;
    this.isNamed = false;
  }

  start(): void {
    this.log.writer.hold();
    this.log.context.ports.disk.syncDirectory(this.log.directory, this);
  }

  onDiskDone(error: DiskError | null): void {
    const { log } = this;
    if (log.failure !== null) return;
    if (error !== null && !this.segment.isRemoved) {
      log.fail(error, true);
    } else if (!this.isNamed && !this.segment.isRemoved) {
      this.isNamed = true;
      guardDisk(log, () => this.segment.file.open(true).sync(this));
    } else {
      const marker = `${log.directory}/${TRUNCATION_FILE}`;
      guardDisk(log, () => {
        if (log.truncationsUnderWay.length === 0) log.context.ports.disk.remove(marker);
      });
      log.writer.release();
    }
  }
}

/** Makes a new log's directory durable before anything is written to the log. */
export class PartitionMetadataTask implements DiskCompletion {
  private readonly log: Log;
  private isNamed: boolean;

  constructor(log: Log) {
    this.log = log;
    this.isNamed = false;
  }

  start(): void {
    const { log } = this;
    log.writer.hold();
    const path = `${log.directory}/${PARTITION_METADATA}`;
    log.context.ports.disk.writeFileAtomically(path, encodePartitionMetadata(log.topicId), this);
  }

  onDiskDone(error: DiskError | null): void {
    const { log } = this;
    if (log.failure !== null) return;
    if (error !== null) {
      log.fail(error, false);
    } else if (!this.isNamed) {
      this.isNamed = true;
      log.context.ports.disk.syncDirectory(log.parentDirectory, this);
    } else {
      log.writer.release();
    }
  }
}
