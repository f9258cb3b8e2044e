/**
 * OffsetFetch (key 9): reads the committed positions of groups.
 *
 * - 1: where 4.x starts
 * - 2: request topics may be null; response adds errorCode
 * - 3: response adds throttleTimeMs
 * - 4: throttled after the answer (KIP-219)
 * - 5: response adds committedLeaderEpoch
 * - 6: flexible
 * - 7: request adds requireStable
 * - 8: request adds groups; drops groupId and topics; response adds groups; drops topics and errorCode; several
 *   groups in one request (KIP-709)
 * - 9: request adds memberId and memberEpoch; member epochs (KIP-848)
 * - 10: request and response add topicId; drop name; topic ids
 */
import { array, bool, int16, int32, int64, message, string, uuid, type Value } from "../schema.js";

export const OffsetFetchRequest = message("OffsetFetchRequest", "1-10", "6+", {
  groupId: string("0-7"),
  topics: array("0-7", { nullable: "2-7" }).of({
    name: string("0-7"),
    partitionIndexes: array("0-7").of("int32"),
  }),
  groups: array("8+").of({
    groupId: string("8+"),
    memberId: string("9+", { nullable: "9+", default: null, ignorable: true }),
    memberEpoch: int32("9+", { default: -1, ignorable: true }),
    topics: array("8+", { nullable: "8+" }).of({
      name: string("8-9", { ignorable: true }),
      topicId: uuid("10+", { ignorable: true }),
      partitionIndexes: array("8+").of("int32"),
    }),
  }),
  requireStable: bool("7+"),
});
export type OffsetFetchRequest = Value<typeof OffsetFetchRequest>;

export const OffsetFetchResponse = message("OffsetFetchResponse", "1-10", "6+", {
  throttleTimeMs: int32("3+", { ignorable: true }),
  topics: array("0-7").of({
    name: string("0-7"),
    partitions: array("0-7").of({
      partitionIndex: int32("0-7"),
      committedOffset: int64("0-7"),
      committedLeaderEpoch: int32("5-7", { default: -1, ignorable: true }),
      metadata: string("0-7", { nullable: "0-7" }),
      errorCode: int16("0-7"),
    }),
  }),
  errorCode: int16("2-7", { ignorable: true }),
  groups: array("8+").of({
    groupId: string("8+"),
    topics: array("8+").of({
      name: string("8-9", { ignorable: true }),
      topicId: uuid("10+", { ignorable: true }),
      partitions: array("8+").of({
        partitionIndex: int32("8+"),
        committedOffset: int64("8+"),
        committedLeaderEpoch: int32("8+", { default: -1, ignorable: true }),
        metadata: string("8+", { nullable: "8+" }),
        errorCode: int16("8+"),
      }),
    }),
    errorCode: int16("8+"),
  }),
});
export type OffsetFetchResponse = Value<typeof OffsetFetchResponse>;
