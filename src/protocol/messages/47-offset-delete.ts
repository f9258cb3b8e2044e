/** OffsetDelete (key 47): deletes committed positions of a group. */
import { array, int16, int32, message, string, type Value } from "../schema.js";

export const OffsetDeleteRequest = message("OffsetDeleteRequest", "0", "none", {
  groupId: string("0+"),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
    }),
  }),
});
export type OffsetDeleteRequest = Value<typeof OffsetDeleteRequest>;

export const OffsetDeleteResponse = message("OffsetDeleteResponse", "0", "none", {
  errorCode: int16("0+"),
  throttleTimeMs: int32("0+", { ignorable: true }),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
    }),
  }),
});
export type OffsetDeleteResponse = Value<typeof OffsetDeleteResponse>;
