/** Metadata record 25: the metadata transaction is void. */
import { message, string, type Value } from "../schema.js";

export const AbortTransactionRecord = message("AbortTransactionRecord", "0", "0+", {
  reason: string("0+", { nullable: "0+", default: null, tag: 0 }),
});
export type AbortTransactionRecord = Value<typeof AbortTransactionRecord>;
