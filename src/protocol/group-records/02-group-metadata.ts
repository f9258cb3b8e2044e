/**
 * Record type 2: a classic group.
 *
 * - 0: the first
 * - 1: adds rebalanceTimeout
 * - 2: adds currentStateTimestamp
 * - 3: adds groupInstanceId
 * - 4: flexible
 */
import { array, bytes, int32, int64, message, string, type Value } from "../schema.js";

export const GroupMetadataKey = message("GroupMetadataKey", "0", "none", {
  group: string("0"),
});
export type GroupMetadataKey = Value<typeof GroupMetadataKey>;

const memberMetadata = {
  memberId: string("0+"),
  groupInstanceId: string("3+", { nullable: "3+", default: null, ignorable: true }),
  clientId: string("0+"),
  clientHost: string("0+"),
  rebalanceTimeout: int32("1+", { default: -1, ignorable: true }),
  sessionTimeout: int32("0+"),
  subscription: bytes("0+"),
  assignment: bytes("0+"),
};

export const GroupMetadataValue = message("GroupMetadataValue", "0-4", "4+", {
  protocolType: string("0+"),
  generation: int32("0+"),
  protocol: string("0+", { nullable: "0+" }),
  leader: string("0+", { nullable: "0+" }),
  currentStateTimestamp: int64("2+", { default: -1, ignorable: true }),
  members: array("0+").of(memberMetadata),
});
export type GroupMetadataValue = Value<typeof GroupMetadataValue>;
