/** Record type 11: the epoch of a share group. */
import { int32, int64, message, string, type Value } from "../schema.js";

export const ShareGroupMetadataKey = message("ShareGroupMetadataKey", "0", "none", {
  groupId: string("0"),
});
export type ShareGroupMetadataKey = Value<typeof ShareGroupMetadataKey>;

export const ShareGroupMetadataValue = message("ShareGroupMetadataValue", "0", "0+", {
  epoch: int32("0+"),
  metadataHash: int64("0+"),
});
export type ShareGroupMetadataValue = Value<typeof ShareGroupMetadataValue>;
