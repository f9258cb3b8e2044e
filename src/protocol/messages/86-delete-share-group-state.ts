/** DeleteShareGroupState (key 86): deletes the state of share partitions. */
import { array, int16, int32, message, string, uuid, type Value } from "../schema.js";

export const DeleteShareGroupStateRequest = message("DeleteShareGroupStateRequest", "0", "0+", {
  groupId: string("0+"),
  topics: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
    }),
  }),
});
export type DeleteShareGroupStateRequest = Value<typeof DeleteShareGroupStateRequest>;

export const DeleteShareGroupStateResponse = message("DeleteShareGroupStateResponse", "0", "0+", {
  results: array("0+").of({
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+", default: null }),
    }),
  }),
});
export type DeleteShareGroupStateResponse = Value<typeof DeleteShareGroupStateResponse>;
