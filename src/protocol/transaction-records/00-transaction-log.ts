/**
 * Record type 0: the state of a transactional id.
 *
 * - 0: the first
 * - 1: flexible; adds previousProducerId (tagged), nextProducerId (tagged), nextProducerEpoch (tagged) and
 *   clientTransactionVersion (tagged)
 */
import { array, int8, int16, int32, int64, message, string, type Value } from "../schema.js";

export const TransactionLogKey = message("TransactionLogKey", "0", "none", {
  transactionalId: string("0"),
});
export type TransactionLogKey = Value<typeof TransactionLogKey>;

export const TransactionLogValue = message("TransactionLogValue", "0-1", "1+", {
  producerId: int64("0+"),
  previousProducerId: int64("1+", { default: -1, tag: 0 }),
  nextProducerId: int64("1+", { default: -1, tag: 1 }),
  producerEpoch: int16("0+"),
  nextProducerEpoch: int16("1+", { default: -1, tag: 3 }),
  transactionTimeoutMs: int32("0+"),
  transactionStatus: int8("0+"),
  transactionPartitions: array("0+", { nullable: "0+" }).of({
    topic: string("0+"),
    partitionIds: array("0+").of("int32"),
  }),
  transactionLastUpdateTimestampMs: int64("0+"),
  transactionStartTimestampMs: int64("0+"),
  clientTransactionVersion: int16("1+", { tag: 2 }),
});
export type TransactionLogValue = Value<typeof TransactionLogValue>;
