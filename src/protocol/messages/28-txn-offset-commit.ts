/**
 * TxnOffsetCommit (key 28): commits positions of a group as part of a transaction.
 *
 * - 0: the first
 * - 1: throttled after the answer (KIP-219)
 * - 2: request adds committedLeaderEpoch
 * - 3: flexible; request adds generationId, memberId and groupInstanceId
 * - 4: TRANSACTION_ABORTABLE may be answered (KIP-890)
 * - 5: it adds the offsets partition to the transaction itself (KIP-890)
 */
import { array, int16, int32, int64, message, string, type Value } from "../schema.js";

export const TxnOffsetCommitRequest = message("TxnOffsetCommitRequest", "0-5", "3+", {
  transactionalId: string("0+"),
  groupId: string("0+"),
  producerId: int64("0+"),
  producerEpoch: int16("0+"),
  generationId: int32("3+", { default: -1 }),
  memberId: string("3+"),
  groupInstanceId: string("3+", { nullable: "3+", default: null }),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      committedOffset: int64("0+"),
      committedLeaderEpoch: int32("2+", { default: -1, ignorable: true }),
      committedMetadata: string("0+", { nullable: "0+" }),
    }),
  }),
});
export type TxnOffsetCommitRequest = Value<typeof TxnOffsetCommitRequest>;

export const TxnOffsetCommitResponse = message("TxnOffsetCommitResponse", "0-5", "3+", {
  throttleTimeMs: int32("0+"),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
    }),
  }),
});
export type TxnOffsetCommitResponse = Value<typeof TxnOffsetCommitResponse>;
