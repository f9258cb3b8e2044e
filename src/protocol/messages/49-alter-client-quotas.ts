/**
 * AlterClientQuotas (key 49): changes client quotas.
 *
 * - 0: the first
 * - 1: flexible
 */
import { array, bool, float64, int16, int32, message, string, type Value } from "../schema.js";

export const AlterClientQuotasRequest = message("AlterClientQuotasRequest", "0-1", "1+", {
  entries: array("0+").of({
    entity: array("0+").of({
      entityType: string("0+"),
      entityName: string("0+", { nullable: "0+" }),
    }),
    ops: array("0+").of({
      key: string("0+"),
      value: float64("0+"),
      remove: bool("0+"),
    }),
  }),
  validateOnly: bool("0+"),
});
export type AlterClientQuotasRequest = Value<typeof AlterClientQuotasRequest>;

export const AlterClientQuotasResponse = message("AlterClientQuotasResponse", "0-1", "1+", {
  throttleTimeMs: int32("0+"),
  entries: array("0+").of({
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+" }),
    entity: array("0+").of({
      entityType: string("0+"),
      entityName: string("0+", { nullable: "0+" }),
    }),
  }),
});
export type AlterClientQuotasResponse = Value<typeof AlterClientQuotasResponse>;
