/**
 * ShareFetch (key 78): acquires records for a member of a share group, and acknowledges earlier ones.
 *
 * - 1: where 4.x starts
 * - 2: request adds shareAcquireMode and isRenewAck
 */
import {
  array,
  bool,
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

export const ShareFetchRequest = message("ShareFetchRequest", "1-2", "0+", {
  groupId: string("0+", { nullable: "0+", default: null }),
  memberId: string("0+", { nullable: "0+" }),
  shareSessionEpoch: int32("0+"),
  maxWaitMs: int32("0+"),
  minBytes: int32("0+"),
  maxBytes: int32("0+", { default: 0x7fffffff }),
  maxRecords: int32("1+"),
  batchSize: int32("1+"),
  shareAcquireMode: int8("2+", { ignorable: true }),
  isRenewAck: bool("2+"),
  topics: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      partitionMaxBytes: int32("0"),
      acknowledgementBatches: array("0+").of({
        firstOffset: int64("0+"),
        lastOffset: int64("0+"),
        acknowledgeTypes: array("0+").of("int8"),
      }),
    }),
  }),
  forgottenTopicsData: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of("int32"),
  }),
});
export type ShareFetchRequest = Value<typeof ShareFetchRequest>;

export const ShareFetchResponse = message("ShareFetchResponse", "1-2", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+", default: null }),
  acquisitionLockTimeoutMs: int32("1+"),
  responses: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+", default: null }),
      acknowledgeErrorCode: int16("0+"),
      acknowledgeErrorMessage: string("0+", { nullable: "0+", default: null }),
      currentLeader: struct("0+").of({
        leaderId: int32("0+"),
        leaderEpoch: int32("0+"),
      }),
      records: records("0+", { nullable: "0" }),
      acquiredRecords: array("0+").of({
        firstOffset: int64("0+"),
        lastOffset: int64("0+"),
        deliveryCount: int16("0+"),
      }),
    }),
  }),
  nodeEndpoints: array("0+").of({
    nodeId: int32("0+"),
    host: string("0+"),
    port: int32("0+"),
    rack: string("0+", { nullable: "0+", default: null }),
  }),
});
export type ShareFetchResponse = Value<typeof ShareFetchResponse>;
