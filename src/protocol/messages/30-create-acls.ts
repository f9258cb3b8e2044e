/**
 * CreateAcls (key 30): adds access control entries.
 *
 * - 1: where 4.x starts
 * - 2: flexible
 * - 3: resource type user (KIP-373)
 */
import { array, int8, int16, int32, message, string, type Value } from "../schema.js";

export const CreateAclsRequest = message("CreateAclsRequest", "1-3", "2+", {
  creations: array("0+").of({
    resourceType: int8("0+"),
    resourceName: string("0+"),
    resourcePatternType: int8("1+", { default: 3 }),
    principal: string("0+"),
    host: string("0+"),
    operation: int8("0+"),
    permissionType: int8("0+"),
  }),
});
export type CreateAclsRequest = Value<typeof CreateAclsRequest>;

export const CreateAclsResponse = message("CreateAclsResponse", "1-3", "2+", {
  throttleTimeMs: int32("0+"),
  results: array("0+").of({
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
  }),
});
export type CreateAclsResponse = Value<typeof CreateAclsResponse>;
