/**
 * AddOffsetsToTxn (key 25): adds the offsets of a group to a transaction.
 *
 * - 0: the first
 * - 1: throttled after the answer (KIP-219)
 * - 2: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH (KIP-588)
 * - 3: flexible
 * - 4: TRANSACTION_ABORTABLE may be answered (KIP-890)
 */
import { int16, int32, int64, message, string, type Value } from "../schema.js";

export const AddOffsetsToTxnRequest = message("AddOffsetsToTxnRequest", "0-4", "3+", {
  transactionalId: string("0+"),
  producerId: int64("0+"),
  producerEpoch: int16("0+"),
  groupId: string("0+"),
});
export type AddOffsetsToTxnRequest = Value<typeof AddOffsetsToTxnRequest>;

export const AddOffsetsToTxnResponse = message("AddOffsetsToTxnResponse", "0-4", "3+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
});
export type AddOffsetsToTxnResponse = Value<typeof AddOffsetsToTxnResponse>;
