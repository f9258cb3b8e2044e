/**
 * InitProducerId (key 22): gives a producer its id and epoch, and ends what its predecessor left open.
 *
 * - 0: the first
 * - 1: throttled after the answer (KIP-219)
 * - 2: flexible
 * - 3: request adds producerId and producerEpoch
 * - 4: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH (KIP-588)
 * - 5: TRANSACTION_ABORTABLE may be answered (KIP-890)
 * - 6: request adds enable2Pc and keepPreparedTxn; response adds ongoingTxnProducerId and ongoingTxnProducerEpoch;
 *   two-phase commit (KIP-939), not released in 4.3.1
 */
import { bool, int16, int32, int64, message, string, type Value } from "../schema.js";

export const InitProducerIdRequest = message("InitProducerIdRequest", "0-6", "2+", {
  transactionalId: string("0+", { nullable: "0+" }),
  transactionTimeoutMs: int32("0+"),
  producerId: int64("3+", { default: -1 }),
  producerEpoch: int16("3+", { default: -1 }),
  enable2Pc: bool("6+"),
  keepPreparedTxn: bool("6+"),
});
export type InitProducerIdRequest = Value<typeof InitProducerIdRequest>;

export const InitProducerIdResponse = message("InitProducerIdResponse", "0-6", "2+", {
  throttleTimeMs: int32("0+", { ignorable: true }),
  errorCode: int16("0+"),
  producerId: int64("0+", { default: -1 }),
  producerEpoch: int16("0+"),
  ongoingTxnProducerId: int64("6+", { default: -1 }),
  ongoingTxnProducerEpoch: int16("6+", { default: -1 }),
});
export type InitProducerIdResponse = Value<typeof InitProducerIdResponse>;
