/**
 * OffsetCommit (key 8): commits positions of a group.
 *
 * - 2: where 4.x starts
 * - 3: response adds throttleTimeMs
 * - 4: throttled after the answer (KIP-219)
 * - 5: request drops retentionTimeMs
 * - 6: request adds committedLeaderEpoch
 * - 7: request adds groupInstanceId
 * - 8: flexible
 * - 9: serves the consumer protocol (KIP-848); STALE_MEMBER_EPOCH may be answered
 * - 10: request and response add topicId; drop name; topic ids
 */
import { array, int16, int32, int64, message, string, uuid, type Value } from "../schema.js";

export const OffsetCommitRequest = message("OffsetCommitRequest", "2-10", "8+", {
  groupId: string("0+"),
  generationIdOrMemberEpoch: int32("1+", { default: -1, ignorable: true }),
  memberId: string("1+", { ignorable: true }),
  groupInstanceId: string("7+", { nullable: "7+", default: null }),
  retentionTimeMs: int64("2-4", { default: -1, ignorable: true }),
  topics: array("0+").of({
    name: string("0-9", { ignorable: true }),
    topicId: uuid("10+", { ignorable: true }),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      committedOffset: int64("0+"),
      committedLeaderEpoch: int32("6+", { default: -1, ignorable: true }),
      committedMetadata: string("0+", { nullable: "0+" }),
    }),
  }),
});
export type OffsetCommitRequest = Value<typeof OffsetCommitRequest>;

export const OffsetCommitResponse = message("OffsetCommitResponse", "2-10", "8+", {
  throttleTimeMs: int32("3+", { ignorable: true }),
  topics: array("0+").of({
    name: string("0-9", { ignorable: true }),
    topicId: uuid("10+", { ignorable: true }),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
    }),
  }),
});
export type OffsetCommitResponse = Value<typeof OffsetCommitResponse>;
