/** Record type 1: changes of a share partition's state since its snapshot. */
import { array, int8, int16, int32, int64, message, string, uuid, type Value } from "../schema.js";

export const ShareUpdateKey = message("ShareUpdateKey", "0", "none", {
  groupId: string("0"),
  topicId: uuid("0"),
  partition: int32("0"),
});
export type ShareUpdateKey = Value<typeof ShareUpdateKey>;

export const ShareUpdateValue = message("ShareUpdateValue", "0", "0+", {
  snapshotEpoch: int32("0+"),
  leaderEpoch: int32("0+"),
  startOffset: int64("0+"),
  deliveryCompleteCount: int32("0+", { default: -1, tag: 0 }),
  stateBatches: array("0+").of({
    firstOffset: int64("0+"),
    lastOffset: int64("0+"),
    deliveryState: int8("0+"),
    deliveryCount: int16("0+"),
  }),
});
export type ShareUpdateValue = Value<typeof ShareUpdateValue>;
