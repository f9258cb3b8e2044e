/** Metadata record 9: a topic was deleted. */
import { message, uuid, type Value } from "../schema.js";

export const RemoveTopicRecord = message("RemoveTopicRecord", "0", "0+", {
  topicId: uuid("0+"),
});
export type RemoveTopicRecord = Value<typeof RemoveTopicRecord>;
