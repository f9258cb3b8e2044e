/** ReadShareGroupState (key 84): reads the state of share partitions. */
import { array, int8, int16, int32, int64, message, string, uuid, type Value } from "../schema.js";

export const ReadShareGroupStateRequest = message("ReadShareGroupStateRequest", "0", "0+", {
  groupId: string("0+"),
  topics: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
      leaderEpoch: int32("0+"),
    }),
  }),
});
export type ReadShareGroupStateRequest = Value<typeof ReadShareGroupStateRequest>;

export const ReadShareGroupStateResponse = message("ReadShareGroupStateResponse", "0", "0+", {
  results: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+", default: null }),
      stateEpoch: int32("0+"),
      startOffset: int64("0+"),
      stateBatches: array("0+").of({
        firstOffset: int64("0+"),
        lastOffset: int64("0+"),
        deliveryState: int8("0+"),
        deliveryCount: int16("0+"),
      }),
    }),
  }),
});
export type ReadShareGroupStateResponse = Value<typeof ReadShareGroupStateResponse>;
