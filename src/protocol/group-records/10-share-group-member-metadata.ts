/** Record type 10: a member of a share group. */
import { array, message, string, type Value } from "../schema.js";

export const ShareGroupMemberMetadataKey = message("ShareGroupMemberMetadataKey", "0", "none", {
  groupId: string("0"),
  memberId: string("0"),
});
export type ShareGroupMemberMetadataKey = Value<typeof ShareGroupMemberMetadataKey>;

export const ShareGroupMemberMetadataValue = message("ShareGroupMemberMetadataValue", "0", "0+", {
  rackId: string("0+", { nullable: "0+" }),
  clientId: string("0+"),
  clientHost: string("0+"),
  subscribedTopicNames: array("0+").of("string"),
});
export type ShareGroupMemberMetadataValue = Value<typeof ShareGroupMemberMetadataValue>;
