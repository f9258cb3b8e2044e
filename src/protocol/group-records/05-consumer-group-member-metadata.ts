/** Record type 5: a member of a consumer group. */
import { array, bytes, int32, message, string, struct, type Value } from "../schema.js";

export const ConsumerGroupMemberMetadataKey = message("ConsumerGroupMemberMetadataKey", "0", "none", {
  groupId: string("0"),
  memberId: string("0"),
});
export type ConsumerGroupMemberMetadataKey = Value<typeof ConsumerGroupMemberMetadataKey>;

export const ConsumerGroupMemberMetadataValue = message("ConsumerGroupMemberMetadataValue", "0", "0+", {
  instanceId: string("0+", { nullable: "0+" }),
  rackId: string("0+", { nullable: "0+" }),
  clientId: string("0+"),
  clientHost: string("0+"),
  subscribedTopicNames: array("0+").of("string"),
  subscribedTopicRegex: string("0+", { nullable: "0+" }),
  rebalanceTimeoutMs: int32("0+", { default: -1 }),
  serverAssignor: string("0+", { nullable: "0+" }),
  classicMemberMetadata: struct("0+", { nullable: "0+", tag: 0 }).of({
    sessionTimeoutMs: int32("0+"),
    supportedProtocols: array("0+").of({
      name: string("0+"),
      metadata: bytes("0+"),
    }),
  }),
});
export type ConsumerGroupMemberMetadataValue = Value<typeof ConsumerGroupMemberMetadataValue>;
