import { assert } from "../base/assert.js";
import { concatBytes } from "../base/bytes.js";
import type { Uuid } from "../base/uuid.js";
import type { HostPort } from "../config/node-config.js";
import { type Compression, type Digest, type Disk, DiskError } from "../ports/index.js";
import { encode } from "../protocol/codec.js";
import { decodeMetadataRecord, encodeMetadataRecord, type MetadataRecord } from "../protocol/metadata-records.js";
import { ProtocolError } from "../protocol/protocol-error.js";
import { KRaftVersionRecord } from "../protocol/raft/kraft-version.js";
import { SnapshotFooterRecord } from "../protocol/raft/snapshot-footer.js";
import { SnapshotHeaderRecord } from "../protocol/raft/snapshot-header.js";
import { VotersRecord } from "../protocol/raft/voters.js";
import { BATCH_HEADER_BYTES, batchBytes, isControl } from "../protocol/records/batch.js";
import { buildBatch, type RecordInput } from "../protocol/records/builder.js";
import { ControlType, controlKey } from "../protocol/records/control.js";
import { RecordCursor } from "../protocol/records/cursor.js";

/** Written by format into each log directory: the records that the first active controller copies into the metadata log. */
export const BOOTSTRAP_FILE = "bootstrap.checkpoint";

export interface FilePorts {
  readonly disk: Disk;
  readonly digest: Digest;
  readonly compression: Compression;
}

/** A voter of a dynamic quorum as format writes it down (KIP-853). */
export interface InitialVoter extends HostPort {
  readonly id: number;
  readonly directoryId: Uuid;
}

/** The bytes of bootstrap.checkpoint: laid out as a snapshot, with offsets from 0 and epoch 0. */
export function encodeBootstrap(records: readonly MetadataRecord[], timestamp: number, ports: FilePorts): Uint8Array {
  const values = records.map((record) => ({ key: null, value: encodeMetadataRecord(record) }));
  return encodeFile([header(timestamp)], values, timestamp, ports);
}

/**
 * The bytes of `00000000000000000000-0000000000.checkpoint` in the metadata log's directory: who votes, before anything was logged.
 * `listenerName` is that of the controllers' first listener.
 */
export function encodeInitialVoters(
  voters: readonly InitialVoter[],
  listenerName: string,
  timestamp: number,
  ports: FilePorts,
): Uint8Array {
  const controls = [
    header(timestamp),
    control(ControlType.KRAFT_VERSION, encode(KRaftVersionRecord, 0, { version: 0, kRaftVersion: 1 })),
    control(
      ControlType.KRAFT_VOTERS,
      encode(VotersRecord, 0, {
        version: 0,
        voters: voters.map(({ id, directoryId, host, port }) => ({
          voterId: id,
          voterDirectoryId: directoryId,
          endpoints: [{ name: listenerName, host, port }],
          kRaftVersionFeature: { minSupportedVersion: 0, maxSupportedVersion: 1 },
        })),
      }),
    ),
  ];
  return encodeFile(controls, [], timestamp, ports);
}

/** The records of bootstrap.checkpoint; null when there is none. Throws DiskError; ProtocolError where it is damaged. */
export function readBootstrap(directory: string, ports: FilePorts): MetadataRecord[] | null {
  let bytes: Uint8Array;
  try {
    bytes = ports.disk.readFile(`${directory}/${BOOTSTRAP_FILE}`);
  } catch (error) {
    if (error instanceof DiskError && error.code === "ENOENT") return null;
    throw error;
  }
  const records: MetadataRecord[] = [];
  const cursor = new RecordCursor(ports.compression);
  let at = 0;
  while (at < bytes.length) {
    const size = at + BATCH_HEADER_BYTES <= bytes.length ? batchBytes(bytes, at) : -1;
    if (size < BATCH_HEADER_BYTES || at + size > bytes.length) throw new ProtocolError("it ends within a batch");
    if (!isControl(bytes, at)) {
      cursor.reset(bytes, at);
      while (cursor.next()) {
        records.push(decodeMetadataRecord(cursor.bytes, cursor.valueAt, cursor.valueAt + cursor.valueLength));
      }
      if (cursor.flaw !== null) throw new ProtocolError(cursor.flaw);
    }
    at += size;
  }
  return records;
}

function encodeFile(
  controls: readonly RecordInput[],
  values: readonly RecordInput[],
  timestamp: number,
  ports: FilePorts,
): Uint8Array {
  assert(controls.length > 0, "a snapshot begins with its header");
  let baseOffset = 0;
  const batch = (records: readonly RecordInput[], isControl: boolean): Uint8Array => {
    const bytes = buildBatch({ baseOffset, leaderEpoch: 0, timestamp, isControl }, records, ports);
    baseOffset += records.length;
    return bytes;
  };
  const chunks = [batch(controls, true)];
  if (values.length > 0) chunks.push(batch(values, false));
  chunks.push(batch([control(ControlType.SNAPSHOT_FOOTER, encode(SnapshotFooterRecord, 0, { version: 0 }))], true));
  return concatBytes(chunks);
}

function header(timestamp: number): RecordInput {
  const value = encode(SnapshotHeaderRecord, 0, { version: 0, lastContainedLogTimestamp: timestamp });
  return control(ControlType.SNAPSHOT_HEADER, value);
}

function control(type: number, value: Uint8Array): RecordInput {
  return { key: controlKey(type), value };
}
