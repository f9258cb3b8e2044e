/**
 * FetchSnapshot (key 59): reads a piece of a metadata snapshot.
 *
 * - 0: the first
 * - 1: request adds replicaDirectoryId (tagged); response adds nodeEndpoints (tagged)
 */
import { array, int16, int32, int64, message, records, string, struct, uint16, uuid, type Value } from "../schema.js";

export const FetchSnapshotRequest = message("FetchSnapshotRequest", "0-1", "0+", {
  clusterId: string("0+", { nullable: "0+", default: null, tag: 0 }),
  replicaId: int32("0+", { default: -1 }),
  maxBytes: int32("0+", { default: 0x7fffffff }),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
      currentLeaderEpoch: int32("0+"),
      snapshotId: struct("0+").of({
        endOffset: int64("0+"),
        epoch: int32("0+"),
      }),
      position: int64("0+"),
      replicaDirectoryId: uuid("1+", { tag: 0, ignorable: true }),
    }),
  }),
});
export type FetchSnapshotRequest = Value<typeof FetchSnapshotRequest>;

export const FetchSnapshotResponse = message("FetchSnapshotResponse", "0-1", "0+", {
  throttleTimeMs: int32("0+", { ignorable: true }),
  errorCode: int16("0+"),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      index: int32("0+"),
      errorCode: int16("0+"),
      snapshotId: struct("0+").of({
        endOffset: int64("0+"),
        epoch: int32("0+"),
      }),
      currentLeader: struct("0+", { tag: 0 }).of({
        leaderId: int32("0+"),
        leaderEpoch: int32("0+"),
      }),
      size: int64("0+"),
      position: int64("0+"),
      unalignedRecords: records("0+"),
    }),
  }),
  nodeEndpoints: array("1+", { tag: 0 }).of({
    nodeId: int32("1+"),
    host: string("1+"),
    port: uint16("1+"),
  }),
});
export type FetchSnapshotResponse = Value<typeof FetchSnapshotResponse>;
