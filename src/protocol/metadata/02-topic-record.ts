/** Metadata record 2: a topic was created. */
import { message, string, uuid, type Value } from "../schema.js";

export const TopicRecord = message("TopicRecord", "0", "0+", {
  name: string("0+"),
  topicId: uuid("0+"),
});
export type TopicRecord = Value<typeof TopicRecord>;
