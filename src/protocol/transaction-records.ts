import { coordinatorRecord } from "./coordinator-record.js";
import { TransactionLogKey, TransactionLogValue } from "./transaction-records/00-transaction-log.js";

/** The records of `__transaction_state`. */
export const TransactionRecords = {
  TransactionLog: coordinatorRecord(0, "TransactionLog", TransactionLogKey, TransactionLogValue),
} as const;
