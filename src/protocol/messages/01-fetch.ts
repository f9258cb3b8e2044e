/**
 * Fetch (key 1): reads record batches; consumers, followers and raft voters all use it.
 *
 * - 4: where 4.x starts
 * - 5: request and response add logStartOffset
 * - 6: KAFKA_STORAGE_ERROR may be answered
 * - 7: request adds sessionId, sessionEpoch and forgottenTopicsData; response adds errorCode and sessionId;
 *   sessions (KIP-227)
 * - 8: throttled after the answer (KIP-219)
 * - 9: request adds currentLeaderEpoch
 * - 10: zstd may be answered (KIP-110)
 * - 11: request adds rackId; response adds preferredReadReplica; reads from the nearest replica (KIP-392)
 * - 12: flexible; request adds clusterId (tagged) and lastFetchedEpoch; response adds divergingEpoch (tagged),
 *   currentLeader (tagged) and snapshotId (tagged); truncation on fetch (KIP-595)
 * - 13: request and response add topicId; drop topic; topic ids (KIP-516)
 * - 14: OFFSET_MOVED_TO_TIERED_STORAGE may be answered (KIP-405)
 * - 15: request adds replicaState (tagged); drops replicaId; broker epochs of followers (KIP-903)
 * - 16: response adds nodeEndpoints (tagged); KIP-951
 * - 17: request adds replicaDirectoryId (tagged); KIP-853
 * - 18: request adds highWatermark (tagged); a follower tells the high watermark it knows (KIP-1166)
 */
import {
  array,
  INT64_MAX,
  int8,
  int16,
  int32,
  int64,
  message,
  records,
  string,
  struct,
  uuid,
  type Value,
} from "../schema.js";

export const FetchRequest = message("FetchRequest", "4-18", "12+", {
  clusterId: string("12+", { nullable: "12+", default: null, tag: 0, ignorable: true }),
  replicaId: int32("0-14", { default: -1 }),
  replicaState: struct("15+", { tag: 1 }).of({
    replicaId: int32("15+", { default: -1 }),
    replicaEpoch: int64("15+", { default: -1 }),
  }),
  maxWaitMs: int32("0+"),
  minBytes: int32("0+"),
  maxBytes: int32("3+", { default: 0x7fffffff, ignorable: true }),
  isolationLevel: int8("4+", { ignorable: true }),
  sessionId: int32("7+", { ignorable: true }),
  sessionEpoch: int32("7+", { default: -1, ignorable: true }),
  topics: array("0+").of({
    topic: string("0-12", { ignorable: true }),
    topicId: uuid("13+", { ignorable: true }),
    partitions: array("0+").of({
      partition: int32("0+"),
      currentLeaderEpoch: int32("9+", { default: -1, ignorable: true }),
      fetchOffset: int64("0+"),
      lastFetchedEpoch: int32("12+", { default: -1 }),
      logStartOffset: int64("5+", { default: -1, ignorable: true }),
      partitionMaxBytes: int32("0+"),
      replicaDirectoryId: uuid("17+", { tag: 0, ignorable: true }),
      highWatermark: int64("18+", { default: INT64_MAX, tag: 1, ignorable: true }),
    }),
  }),
  forgottenTopicsData: array("7+").of({
    topic: string("7-12", { ignorable: true }),
    topicId: uuid("13+", { ignorable: true }),
    partitions: array("7+").of("int32"),
  }),
  rackId: string("11+", { ignorable: true }),
});
export type FetchRequest = Value<typeof FetchRequest>;

export const FetchResponse = message("FetchResponse", "4-18", "12+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16("7+", { ignorable: true }),
  sessionId: int32("7+"),
  responses: array("0+").of({
    topic: string("0-12", { ignorable: true }),
    topicId: uuid("13+", { ignorable: true }),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
      highWatermark: int64("0+"),
      lastStableOffset: int64("4+", { default: -1, ignorable: true }),
      logStartOffset: int64("5+", { default: -1, ignorable: true }),
      divergingEpoch: struct("12+", { tag: 0 }).of({
        epoch: int32("12+", { default: -1 }),
        endOffset: int64("12+", { default: -1 }),
      }),
      currentLeader: struct("12+", { tag: 1 }).of({
        leaderId: int32("12+", { default: -1 }),
        leaderEpoch: int32("12+", { default: -1 }),
      }),
      snapshotId: struct("12+", { tag: 2 }).of({
        endOffset: int64("0+", { default: -1 }),
        epoch: int32("0+", { default: -1 }),
      }),
      abortedTransactions: array("4+", { nullable: "4+", ignorable: true }).of({
        producerId: int64("4+"),
        firstOffset: int64("4+"),
      }),
      preferredReadReplica: int32("11+", { default: -1 }),
      records: records("0+", { nullable: "0+" }),
    }),
  }),
  nodeEndpoints: array("16+", { tag: 0 }).of({
    nodeId: int32("16+"),
    host: string("16+"),
    port: int32("16+"),
    rack: string("16+", { nullable: "16+", default: null }),
  }),
});
export type FetchResponse = Value<typeof FetchResponse>;
