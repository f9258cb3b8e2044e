/**
 * DescribeShareGroupOffsets (key 90): start offsets of share groups.
 *
 * - 0: the first
 * - 1: response adds lag
 */
import { array, int16, int32, int64, message, string, uuid, type Value } from "../schema.js";

export const DescribeShareGroupOffsetsRequest = message("DescribeShareGroupOffsetsRequest", "0-1", "0+", {
  groups: array("0+").of({
    groupId: string("0+"),
    topics: array("0+", { nullable: "0+" }).of({
      topicName: string("0+"),
      partitions: array("0+").of("int32"),
    }),
  }),
});
export type DescribeShareGroupOffsetsRequest = Value<typeof DescribeShareGroupOffsetsRequest>;

export const DescribeShareGroupOffsetsResponse = message("DescribeShareGroupOffsetsResponse", "0-1", "0+", {
  throttleTimeMs: int32("0+"),
  groups: array("0+").of({
    groupId: string("0+"),
    topics: array("0+").of({
      topicName: string("0+"),
      topicId: uuid("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        startOffset: int64("0+"),
        leaderEpoch: int32("0+"),
        lag: int64("1+", { default: -1, ignorable: true }),
        errorCode: int16("0+"),
        errorMessage: string("0+", { nullable: "0+", default: null }),
      }),
    }),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+", default: null }),
  }),
});
export type DescribeShareGroupOffsetsResponse = Value<typeof DescribeShareGroupOffsetsResponse>;
