/** DeleteShareGroupOffsets (key 92): deletes start offsets of a share group. */
import { array, int16, int32, message, string, uuid, type Value } from "../schema.js";

export const DeleteShareGroupOffsetsRequest = message("DeleteShareGroupOffsetsRequest", "0", "0+", {
  groupId: string("0+"),
  topics: array("0+").of({
    topicName: string("0+"),
  }),
});
export type DeleteShareGroupOffsetsRequest = Value<typeof DeleteShareGroupOffsetsRequest>;

export const DeleteShareGroupOffsetsResponse = message("DeleteShareGroupOffsetsResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+", default: null }),
  responses: array("0+").of({
    topicName: string("0+"),
    topicId: uuid("0+"),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+", default: null }),
  }),
});
export type DeleteShareGroupOffsetsResponse = Value<typeof DeleteShareGroupOffsetsResponse>;
