/** Metadata record 12: a finalized feature level was set; level 0 removes it. */
import { int16, message, string, type Value } from "../schema.js";

export const FeatureLevelRecord = message("FeatureLevelRecord", "0", "0+", {
  name: string("0+"),
  featureLevel: int16("0+"),
});
export type FeatureLevelRecord = Value<typeof FeatureLevelRecord>;
