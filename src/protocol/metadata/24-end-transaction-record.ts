/** Metadata record 24: the metadata transaction is done. */
import { message, type Value } from "../schema.js";

export const EndTransactionRecord = message("EndTransactionRecord", "0", "0+", {});
export type EndTransactionRecord = Value<typeof EndTransactionRecord>;
