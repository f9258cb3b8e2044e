/** Metadata record 14: a client quota was set or removed. */
import { array, bool, float64, message, string, type Value } from "../schema.js";

export const ClientQuotaRecord = message("ClientQuotaRecord", "0", "0+", {
  entity: array("0+").of({
    entityType: string("0+"),
    entityName: string("0+", { nullable: "0+" }),
  }),
  key: string("0+"),
  value: float64("0+"),
  remove: bool("0+"),
});
export type ClientQuotaRecord = Value<typeof ClientQuotaRecord>;
