/**
 * DeleteGroups (key 42): deletes empty groups.
 *
 * - 0: the first
 * - 1: throttled after the answer (KIP-219)
 * - 2: flexible
 */
import { array, int16, int32, message, string, type Value } from "../schema.js";

export const DeleteGroupsRequest = message("DeleteGroupsRequest", "0-2", "2+", {
  groupsNames: array("0+").of("string"),
});
export type DeleteGroupsRequest = Value<typeof DeleteGroupsRequest>;

export const DeleteGroupsResponse = message("DeleteGroupsResponse", "0-2", "2+", {
  throttleTimeMs: int32("0+"),
  results: array("0+").of({
    groupId: string("0+"),
    errorCode: int16("0+"),
  }),
});
export type DeleteGroupsResponse = Value<typeof DeleteGroupsResponse>;
