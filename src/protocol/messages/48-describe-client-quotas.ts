/**
 * DescribeClientQuotas (key 48): lists client quotas.
 *
 * - 0: the first
 * - 1: flexible
 */
import { array, bool, float64, int8, int16, int32, message, string, type Value } from "../schema.js";

export const DescribeClientQuotasRequest = message("DescribeClientQuotasRequest", "0-1", "1+", {
  components: array("0+").of({
    entityType: string("0+"),
    matchType: int8("0+"),
    match: string("0+", { nullable: "0+" }),
  }),
  strict: bool("0+"),
});
export type DescribeClientQuotasRequest = Value<typeof DescribeClientQuotasRequest>;

export const DescribeClientQuotasResponse = message("DescribeClientQuotasResponse", "0-1", "1+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+" }),
  entries: array("0+", { nullable: "0+" }).of({
    entity: array("0+").of({
      entityType: string("0+"),
      entityName: string("0+", { nullable: "0+" }),
    }),
    values: array("0+").of({
      key: string("0+"),
      value: float64("0+"),
    }),
  }),
});
export type DescribeClientQuotasResponse = Value<typeof DescribeClientQuotasResponse>;
