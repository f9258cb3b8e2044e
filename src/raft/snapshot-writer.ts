import type { DiskCompletion, DiskError, DiskFile, Ports, TimerTask } from "../ports/index.js";
import { encode } from "../protocol/codec.js";
import { encodeMetadataRecord, type MetadataRecord } from "../protocol/metadata-records.js";
import { SnapshotFooterRecord } from "../protocol/raft/snapshot-footer.js";
import { SnapshotHeaderRecord } from "../protocol/raft/snapshot-header.js";
import { buildBatch, type RecordInput } from "../protocol/records/builder.js";
import { ControlType, controlKey } from "../protocol/records/control.js";
import { kraftVersionRecord, votersRecord } from "./control-records.js";
import type { SnapshotId, SnapshotStore } from "./snapshot-store.js";
import type { VoterSet } from "./voter-set.js";

export interface SnapshotWritten {
  onSnapshotWritten(id: SnapshotId, error: DiskError | null): void;
}

const SLICE_MS = 5;
const BATCH_BYTES = 256 * 1024;

/** Bytes of the batches that open a snapshot. `voters`: null under kraft.version 0. */
function headerRecords(timestamp: number, kraftVersion: number, voters: VoterSet | null): RecordInput[] {
  const header = encode(SnapshotHeaderRecord, 0, { version: 0, lastContainedLogTimestamp: timestamp });
  const records: RecordInput[] = [{ key: controlKey(ControlType.SNAPSHOT_HEADER), value: header }];
  if (kraftVersion > 0) records.push(kraftVersionRecord(kraftVersion));
  if (kraftVersion > 0 && voters !== null) records.push(votersRecord(voters));
  return records;
}

function footerRecord(): RecordInput {
  return { key: controlKey(ControlType.SNAPSHOT_FOOTER), value: encode(SnapshotFooterRecord, 0, { version: 0 }) };
}

/** Batches one after another from offset 0. */
class BatchChain {
  private readonly ports: Ports;
  private readonly epoch: number;
  private next: number;

  constructor(ports: Ports, epoch: number) {
    this.ports = ports;
    this.epoch = epoch;
    this.next = 0;
  }

  control(records: readonly RecordInput[]): Uint8Array {
    return this.build(records, true);
  }

  data(values: readonly Uint8Array[]): Uint8Array {
    return this.build(
      values.map((value) => ({ key: null, value })),
      false,
    );
  }

  private build(records: readonly RecordInput[], isControl: boolean): Uint8Array {
    const timestamp = this.ports.clock.wallMs();
    const options = { baseOffset: this.next, leaderEpoch: this.epoch, timestamp, isControl };
    this.next += records.length;
    return buildBatch(options, records, this.ports);
  }
}

/** Writes one snapshot, a slice of it in each turn: into a partial file, which is synced and then gets its name. */
export class SnapshotWriter implements TimerTask, DiskCompletion {
  readonly id: SnapshotId;
  private readonly ports: Ports;
  private readonly store: SnapshotStore;
  private readonly records: Iterator<MetadataRecord>;
  private readonly done: SnapshotWritten;
  private readonly chain: BatchChain;
  private readonly file: DiskFile;
  private position: number;
  private step: "header" | "records" | "footer" | "sync" | "publish";
  private readonly header: readonly RecordInput[];
  private isStopped: boolean;

  /** Throws DiskError. */
  constructor(
    ports: Ports,
    store: SnapshotStore,
    id: SnapshotId,
    timestamp: number,
    kraftVersion: number,
    voters: VoterSet | null,
    records: Iterable<MetadataRecord>,
    done: SnapshotWritten,
  ) {
    this.ports = ports;
    this.store = store;
    this.id = id;
    this.records = records[Symbol.iterator]();
    this.done = done;
    this.chain = new BatchChain(ports, id.epoch);
    const path = store.partialPath(id);
    ports.disk.remove(path);
    this.file = ports.disk.open(path, true);
    this.position = 0;
    this.step = "header";
    this.header = headerRecords(timestamp, kraftVersion, voters);
    this.isStopped = false;
  }

  start(): void {
    this.write(this.chain.control(this.header));
  }

  stop(): void {
    this.isStopped = true;
  }

  private write(chunk: Uint8Array): void {
    const position = this.position;
    this.position += chunk.length;
    this.file.write(position, [chunk], this);
  }

  onDiskDone(error: DiskError | null): void {
    if (this.isStopped) {
      this.file.close();
      return;
    }
    if (error !== null) {
      this.file.close();
      this.done.onSnapshotWritten(this.id, error);
      return;
    }
    switch (this.step) {
      case "header":
        this.step = "records";
        this.ports.timers.schedule(0, this);
        break;
      case "records":
        this.ports.timers.schedule(0, this);
        break;
      case "footer":
        this.step = "sync";
        this.file.sync(this);
        break;
      case "sync":
        this.file.close();
        this.step = "publish";
        this.store.publish(this.id, this.position, this);
        break;
      case "publish":
        this.done.onSnapshotWritten(this.id, null);
        break;
    }
  }

  onTimer(): void {
    if (this.isStopped) {
      this.file.close();
      return;
    }
    const until = this.ports.clock.monotonicMs() + SLICE_MS;
    const values: Uint8Array[] = [];
    let bytes = 0;
    while (values.length === 0 || (bytes < BATCH_BYTES && this.ports.clock.monotonicMs() < until)) {
      const next = this.records.next();
      if (next.done === true) {
        if (values.length > 0) break;
        this.step = "footer";
        this.write(this.chain.control([footerRecord()]));
        return;
      }
      const value = encodeMetadataRecord(next.value);
      values.push(value);
      bytes += value.length;
    }
    this.write(this.chain.data(values));
  }
}
