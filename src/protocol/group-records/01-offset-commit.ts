/**
 * Record type 1: a committed position.
 *
 * - 0: the first
 * - 1: adds expireTimestamp
 * - 2: drops expireTimestamp
 * - 3: adds leaderEpoch
 * - 4: flexible; adds topicId (tagged); throttled after the answer (KIP-219)
 */
import { int32, int64, message, string, uuid, type Value } from "../schema.js";

export const OffsetCommitKey = message("OffsetCommitKey", "0", "none", {
  group: string("0"),
  topic: string("0"),
  partition: int32("0"),
});
export type OffsetCommitKey = Value<typeof OffsetCommitKey>;

export const OffsetCommitValue = message("OffsetCommitValue", "0-4", "4+", {
  offset: int64("0+"),
  leaderEpoch: int32("3+", { default: -1, ignorable: true }),
  metadata: string("0+"),
  commitTimestamp: int64("0+"),
  expireTimestamp: int64("1", { default: -1, ignorable: true }),
  topicId: uuid("4+", { tag: 0, ignorable: true }),
});
export type OffsetCommitValue = Value<typeof OffsetCommitValue>;
