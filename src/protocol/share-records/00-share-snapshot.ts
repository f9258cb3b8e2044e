/** Record type 0: the whole state of a share partition. */
import { array, int8, int16, int32, int64, message, string, uuid, type Value } from "../schema.js";

export const ShareSnapshotKey = message("ShareSnapshotKey", "0", "none", {
  groupId: string("0"),
  topicId: uuid("0"),
  partition: int32("0"),
});
export type ShareSnapshotKey = Value<typeof ShareSnapshotKey>;

export const ShareSnapshotValue = message("ShareSnapshotValue", "0", "0+", {
  snapshotEpoch: int32("0+"),
  stateEpoch: int32("0+"),
  leaderEpoch: int32("0+"),
  startOffset: int64("0+"),
  deliveryCompleteCount: int32("0+", { default: -1, tag: 0 }),
  createTimestamp: int64("0+"),
  writeTimestamp: int64("0+"),
  stateBatches: array("0+").of({
    firstOffset: int64("0+"),
    lastOffset: int64("0+"),
    deliveryState: int8("0+"),
    deliveryCount: int16("0+"),
  }),
});
export type ShareSnapshotValue = Value<typeof ShareSnapshotValue>;
