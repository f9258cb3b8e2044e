/** Metadata record 20: nothing; written so that the high watermark keeps moving. */
import { message, type Value } from "../schema.js";

export const NoOpRecord = message("NoOpRecord", "0", "0+", {});
export type NoOpRecord = Value<typeof NoOpRecord>;
