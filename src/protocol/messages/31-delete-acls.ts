/**
 * DeleteAcls (key 31): removes access control entries.
 *
 * - 1: where 4.x starts
 * - 2: flexible
 * - 3: resource type user (KIP-373)
 */
import { array, int8, int16, int32, message, string, type Value } from "../schema.js";

export const DeleteAclsRequest = message("DeleteAclsRequest", "1-3", "2+", {
  filters: array("0+").of({
    resourceTypeFilter: int8("0+"),
    resourceNameFilter: string("0+", { nullable: "0+" }),
    patternTypeFilter: int8("1+", { default: 3 }),
    principalFilter: string("0+", { nullable: "0+" }),
    hostFilter: string("0+", { nullable: "0+" }),
    operation: int8("0+"),
    permissionType: int8("0+"),
  }),
});
export type DeleteAclsRequest = Value<typeof DeleteAclsRequest>;

export const DeleteAclsResponse = message("DeleteAclsResponse", "1-3", "2+", {
  throttleTimeMs: int32("0+"),
  filterResults: array("0+").of({
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
    matchingAcls: array("0+").of({
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+" }),
      resourceType: int8("0+"),
      resourceName: string("0+"),
      patternType: int8("1+", { default: 3 }),
      principal: string("0+"),
      host: string("0+"),
      operation: int8("0+"),
      permissionType: int8("0+"),
    }),
  }),
});
export type DeleteAclsResponse = Value<typeof DeleteAclsResponse>;
