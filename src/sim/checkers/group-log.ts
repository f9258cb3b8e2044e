import { readInt32, readInt64 } from "../../base/bytes.js";
import { decodeRecordKey, decodeRecordValue, recordTypeOf } from "../../protocol/coordinator-record.js";
import type { GroupMetadataValue } from "../../protocol/group-records/02-group-metadata.js";
import { GroupRecords } from "../../protocol/group-records.js";
import { batchBytes } from "../../protocol/records/batch.js";
import { RecordCursor } from "../../protocol/records/cursor.js";
import { SIM_COMPRESSION } from "../ports.js";

/** A record of `__consumer_offsets` as the checkers read it: a position, or a classic group's generation; null for a tombstone. */
export type GroupLogRecord =
  | {
      readonly kind: "position";
      readonly at: number;
      readonly group: string;
      readonly partition: string;
      readonly value: { readonly offset: number; readonly stamp: string } | null;
    }
  | {
      readonly kind: "generation";
      readonly at: number;
      readonly group: string;
      readonly value: GroupMetadataValue | null;
    };

/** The records of whole batches, with each batch's base offset and epoch. */
export function readGroupBatches(
  bytes: Uint8Array,
  found: (base: number, epoch: number, records: GroupLogRecord[]) => void,
): void {
  const cursor = new RecordCursor(SIM_COMPRESSION);
  for (let at = 0; at < bytes.length; at += batchBytes(bytes, at)) {
    cursor.reset(bytes, at);
    const records: GroupLogRecord[] = [];
    while (cursor.next()) {
      const record = cursor.key === null ? null : readRecord(cursor.offset, cursor.key, cursor.value);
      if (record !== null) records.push(record);
    }
    found(readInt64(bytes, at), readInt32(bytes, at + 12), records);
  }
}

function readRecord(at: number, key: Uint8Array, value: Uint8Array | null): GroupLogRecord | null {
  switch (recordTypeOf(key)) {
    case GroupRecords.OffsetCommit.type: {
      const { group, topic, partition } = decodeRecordKey(GroupRecords.OffsetCommit, key);
      const read = value === null ? null : decodeRecordValue(GroupRecords.OffsetCommit, value).value;
      const position = read && { offset: read.offset, stamp: read.metadata };
      return { kind: "position", at, group, partition: `${topic}-${partition}`, value: position };
    }
    case GroupRecords.GroupMetadata.type: {
      const { group } = decodeRecordKey(GroupRecords.GroupMetadata, key);
      // The batch's bytes are another's.
      const read = value === null ? null : decodeRecordValue(GroupRecords.GroupMetadata, value.slice()).value;
      return { kind: "generation", at, group, value: read };
    }
    default:
      return null;
  }
}

export interface LoggedPosition {
  /** Of its record in the log. */
  readonly at: number;
  readonly offset: number;
  readonly stamp: string;
}

/** What one group is by its log. */
export interface LoggedGroup {
  generation: GroupMetadataValue | null;
  readonly positions: Map<string, LoggedPosition>;
}

/** The state that the records of a log add up to: worked out apart from the coordinator's own replay. */
export class GroupReplay {
  readonly groups: Map<string, LoggedGroup>;

  constructor() {
    this.groups = new Map();
  }

  apply(record: GroupLogRecord): void {
    let group = this.groups.get(record.group);
    if (group === undefined) {
      group = { generation: null, positions: new Map() };
      this.groups.set(record.group, group);
    }
    if (record.kind === "generation") group.generation = record.value;
    else if (record.value === null) group.positions.delete(record.partition);
    else group.positions.set(record.partition, { at: record.at, ...record.value });
    if (group.generation === null && group.positions.size === 0) this.groups.delete(record.group);
  }
}
