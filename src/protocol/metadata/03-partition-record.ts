/**
 * Metadata record 3: a partition was created.
 *
 * - 0: the first
 * - 1: adds directories
 * - 2: adds eligibleLeaderReplicas (tagged) and lastKnownElr (tagged)
 */
import { array, int8, int32, message, uuid, type Value } from "../schema.js";

export const PartitionRecord = message("PartitionRecord", "0-2", "0+", {
  partitionId: int32("0+", { default: -1 }),
  topicId: uuid("0+"),
  replicas: array("0+").of("int32"),
  isr: array("0+").of("int32"),
  removingReplicas: array("0+").of("int32"),
  addingReplicas: array("0+").of("int32"),
  leader: int32("0+", { default: -1 }),
  leaderRecoveryState: int8("0+", { tag: 0 }),
  leaderEpoch: int32("0+", { default: -1 }),
  partitionEpoch: int32("0+", { default: -1 }),
  directories: array("1+").of("uuid"),
  eligibleLeaderReplicas: array("2+", { nullable: "2+", default: null, tag: 1 }).of("int32"),
  lastKnownElr: array("2+", { nullable: "2+", default: null, tag: 2 }).of("int32"),
});
export type PartitionRecord = Value<typeof PartitionRecord>;
