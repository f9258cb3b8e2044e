/** DescribeProducers (key 61): active producers of partitions. */
import { array, int16, int32, int64, message, string, type Value } from "../schema.js";

export const DescribeProducersRequest = message("DescribeProducersRequest", "0", "0+", {
  topics: array("0+").of({
    name: string("0+"),
    partitionIndexes: array("0+").of("int32"),
  }),
});
export type DescribeProducersRequest = Value<typeof DescribeProducersRequest>;

export const DescribeProducersResponse = message("DescribeProducersResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+", default: null }),
      activeProducers: array("0+").of({
        producerId: int64("0+"),
        producerEpoch: int32("0+"),
        lastSequence: int32("0+", { default: -1 }),
        lastTimestamp: int64("0+", { default: -1 }),
        coordinatorEpoch: int32("0+"),
        currentTxnStartOffset: int64("0+", { default: -1 }),
      }),
    }),
  }),
});
export type DescribeProducersResponse = Value<typeof DescribeProducersResponse>;
