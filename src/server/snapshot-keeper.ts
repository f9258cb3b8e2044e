import type { NodeConfig } from "../config/node-config.js";
import type { MetadataLoader } from "../metadata/loader.js";
import { snapshotRecords } from "../metadata/snapshot.js";
import type { Ports } from "../ports/index.js";
import type { RaftNode } from "../raft/raft-node.js";

/** Decides when a snapshot of the metadata is written: after so many bytes of log, or so much time (Kafka: SnapshotGenerator). */
export class SnapshotKeeper {
  private readonly ports: Ports;
  private readonly loader: MetadataLoader;
  private readonly bytesMax: number;
  private readonly intervalMs: number;
  private lastMs: number;
  private lastOffset: number;

  constructor(ports: Ports, config: NodeConfig, loader: MetadataLoader) {
    this.ports = ports;
    this.loader = loader;
    this.bytesMax = config.number("metadata.log.max.record.bytes.between.snapshots");
    this.intervalMs = config.number("metadata.log.max.snapshot.interval.ms");
    this.lastMs = ports.clock.monotonicMs();
    this.lastOffset = -1;
  }

  /** A snapshot came from elsewhere. */
  onLoaded(): void {
    this.lastMs = this.ports.clock.monotonicMs();
    this.lastOffset = this.loader.image.offset;
  }

  /** After each commit. */
  onCommit(raft: RaftNode): void {
    const { image, inTransaction, lastAppendTimestamp } = this.loader;
    // Within a transaction the image ends within a batch.
    if (inTransaction || image.offset <= this.lastOffset || image.features.metadataVersion === 0) return;
    const now = this.ports.clock.monotonicMs();
    const isOld = this.intervalMs > 0 && now - this.lastMs >= this.intervalMs;
    if (raft.bytesSinceSnapshot < this.bytesMax && !isOld) return;
    if (!raft.writeSnapshot(snapshotRecords(image), image.offset + 1, image.epoch, lastAppendTimestamp)) return;
    this.lastMs = now;
    this.lastOffset = image.offset;
  }
}
