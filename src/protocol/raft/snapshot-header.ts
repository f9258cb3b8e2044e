/** The first record of a metadata snapshot. */
import { int16, int64, message, type Value } from "../schema.js";

export const SnapshotHeaderRecord = message("SnapshotHeaderRecord", "0", "0+", {
  version: int16("0+"),
  lastContainedLogTimestamp: int64("0+"),
});
export type SnapshotHeaderRecord = Value<typeof SnapshotHeaderRecord>;
