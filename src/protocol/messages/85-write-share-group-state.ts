/**
 * WriteShareGroupState (key 85): writes the state of share partitions.
 *
 * - 0: the first
 * - 1: request adds deliveryCompleteCount
 */
import { array, int8, int16, int32, int64, message, string, uuid, type Value } from "../schema.js";

export const WriteShareGroupStateRequest = message("WriteShareGroupStateRequest", "0-1", "0+", {
  groupId: string("0+"),
  topics: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
      stateEpoch: int32("0+"),
      leaderEpoch: int32("0+"),
      startOffset: int64("0+"),
      deliveryCompleteCount: int32("1+", { default: -1, ignorable: true }),
      stateBatches: array("0+").of({
        firstOffset: int64("0+"),
        lastOffset: int64("0+"),
        deliveryState: int8("0+"),
        deliveryCount: int16("0+"),
      }),
    }),
  }),
});
export type WriteShareGroupStateRequest = Value<typeof WriteShareGroupStateRequest>;

export const WriteShareGroupStateResponse = message("WriteShareGroupStateResponse", "0-1", "0+", {
  results: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+", default: null }),
    }),
  }),
});
export type WriteShareGroupStateResponse = Value<typeof WriteShareGroupStateResponse>;
