/**
 * OffsetForLeaderEpoch (key 23): where a leader epoch ends, for followers and consumers that look for divergence.
 *
 * - 2: where 4.x starts
 * - 3: request adds replicaId
 * - 4: flexible
 */
import { array, int16, int32, int64, message, string, type Value } from "../schema.js";

export const OffsetForLeaderEpochRequest = message("OffsetForLeaderEpochRequest", "2-4", "4+", {
  replicaId: int32("3+", { default: -2, ignorable: true }),
  topics: array("0+").of({
    topic: string("0+"),
    partitions: array("0+").of({
      partition: int32("0+"),
      currentLeaderEpoch: int32("2+", { default: -1, ignorable: true }),
      leaderEpoch: int32("0+"),
    }),
  }),
});
export type OffsetForLeaderEpochRequest = Value<typeof OffsetForLeaderEpochRequest>;

export const OffsetForLeaderEpochResponse = message("OffsetForLeaderEpochResponse", "2-4", "4+", {
  throttleTimeMs: int32("2+", { ignorable: true }),
  topics: array("0+").of({
    topic: string("0+"),
    partitions: array("0+").of({
      errorCode: int16("0+"),
      partition: int32("0+"),
      leaderEpoch: int32("1+", { default: -1, ignorable: true }),
      endOffset: int64("0+", { default: -1 }),
    }),
  }),
});
export type OffsetForLeaderEpochResponse = Value<typeof OffsetForLeaderEpochResponse>;
