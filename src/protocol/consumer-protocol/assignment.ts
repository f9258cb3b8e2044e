/**
 * What a consumer of the classic protocol is given in SyncGroup, preceded by its int16 version.
 *
 * - 0: the first
 * - 1–3: the same on the wire
 */
import { array, bytes, message, string, type Value } from "../schema.js";

export const ConsumerProtocolAssignment = message("ConsumerProtocolAssignment", "0-3", "none", {
  assignedPartitions: array("0+").of({
    topic: string("0+"),
    partitions: array("0+").of("int32"),
  }),
  userData: bytes("0+", { nullable: "0+", default: null }),
});
export type ConsumerProtocolAssignment = Value<typeof ConsumerProtocolAssignment>;
