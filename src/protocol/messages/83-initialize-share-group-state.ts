/** InitializeShareGroupState (key 83): starts the state of share partitions. */
import { array, int16, int32, int64, message, string, uuid, type Value } from "../schema.js";

export const InitializeShareGroupStateRequest = message("InitializeShareGroupStateRequest", "0", "0+", {
  groupId: string("0+"),
  topics: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
      stateEpoch: int32("0+"),
      startOffset: int64("0+"),
    }),
  }),
});
export type InitializeShareGroupStateRequest = Value<typeof InitializeShareGroupStateRequest>;

export const InitializeShareGroupStateResponse = message("InitializeShareGroupStateResponse", "0", "0+", {
  results: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+", default: null }),
    }),
  }),
});
export type InitializeShareGroupStateResponse = Value<typeof InitializeShareGroupStateResponse>;
