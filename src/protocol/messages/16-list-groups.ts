/**
 * ListGroups (key 16): the groups that a broker coordinates.
 *
 * - 0: the first
 * - 1: response adds throttleTimeMs
 * - 2: throttled after the answer (KIP-219)
 * - 3: flexible
 * - 4: request adds statesFilter; response adds groupState
 * - 5: request adds typesFilter; response adds groupType
 */
import { array, int16, int32, message, string, type Value } from "../schema.js";

export const ListGroupsRequest = message("ListGroupsRequest", "0-5", "3+", {
  statesFilter: array("4+").of("string"),
  typesFilter: array("5+").of("string"),
});
export type ListGroupsRequest = Value<typeof ListGroupsRequest>;

export const ListGroupsResponse = message("ListGroupsResponse", "0-5", "3+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  errorCode: int16("0+"),
  groups: array("0+").of({
    groupId: string("0+"),
    protocolType: string("0+"),
    groupState: string("4+", { ignorable: true }),
    groupType: string("5+", { ignorable: true }),
  }),
});
export type ListGroupsResponse = Value<typeof ListGroupsResponse>;
