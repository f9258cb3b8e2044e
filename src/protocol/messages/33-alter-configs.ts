/**
 * AlterConfigs (key 33): replaces all configs of resources; IncrementalAlterConfigs changes single ones.
 *
 * - 0: the first
 * - 1: throttled after the answer (KIP-219)
 * - 2: flexible
 */
import { array, bool, int8, int16, int32, message, string, type Value } from "../schema.js";

export const AlterConfigsRequest = message("AlterConfigsRequest", "0-2", "2+", {
  resources: array("0+").of({
    resourceType: int8("0+"),
    resourceName: string("0+"),
    configs: array("0+").of({
      name: string("0+"),
      value: string("0+", { nullable: "0+" }),
    }),
  }),
  validateOnly: bool("0+"),
});
export type AlterConfigsRequest = Value<typeof AlterConfigsRequest>;

export const AlterConfigsResponse = message("AlterConfigsResponse", "0-2", "2+", {
  throttleTimeMs: int32("0+"),
  responses: array("0+").of({
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
    resourceType: int8("0+"),
    resourceName: string("0+"),
  }),
});
export type AlterConfigsResponse = Value<typeof AlterConfigsResponse>;
