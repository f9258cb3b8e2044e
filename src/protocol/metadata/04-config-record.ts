/** Metadata record 4: one config of a resource was set, or removed by a null value. */
import { int8, message, string, type Value } from "../schema.js";

export const ConfigRecord = message("ConfigRecord", "0", "0+", {
  resourceType: int8("0+"),
  resourceName: string("0+"),
  name: string("0+"),
  value: string("0+", { nullable: "0+" }),
});
export type ConfigRecord = Value<typeof ConfigRecord>;
