/**
 * DescribeGroups (key 15): state and members of classic groups.
 *
 * - 0: the first
 * - 1: response adds throttleTimeMs
 * - 2: throttled after the answer (KIP-219)
 * - 3: request adds includeAuthorizedOperations; response adds authorizedOperations
 * - 4: response adds groupInstanceId
 * - 5: flexible
 * - 6: response adds errorMessage; GROUP_ID_NOT_FOUND for what is not there (KIP-1043)
 */
import { array, bool, bytes, int16, int32, message, string, type Value } from "../schema.js";

export const DescribeGroupsRequest = message("DescribeGroupsRequest", "0-6", "5+", {
  groups: array("0+").of("string"),
  includeAuthorizedOperations: bool("3+"),
});
export type DescribeGroupsRequest = Value<typeof DescribeGroupsRequest>;

export const DescribeGroupsResponse = message("DescribeGroupsResponse", "0-6", "5+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  groups: array("0+").of({
    errorCode: int16("0+"),
    errorMessage: string("6+", { nullable: "6+", default: null }),
    groupId: string("0+"),
    groupState: string("0+"),
    protocolType: string("0+"),
    protocolData: string("0+"),
    members: array("0+").of({
      memberId: string("0+"),
      groupInstanceId: string("4+", { nullable: "4+", default: null, ignorable: true }),
      clientId: string("0+"),
      clientHost: string("0+"),
      memberMetadata: bytes("0+"),
      memberAssignment: bytes("0+"),
    }),
    authorizedOperations: int32("3+", { default: -2147483648 }),
  }),
});
export type DescribeGroupsResponse = Value<typeof DescribeGroupsResponse>;
