import type { Ports } from "../ports/index.js";
import { decode, encode, ProtocolError } from "../protocol/codec.js";
import { KRaftVersionRecord } from "../protocol/raft/kraft-version.js";
import { LeaderChangeMessage } from "../protocol/raft/leader-change.js";
import { VotersRecord } from "../protocol/raft/voters.js";
import { batchBytes, isControl } from "../protocol/records/batch.js";
import type { RecordInput } from "../protocol/records/builder.js";
import { ControlType, controlKey, controlTypeOf } from "../protocol/records/control.js";
import { RecordCursor } from "../protocol/records/cursor.js";
import { VoterSet } from "./voter-set.js";

/** Who is told of control records that say something of the quorum. */
export interface ControlRecordSink {
  addVoters(offset: number, voters: VoterSet): void;
  addKraftVersion(offset: number, level: number): void;
}

export function leaderChangeRecord(
  leaderId: number,
  voters: readonly number[],
  granting: readonly number[],
): RecordInput {
  const value = encode(LeaderChangeMessage, 0, {
    version: 0,
    leaderId,
    voters: voters.map((voterId) => ({ voterId })),
    grantingVoters: granting.map((voterId) => ({ voterId })),
  });
  return { key: controlKey(ControlType.LEADER_CHANGE), value };
}

export function kraftVersionRecord(level: number): RecordInput {
  return {
    key: controlKey(ControlType.KRAFT_VERSION),
    value: encode(KRaftVersionRecord, 0, { version: 0, kRaftVersion: level }),
  };
}

export function votersRecord(voters: VoterSet): RecordInput {
  return { key: controlKey(ControlType.KRAFT_VOTERS), value: encode(VotersRecord, 0, voters.toRecord()) };
}

/** Reads the control records of whole batches. */
export class ControlRecordReader {
  private readonly cursor: RecordCursor;

  constructor(ports: Ports) {
    this.cursor = new RecordCursor(ports.compression);
  }

  /** Tells `sink` of the voters and versions in `bytes`. What cannot be read is left out: an error text, or null. */
  read(bytes: Uint8Array, sink: ControlRecordSink): string | null {
    let flaw: string | null = null;
    for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) {
      if (isControl(bytes, at)) flaw ??= this.readBatch(bytes, at, sink);
    }
    return flaw;
  }

  /** Of one control batch. */
  readBatch(bytes: Uint8Array, at: number, sink: ControlRecordSink): string | null {
    const { cursor } = this;
    cursor.reset(bytes, at);
    while (cursor.next()) {
      const key = cursor.keyLength < 0 ? null : cursor.bytes.subarray(cursor.keyAt, cursor.keyAt + cursor.keyLength);
      const type = controlTypeOf(key);
      if (type !== ControlType.KRAFT_VERSION && type !== ControlType.KRAFT_VOTERS) continue;
      if (cursor.valueLength < 0) return "a control record without a value";
      const end = cursor.valueAt + cursor.valueLength;
      try {
        if (type === ControlType.KRAFT_VERSION) {
          const record = decode(KRaftVersionRecord, 0, cursor.bytes, cursor.valueAt, end);
          sink.addKraftVersion(cursor.offset, record.kRaftVersion);
        } else {
          const record = decode(VotersRecord, 0, cursor.bytes, cursor.valueAt, end);
          sink.addVoters(cursor.offset, VoterSet.fromRecord(record));
        }
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        return error.message;
      }
    }
    return cursor.flaw;
  }
}
