/**
 * AlterPartition (key 56): a partition leader asks the controller to change the ISR.
 *
 * - 2: where 4.x starts
 * - 3: request adds newIsrWithEpochs; drops newIsr
 */
import { array, int8, int16, int32, int64, message, uuid, type Value } from "../schema.js";

export const AlterPartitionRequest = message("AlterPartitionRequest", "2-3", "0+", {
  brokerId: int32("0+"),
  brokerEpoch: int64("0+", { default: -1 }),
  topics: array("0+").of({
    topicId: uuid("2+", { ignorable: true }),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      leaderEpoch: int32("0+"),
      newIsr: array("0-2").of("int32"),
      newIsrWithEpochs: array("3+").of({
        brokerId: int32("3+"),
        brokerEpoch: int64("3+", { default: -1 }),
      }),
      leaderRecoveryState: int8("1+"),
      partitionEpoch: int32("0+"),
    }),
  }),
});
export type AlterPartitionRequest = Value<typeof AlterPartitionRequest>;

export const AlterPartitionResponse = message("AlterPartitionResponse", "2-3", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  topics: array("0+").of({
    topicId: uuid("2+", { ignorable: true }),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
      leaderId: int32("0+"),
      leaderEpoch: int32("0+"),
      isr: array("0+").of("int32"),
      leaderRecoveryState: int8("1+", { ignorable: true }),
      partitionEpoch: int32("0+"),
    }),
  }),
});
export type AlterPartitionResponse = Value<typeof AlterPartitionResponse>;
