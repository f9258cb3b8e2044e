/**
 * EndTxn (key 26): commits or aborts a transaction.
 *
 * - 0: the first
 * - 1: throttled after the answer (KIP-219)
 * - 2: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH (KIP-588)
 * - 3: flexible
 * - 4: TRANSACTION_ABORTABLE may be answered (KIP-890)
 * - 5: response adds producerId and producerEpoch; the producer gets its next epoch (KIP-890)
 */
import { bool, int16, int32, int64, message, string, type Value } from "../schema.js";

export const EndTxnRequest = message("EndTxnRequest", "0-5", "3+", {
  transactionalId: string("0+"),
  producerId: int64("0+"),
  producerEpoch: int16("0+"),
  committed: bool("0+"),
});
export type EndTxnRequest = Value<typeof EndTxnRequest>;

export const EndTxnResponse = message("EndTxnResponse", "0-5", "3+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  producerId: int64("5+", { default: -1, ignorable: true }),
  producerEpoch: int16("5+", { default: -1, ignorable: true }),
});
export type EndTxnResponse = Value<typeof EndTxnResponse>;
