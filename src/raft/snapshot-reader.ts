import type { Disk, Ports } from "../ports/index.js";
import { decode, ProtocolError } from "../protocol/codec.js";
import { decodeMetadataRecord, type MetadataRecord } from "../protocol/metadata-records.js";
import { SnapshotHeaderRecord } from "../protocol/raft/snapshot-header.js";
import {
  baseOffset,
  batchBytes,
  batchFlaw,
  computeCrc,
  crc,
  isControl,
  lastOffset,
} from "../protocol/records/batch.js";
import { ControlType, controlTypeOf } from "../protocol/records/control.js";
import { RecordCursor } from "../protocol/records/cursor.js";
import { ControlRecordReader, type ControlRecordSink } from "./control-records.js";
import type { SnapshotId, StoredSnapshot } from "./snapshot-store.js";
import type { VoterSet } from "./voter-set.js";

/** The content of a snapshot that was found sound: every batch has its CRC, a header and a footer are there. */
export class SnapshotContent implements ControlRecordSink {
  readonly id: SnapshotId;
  readonly lastContainedLogTimestamp: number;
  /** Null under kraft.version 0. */
  voters: VoterSet | null;
  kraftVersion: number;
  private readonly ports: Ports;
  private readonly bytes: Uint8Array;

  constructor(ports: Ports, id: SnapshotId, bytes: Uint8Array, lastContainedLogTimestamp: number) {
    this.ports = ports;
    this.id = id;
    this.bytes = bytes;
    this.lastContainedLogTimestamp = lastContainedLogTimestamp;
    this.voters = null;
    this.kraftVersion = 0;
  }

  addVoters(_offset: number, voters: VoterSet): void {
    this.voters = voters;
  }

  addKraftVersion(_offset: number, level: number): void {
    this.kraftVersion = level;
  }

  /** The metadata records, decoded one by one. Throws ProtocolError at one that this release cannot read. */
  *records(): Generator<MetadataRecord> {
    const cursor = new RecordCursor(this.ports.compression);
    const { bytes } = this;
    for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) {
      if (isControl(bytes, at)) continue;
      cursor.reset(bytes, at);
      while (cursor.next()) {
        if (cursor.valueLength < 0) throw new ProtocolError("a metadata record without a value");
        yield decodeMetadataRecord(cursor.bytes, cursor.valueAt, cursor.valueAt + cursor.valueLength);
      }
      if (cursor.flaw !== null) throw new ProtocolError(cursor.flaw);
    }
  }
}

/** Reads and checks a snapshot; a text that says what is wrong with it otherwise. Throws DiskError. */
export function readSnapshot(ports: Ports, disk: Disk, snapshot: StoredSnapshot): SnapshotContent | string {
  return parseSnapshot(ports, snapshot, disk.readFile(snapshot.path));
}

export function parseSnapshot(ports: Ports, id: SnapshotId, bytes: Uint8Array): SnapshotContent | string {
  const cursor = new RecordCursor(ports.compression);
  let timestamp: number | null = null;
  let hasFooter = false;
  let next = 0;
  for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) {
    const flaw = batchFlaw(bytes, at, bytes.length);
    if (flaw !== null) return `a batch with an impossible ${flaw} at ${at}`;
    if (crc(bytes, at) !== computeCrc(ports.digest, bytes, at)) return `a batch at ${at} that does not match its CRC`;
    if (hasFooter) return "a batch after the footer";
    if (baseOffset(bytes, at) !== next) return `a batch at ${at} with a wrong offset`;
    next = lastOffset(bytes, at) + 1;
    if (!isControl(bytes, at)) {
      if (timestamp === null) return "no header";
      continue;
    }
    cursor.reset(bytes, at);
    while (cursor.next()) {
      const type = controlTypeOf(cursor.key);
      if (type === ControlType.SNAPSHOT_FOOTER) hasFooter = true;
      if (type !== ControlType.SNAPSHOT_HEADER) continue;
      const { value } = cursor;
      if (value === null) return "a header without content";
      try {
        timestamp = decode(SnapshotHeaderRecord, 0, value).lastContainedLogTimestamp;
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return error.message;
      }
    }
    if (cursor.flaw !== null) return cursor.flaw;
  }
  if (timestamp === null) return "no header";
  if (!hasFooter) return "no footer";
  const content = new SnapshotContent(ports, id, bytes, timestamp);
  return new ControlRecordReader(ports).read(bytes, content) ?? content;
}
