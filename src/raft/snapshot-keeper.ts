import type { NodeConfig } from "../config/node-config.js";
import { DiskError, type Ports } from "../ports/index.js";
import type { MetadataRecord } from "../protocol/metadata-records.js";
import type { Log } from "../storage/log.js";
import { StorageError } from "../storage/storage-error.js";
import { readSnapshot, type SnapshotContent } from "./snapshot-reader.js";
import { isBootstrapSnapshot, type SnapshotId, type SnapshotStore } from "./snapshot-store.js";
import { SnapshotWriter, type SnapshotWritten } from "./snapshot-writer.js";
import type { VoterHistory } from "./voter-history.js";

/** The snapshots of the metadata log over time: which one a start begins with, writing new ones, and what goes once they are there. */
export class SnapshotKeeper implements SnapshotWritten {
  private readonly ports: Ports;
  private readonly config: NodeConfig;
  private readonly log: Log;
  private readonly store: SnapshotStore;
  private readonly history: VoterHistory;
  private readonly onFailed: (error: Error) => void;
  private writer: SnapshotWriter | null;

  constructor(
    ports: Ports,
    config: NodeConfig,
    log: Log,
    store: SnapshotStore,
    history: VoterHistory,
    onFailed: (error: Error) => void,
  ) {
    this.ports = ports;
    this.config = config;
    this.log = log;
    this.store = store;
    this.history = history;
    this.onFailed = onFailed;
    this.writer = null;
  }

  /**
   * The newest snapshot that is sound; the log begins no later than it ends. A log that ends before it is emptied: what was there is in the
   * snapshot. Null: there is none, and the log is whole. Throws StorageError and DiskError.
   */
  loadNewest(): SnapshotContent | null {
    const { log, store } = this;
    store.load();
    for (const snapshot of [...store.all].reverse()) {
      const content = readSnapshot(this.ports, this.ports.disk, snapshot);
      if (typeof content === "string") {
        this.ports.logger.error("A metadata snapshot is damaged and is set aside.", {
          path: snapshot.path,
          detail: content,
        });
        store.remove(snapshot);
        continue;
      }
      const { offset, epoch } = content.id;
      const isOther = log.latestEpoch < 0 ? offset !== log.appendEndOffset : epoch > log.latestEpoch;
      const isAhead = offset > log.appendEndOffset || isOther;
      if (isAhead && !isBootstrapSnapshot(snapshot)) log.truncateFullyAndStartAt(offset);
      if (log.logStartOffset > offset) break;
      this.noteVoters(content);
      return content;
    }
    if (log.logStartOffset > 0) {
      throw new StorageError(
        "DAMAGED",
        log.directory,
        `The metadata log in ${log.directory} starts at offset ${log.logStartOffset}, but no sound snapshot reaches up to there. With other controllers running, remove that directory and start again: it is copied from them.`,
      );
    }
    return null;
  }

  /** A downloaded snapshot replaces the log, and the snapshots before it; null when it cannot. */
  adopt(id: SnapshotId, highWatermark: number): SnapshotContent | null {
    const snapshot = this.store.find(id);
    if (snapshot === null) return null;
    const content = readSnapshot(this.ports, this.ports.disk, snapshot);
    if (typeof content === "string" || id.offset < highWatermark) {
      this.ports.logger.error("The snapshot that the leader sent cannot be used.", {
        offset: id.offset,
        epoch: id.epoch,
        detail: typeof content === "string" ? content : "it ends below the high watermark",
      });
      this.store.remove(snapshot);
      return null;
    }
    this.log.truncateFullyAndStartAt(id.offset);
    this.noteVoters(content);
    for (const older of this.store.all) if (older.offset < id.offset) this.store.remove(older);
    return content;
  }

  private noteVoters(content: SnapshotContent): void {
    const { offset } = content.id;
    this.history.clear();
    this.history.addKraftVersion(offset - 1, content.kraftVersion);
    if (content.voters !== null) this.history.addVoters(offset - 1, content.voters);
  }

  /** Begins to write one; false where one is being written, or is there already. */
  write(records: Iterable<MetadataRecord>, id: SnapshotId, timestampMs: number): boolean {
    const { latest } = this.store;
    if (this.writer !== null || id.offset <= 0 || (latest !== null && latest.offset >= id.offset)) return false;
    const level = this.history.kraftVersionAt(id.offset - 1);
    const voters = level > 0 ? this.history.votersAt(id.offset - 1) : null;
    try {
      this.writer = new SnapshotWriter(this.ports, this.store, id, timestampMs, level, voters, records, this);
    } catch (error) {
      if (!(error instanceof DiskError)) throw error;
      this.onFailed(error);
      return false;
    }
    this.writer.start();
    return true;
  }

  onSnapshotWritten(id: SnapshotId, error: DiskError | null): void {
    this.writer = null;
    if (error !== null) {
      this.onFailed(error);
      return;
    }
    this.ports.logger.info("A metadata snapshot was written.", { offset: id.offset, epoch: id.epoch });
    this.removeOld();
  }

  stop(): void {
    this.writer?.stop();
    this.writer = null;
  }

  /** Oldest snapshots first, as `metadata.max.retention.bytes` and `.ms` say, but never the latest; the log follows. */
  private removeOld(): void {
    const bytesMax = this.config.number("metadata.max.retention.bytes");
    const ageMax = this.config.number("metadata.max.retention.ms");
    for (;;) {
      const [oldest, next] = this.store.all;
      if (oldest === undefined || next === undefined) return;
      let bytes = this.log.sizeInBytes;
      for (const snapshot of this.store.all) bytes += snapshot.bytes;
      const isTooMuch = bytesMax >= 0 && bytes > bytesMax;
      if (!isBootstrapSnapshot(oldest) && !isTooMuch && !this.isOlderThan(oldest.path, ageMax)) return;
      this.store.remove(oldest);
      if (isBootstrapSnapshot(oldest)) continue;
      this.log.advanceStart(Math.min(next.offset, this.log.appendEndOffset));
      this.log.removeOldSegments();
      this.history.trimTo(next.offset - 1);
    }
  }

  private isOlderThan(path: string, ageMax: number): boolean {
    if (ageMax < 0) return false;
    const { disk, clock } = this.ports;
    const file = disk.open(path, false);
    const age = clock.wallMs() - file.modifiedMs();
    file.close();
    return age > ageMax;
  }
}
