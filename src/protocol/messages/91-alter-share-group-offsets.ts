/** AlterShareGroupOffsets (key 91): moves start offsets of a share group. */
import { array, int16, int32, int64, message, string, uuid, type Value } from "../schema.js";

export const AlterShareGroupOffsetsRequest = message("AlterShareGroupOffsetsRequest", "0", "0+", {
  groupId: string("0+"),
  topics: array("0+").of({
    topicName: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      startOffset: int64("0+"),
    }),
  }),
});
export type AlterShareGroupOffsetsRequest = Value<typeof AlterShareGroupOffsetsRequest>;

export const AlterShareGroupOffsetsResponse = message("AlterShareGroupOffsetsResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+", default: null }),
  responses: array("0+").of({
    topicName: string("0+"),
    topicId: uuid("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+", default: null }),
    }),
  }),
});
export type AlterShareGroupOffsetsResponse = Value<typeof AlterShareGroupOffsetsResponse>;
