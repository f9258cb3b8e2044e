/**
 * DescribeConfigs (key 32): configs of topics, brokers, groups and client metrics.
 *
 * - 1: where 4.x starts
 * - 2: throttled after the answer (KIP-219)
 * - 3: request adds includeDocumentation; response adds configType and documentation
 * - 4: flexible
 */
import { array, bool, int8, int16, int32, message, string, type Value } from "../schema.js";

export const DescribeConfigsRequest = message("DescribeConfigsRequest", "1-4", "4+", {
  resources: array("0+").of({
    resourceType: int8("0+"),
    resourceName: string("0+"),
    configurationKeys: array("0+", { nullable: "0+" }).of("string"),
  }),
  includeSynonyms: bool("1+"),
  includeDocumentation: bool("3+"),
});
export type DescribeConfigsRequest = Value<typeof DescribeConfigsRequest>;

export const DescribeConfigsResponse = message("DescribeConfigsResponse", "1-4", "4+", {
  throttleTimeMs: int32("0+"),
  results: array("0+").of({
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
    resourceType: int8("0+"),
    resourceName: string("0+"),
    configs: array("0+").of({
      name: string("0+"),
      value: string("0+", { nullable: "0+" }),
      readOnly: bool("0+"),
      configSource: int8("1+", { default: -1, ignorable: true }),
      isSensitive: bool("0+"),
      synonyms: array("1+", { ignorable: true }).of({
        name: string("1+"),
        value: string("1+", { nullable: "0+" }),
        source: int8("1+"),
      }),
      configType: int8("3+", { ignorable: true }),
      documentation: string("3+", { nullable: "0+", ignorable: true }),
    }),
  }),
});
export type DescribeConfigsResponse = Value<typeof DescribeConfigsResponse>;
