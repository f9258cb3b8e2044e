/** Record type 0: a committed position as the oldest brokers wrote it. */
import { int32, int64, message, string, type Value } from "../schema.js";

export const LegacyOffsetCommitKey = message("LegacyOffsetCommitKey", "0", "none", {
  group: string("0"),
  topic: string("0"),
  partition: int32("0"),
});
export type LegacyOffsetCommitKey = Value<typeof LegacyOffsetCommitKey>;

export const LegacyOffsetCommitValue = message("LegacyOffsetCommitValue", "0", "none", {
  offset: int64("0"),
  metadata: string("0"),
  commitTimestamp: int64("0"),
});
export type LegacyOffsetCommitValue = Value<typeof LegacyOffsetCommitValue>;
