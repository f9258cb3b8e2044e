/**
 * IncrementalAlterConfigs (key 44): sets, deletes, appends to and subtracts from single configs.
 *
 * - 0: the first
 * - 1: flexible
 */
import { array, bool, int8, int16, int32, message, string, type Value } from "../schema.js";

export const IncrementalAlterConfigsRequest = message("IncrementalAlterConfigsRequest", "0-1", "1+", {
  resources: array("0+").of({
    resourceType: int8("0+"),
    resourceName: string("0+"),
    configs: array("0+").of({
      name: string("0+"),
      configOperation: int8("0+"),
      value: string("0+", { nullable: "0+" }),
    }),
  }),
  validateOnly: bool("0+"),
});
export type IncrementalAlterConfigsRequest = Value<typeof IncrementalAlterConfigsRequest>;

export const IncrementalAlterConfigsResponse = message("IncrementalAlterConfigsResponse", "0-1", "1+", {
  throttleTimeMs: int32("0+"),
  responses: array("0+").of({
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
    resourceType: int8("0+"),
    resourceName: string("0+"),
  }),
});
export type IncrementalAlterConfigsResponse = Value<typeof IncrementalAlterConfigsResponse>;
