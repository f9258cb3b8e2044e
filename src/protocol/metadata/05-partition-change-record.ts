/**
 * Metadata record 5: what changed about a partition; fields that did not change are null or have a value of their own
 * for it.
 *
 * - 0: the first
 * - 1: adds directories (tagged)
 * - 2: adds eligibleLeaderReplicas (tagged) and lastKnownElr (tagged)
 */
import { array, int8, int32, message, uuid, type Value } from "../schema.js";

export const PartitionChangeRecord = message("PartitionChangeRecord", "0-2", "0+", {
  partitionId: int32("0+", { default: -1 }),
  topicId: uuid("0+"),
  isr: array("0+", { nullable: "0+", default: null, tag: 0 }).of("int32"),
  leader: int32("0+", { default: -2, tag: 1 }),
  replicas: array("0+", { nullable: "0+", default: null, tag: 2 }).of("int32"),
  removingReplicas: array("0+", { nullable: "0+", default: null, tag: 3 }).of("int32"),
  addingReplicas: array("0+", { nullable: "0+", default: null, tag: 4 }).of("int32"),
  leaderRecoveryState: int8("0+", { default: -1, tag: 5 }),
  directories: array("1+", { nullable: "1+", default: null, tag: 8 }).of("uuid"),
  eligibleLeaderReplicas: array("2+", { nullable: "2+", default: null, tag: 6 }).of("int32"),
  lastKnownElr: array("2+", { nullable: "2+", default: null, tag: 7 }).of("int32"),
});
export type PartitionChangeRecord = Value<typeof PartitionChangeRecord>;
