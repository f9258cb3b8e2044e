/**
 * ShareAcknowledge (key 79): acknowledges records of a share group.
 *
 * - 1: where 4.x starts
 * - 2: request adds isRenewAck; response adds acquisitionLockTimeoutMs
 */
import { array, bool, int16, int32, int64, message, string, struct, uuid, type Value } from "../schema.js";

export const ShareAcknowledgeRequest = message("ShareAcknowledgeRequest", "1-2", "0+", {
  groupId: string("0+", { nullable: "0+", default: null }),
  memberId: string("0+", { nullable: "0+" }),
  shareSessionEpoch: int32("0+"),
  isRenewAck: bool("2+"),
  topics: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      acknowledgementBatches: array("0+").of({
        firstOffset: int64("0+"),
        lastOffset: int64("0+"),
        acknowledgeTypes: array("0+").of("int8"),
      }),
    }),
  }),
});
export type ShareAcknowledgeRequest = Value<typeof ShareAcknowledgeRequest>;

export const ShareAcknowledgeResponse = message("ShareAcknowledgeResponse", "1-2", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+", default: null }),
  acquisitionLockTimeoutMs: int32("2+", { ignorable: true }),
  responses: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+", default: null }),
      currentLeader: struct("0+").of({
        leaderId: int32("0+"),
        leaderEpoch: int32("0+"),
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
export type ShareAcknowledgeResponse = Value<typeof ShareAcknowledgeResponse>;
