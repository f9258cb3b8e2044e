/**
 * ListOffsets (key 2): finds offsets by timestamp, or the special ones (earliest, latest, largest timestamp, local,
 * tiered).
 *
 * - 1: where 4.x starts
 * - 2: request adds isolationLevel; response adds throttleTimeMs
 * - 3: throttled after the answer (KIP-219)
 * - 4: request adds currentLeaderEpoch; response adds leaderEpoch
 * - 5: OFFSET_NOT_AVAILABLE may be answered
 * - 6: flexible
 * - 7: timestamp −3, the largest timestamp (KIP-734)
 * - 8: timestamp −4, the local log start (KIP-405)
 * - 9: timestamp −5, the last tiered offset (KIP-1005)
 * - 10: request adds timeoutMs; remote storage may take its time (KIP-1075)
 * - 11: timestamp −6, the earliest offset not yet tiered (KIP-1023)
 */
import { array, int8, int16, int32, int64, message, string, type Value } from "../schema.js";

export const ListOffsetsRequest = message("ListOffsetsRequest", "1-11", "6+", {
  replicaId: int32("0+"),
  isolationLevel: int8("2+"),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      currentLeaderEpoch: int32("4+", { default: -1, ignorable: true }),
      timestamp: int64("0+"),
    }),
  }),
  timeoutMs: int32("10+", { ignorable: true }),
});
export type ListOffsetsRequest = Value<typeof ListOffsetsRequest>;

export const ListOffsetsResponse = message("ListOffsetsResponse", "1-11", "6+", {
  throttleTimeMs: int32("2+", { ignorable: true }),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
      timestamp: int64("1+", { default: -1 }),
      offset: int64("1+", { default: -1 }),
      leaderEpoch: int32("4+", { default: -1 }),
    }),
  }),
});
export type ListOffsetsResponse = Value<typeof ListOffsetsResponse>;
