/**
 * AddPartitionsToTxn (key 24): adds partitions to transactions, or verifies that they are part of one.
 *
 * - 0: the first
 * - 1: throttled after the answer (KIP-219)
 * - 2: PRODUCER_FENCED instead of INVALID_PRODUCER_EPOCH (KIP-588)
 * - 3: flexible
 * - 4: request adds transactions; drops v3AndBelowTransactionalId, v3AndBelowProducerId, v3AndBelowProducerEpoch
 *   and v3AndBelowTopics; response adds errorCode and resultsByTransaction; drops resultsByTopicV3AndBelow; several
 *   transactions at once, between brokers (KIP-890)
 * - 5: TRANSACTION_ABORTABLE may be answered (KIP-890)
 */
import { array, bool, int16, int32, int64, message, string, type Value } from "../schema.js";

const addPartitionsToTxnTopic = {
  name: string("0+"),
  partitions: array("0+").of("int32"),
};

export const AddPartitionsToTxnRequest = message("AddPartitionsToTxnRequest", "0-5", "3+", {
  transactions: array("4+").of({
    transactionalId: string("4+"),
    producerId: int64("4+"),
    producerEpoch: int16("4+"),
    verifyOnly: bool("4+"),
    topics: array("4+").of(addPartitionsToTxnTopic),
  }),
  v3AndBelowTransactionalId: string("0-3"),
  v3AndBelowProducerId: int64("0-3"),
  v3AndBelowProducerEpoch: int16("0-3"),
  v3AndBelowTopics: array("0-3").of(addPartitionsToTxnTopic),
});
export type AddPartitionsToTxnRequest = Value<typeof AddPartitionsToTxnRequest>;

const addPartitionsToTxnPartitionResult = {
  partitionIndex: int32("0+"),
  partitionErrorCode: int16("0+"),
};

const addPartitionsToTxnTopicResult = {
  name: string("0+"),
  resultsByPartition: array("0+").of(addPartitionsToTxnPartitionResult),
};

export const AddPartitionsToTxnResponse = message("AddPartitionsToTxnResponse", "0-5", "3+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("4+", { ignorable: true }),
  resultsByTransaction: array("4+").of({
    transactionalId: string("4+"),
    topicResults: array("4+").of(addPartitionsToTxnTopicResult),
  }),
  resultsByTopicV3AndBelow: array("0-3").of(addPartitionsToTxnTopicResult),
});
export type AddPartitionsToTxnResponse = Value<typeof AddPartitionsToTxnResponse>;
