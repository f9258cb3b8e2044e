/**
 * ReadShareGroupStateSummary (key 87): start offsets of share partitions, without their batches.
 *
 * - 0: the first
 * - 1: response adds deliveryCompleteCount
 */
import { array, int16, int32, int64, message, string, uuid, type Value } from "../schema.js";

export const ReadShareGroupStateSummaryRequest = message("ReadShareGroupStateSummaryRequest", "0-1", "0+", {
  groupId: string("0+"),
  topics: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
      leaderEpoch: int32("0+"),
    }),
  }),
});
export type ReadShareGroupStateSummaryRequest = Value<typeof ReadShareGroupStateSummaryRequest>;

export const ReadShareGroupStateSummaryResponse = message("ReadShareGroupStateSummaryResponse", "0-1", "0+", {
  results: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+", default: null }),
      stateEpoch: int32("0+"),
      leaderEpoch: int32("0+"),
      startOffset: int64("0+"),
      deliveryCompleteCount: int32("1+", { default: -1, ignorable: true }),
    }),
  }),
});
export type ReadShareGroupStateSummaryResponse = Value<typeof ReadShareGroupStateSummaryResponse>;
