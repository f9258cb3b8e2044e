/** Metadata record 28: the eligible leader replicas of a topic, or of all, were cleared. */
import { message, string, type Value } from "../schema.js";

export const ClearElrRecord = message("ClearElrRecord", "0", "0+", {
  topicName: string("0+"),
});
export type ClearElrRecord = Value<typeof ClearElrRecord>;
