/**
 * DescribeAcls (key 29): lists access control entries.
 *
 * - 1: where 4.x starts
 * - 2: flexible
 * - 3: resource type user (KIP-373)
 */
import { array, int8, int16, int32, message, string, type Value } from "../schema.js";

export const DescribeAclsRequest = message("DescribeAclsRequest", "1-3", "2+", {
  resourceTypeFilter: int8("0+"),
  resourceNameFilter: string("0+", { nullable: "0+" }),
  patternTypeFilter: int8("1+", { default: 3 }),
  principalFilter: string("0+", { nullable: "0+" }),
  hostFilter: string("0+", { nullable: "0+" }),
  operation: int8("0+"),
  permissionType: int8("0+"),
});
export type DescribeAclsRequest = Value<typeof DescribeAclsRequest>;

export const DescribeAclsResponse = message("DescribeAclsResponse", "1-3", "2+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+" }),
  resources: array("0+").of({
    resourceType: int8("0+"),
    resourceName: string("0+"),
    patternType: int8("1+", { default: 3 }),
    acls: array("0+").of({
      principal: string("0+"),
      host: string("0+"),
      operation: int8("0+"),
      permissionType: int8("0+"),
    }),
  }),
});
export type DescribeAclsResponse = Value<typeof DescribeAclsResponse>;
