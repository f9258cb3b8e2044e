/**
 * WriteTxnMarkers (key 27): the transaction coordinator writes commit and abort markers into partitions.
 *
 * - 1: where 4.x starts
 * - 2: request adds transactionVersion
 */
import { array, bool, int8, int16, int32, int64, message, string, type Value } from "../schema.js";

export const WriteTxnMarkersRequest = message("WriteTxnMarkersRequest", "1-2", "1+", {
  markers: array("0+").of({
    producerId: int64("0+"),
    producerEpoch: int16("0+"),
    transactionResult: bool("0+"),
    topics: array("0+").of({
      name: string("0+"),
      partitionIndexes: array("0+").of("int32"),
    }),
    coordinatorEpoch: int32("0+"),
    transactionVersion: int8("2+", { ignorable: true }),
  }),
});
export type WriteTxnMarkersRequest = Value<typeof WriteTxnMarkersRequest>;

export const WriteTxnMarkersResponse = message("WriteTxnMarkersResponse", "1-2", "1+", {
  markers: array("0+").of({
    producerId: int64("0+"),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        errorCode: int16("0+"),
      }),
    }),
  }),
});
export type WriteTxnMarkersResponse = Value<typeof WriteTxnMarkersResponse>;
