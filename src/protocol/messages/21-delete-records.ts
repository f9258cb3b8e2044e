/**
 * DeleteRecords (key 21): moves the log start of partitions.
 *
 * - 0: the first
 * - 1: throttled after the answer (KIP-219)
 * - 2: flexible
 */
import { array, int16, int32, int64, message, string, type Value } from "../schema.js";

export const DeleteRecordsRequest = message("DeleteRecordsRequest", "0-2", "2+", {
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      offset: int64("0+"),
    }),
  }),
  timeoutMs: int32("0+"),
});
export type DeleteRecordsRequest = Value<typeof DeleteRecordsRequest>;

export const DeleteRecordsResponse = message("DeleteRecordsResponse", "0-2", "2+", {
  throttleTimeMs: int32("0+"),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      lowWatermark: int64("0+"),
      errorCode: int16("0+"),
    }),
  }),
});
export type DeleteRecordsResponse = Value<typeof DeleteRecordsResponse>;
