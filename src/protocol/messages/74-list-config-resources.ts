/**
 * ListConfigResources (key 74): names of resources that have configs.
 *
 * - 0: the first
 * - 1: request adds resourceTypes; response adds resourceType
 */
import { array, int8, int16, int32, message, string, type Value } from "../schema.js";

export const ListConfigResourcesRequest = message("ListConfigResourcesRequest", "0-1", "0+", {
  resourceTypes: array("1+").of("int8"),
});
export type ListConfigResourcesRequest = Value<typeof ListConfigResourcesRequest>;

export const ListConfigResourcesResponse = message("ListConfigResourcesResponse", "0-1", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  configResources: array("0+").of({
    resourceName: string("0+"),
    resourceType: int8("1+", { default: 16, ignorable: true }),
  }),
});
export type ListConfigResourcesResponse = Value<typeof ListConfigResourcesResponse>;
