/** Metadata record 8: a broker was unfenced. */
import { int32, int64, message, type Value } from "../schema.js";

export const UnfenceBrokerRecord = message("UnfenceBrokerRecord", "0", "0+", {
  id: int32("0+"),
  epoch: int64("0+"),
});
export type UnfenceBrokerRecord = Value<typeof UnfenceBrokerRecord>;
