/** The value of a transaction marker, after its int16 version. */
import { int32, message, type Value } from "../schema.js";

export const EndTxnMarker = message("EndTxnMarker", "0", "none", {
  coordinatorEpoch: int32("0+"),
});
export type EndTxnMarker = Value<typeof EndTxnMarker>;
