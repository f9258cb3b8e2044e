/**
 * What a consumer of the classic protocol says of itself in JoinGroup, preceded by its int16 version.
 *
 * - 0: the first
 * - 1: adds ownedPartitions
 * - 2: adds generationId
 * - 3: adds rackId
 */
import { array, bytes, int32, message, string, type Value } from "../schema.js";

export const ConsumerProtocolSubscription = message("ConsumerProtocolSubscription", "0-3", "none", {
  topics: array("0+").of("string"),
  userData: bytes("0+", { nullable: "0+", default: null }),
  ownedPartitions: array("1+", { ignorable: true }).of({
    topic: string("1+"),
    partitions: array("1+").of("int32"),
  }),
  generationId: int32("2+", { default: -1, ignorable: true }),
  rackId: string("3+", { nullable: "3+", default: null, ignorable: true }),
});
export type ConsumerProtocolSubscription = Value<typeof ConsumerProtocolSubscription>;
