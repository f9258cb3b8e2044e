/**
 * ListTransactions (key 66): the transactional ids that a broker coordinates.
 *
 * - 0: the first
 * - 1: request adds durationFilter
 * - 2: request adds transactionalIdPattern
 */
import { array, int16, int32, int64, message, string, type Value } from "../schema.js";

export const ListTransactionsRequest = message("ListTransactionsRequest", "0-2", "0+", {
  stateFilters: array("0+").of("string"),
  producerIdFilters: array("0+").of("int64"),
  durationFilter: int64("1+", { default: -1 }),
  transactionalIdPattern: string("2+", { nullable: "2+", default: null }),
});
export type ListTransactionsRequest = Value<typeof ListTransactionsRequest>;

export const ListTransactionsResponse = message("ListTransactionsResponse", "0-2", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  unknownStateFilters: array("0+").of("string"),
  transactionStates: array("0+").of({
    transactionalId: string("0+"),
    producerId: int64("0+"),
    transactionState: string("0+"),
  }),
});
export type ListTransactionsResponse = Value<typeof ListTransactionsResponse>;
