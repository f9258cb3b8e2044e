/** Record type 19: a member of a streams group. */
import { array, int32, message, string, struct, uint16, type Value } from "../schema.js";

export const StreamsGroupMemberMetadataKey = message("StreamsGroupMemberMetadataKey", "0", "none", {
  groupId: string("0"),
  memberId: string("0"),
});
export type StreamsGroupMemberMetadataKey = Value<typeof StreamsGroupMemberMetadataKey>;

const endpoint = {
  host: string("0+"),
  port: uint16("0+"),
};

const keyValue = {
  key: string("0+"),
  value: string("0+"),
};

export const StreamsGroupMemberMetadataValue = message("StreamsGroupMemberMetadataValue", "0", "0+", {
  instanceId: string("0+", { nullable: "0+" }),
  rackId: string("0+", { nullable: "0+" }),
  clientId: string("0+"),
  clientHost: string("0+"),
  rebalanceTimeoutMs: int32("0+", { default: -1 }),
  topologyEpoch: int32("0+"),
  processId: string("0+"),
  userEndpoint: struct("0+", { nullable: "0+", default: null }).of(endpoint),
  clientTags: array("0+").of(keyValue),
});
export type StreamsGroupMemberMetadataValue = Value<typeof StreamsGroupMemberMetadataValue>;
