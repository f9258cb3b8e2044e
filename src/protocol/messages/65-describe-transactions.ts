/** DescribeTransactions (key 65): state of transactional ids. */
import { array, int16, int32, int64, message, string, type Value } from "../schema.js";

export const DescribeTransactionsRequest = message("DescribeTransactionsRequest", "0", "0+", {
  transactionalIds: array("0+").of("string"),
});
export type DescribeTransactionsRequest = Value<typeof DescribeTransactionsRequest>;

export const DescribeTransactionsResponse = message("DescribeTransactionsResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  transactionStates: array("0+").of({
    errorCode: int16("0+"),
    transactionalId: string("0+"),
    transactionState: string("0+"),
    transactionTimeoutMs: int32("0+"),
    transactionStartTimeMs: int64("0+"),
    producerId: int64("0+"),
    producerEpoch: int16("0+"),
    topics: array("0+").of({
      topic: string("0+"),
      partitions: array("0+").of("int32"),
    }),
  }),
});
export type DescribeTransactionsResponse = Value<typeof DescribeTransactionsResponse>;
