/** Metadata record 23: the records up to its end belong together (KIP-868). */
import { message, string, type Value } from "../schema.js";

export const BeginTransactionRecord = message("BeginTransactionRecord", "0", "0+", {
  name: string("0+", { nullable: "0+", default: null, tag: 0 }),
});
export type BeginTransactionRecord = Value<typeof BeginTransactionRecord>;
