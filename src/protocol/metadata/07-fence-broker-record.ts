/** Metadata record 7: a broker was fenced. */
import { int32, int64, message, type Value } from "../schema.js";

export const FenceBrokerRecord = message("FenceBrokerRecord", "0", "0+", {
  id: int32("0+"),
  epoch: int64("0+"),
});
export type FenceBrokerRecord = Value<typeof FenceBrokerRecord>;
