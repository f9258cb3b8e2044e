/** The last record of a metadata snapshot. */
import { int16, message, type Value } from "../schema.js";

export const SnapshotFooterRecord = message("SnapshotFooterRecord", "0", "0+", {
  version: int16("0+"),
});
export type SnapshotFooterRecord = Value<typeof SnapshotFooterRecord>;
