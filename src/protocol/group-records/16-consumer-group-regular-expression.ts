/** Record type 16: the topics that a subscribed regular expression matched. */
import { array, int64, message, string, type Value } from "../schema.js";

export const ConsumerGroupRegularExpressionKey = message("ConsumerGroupRegularExpressionKey", "0", "none", {
  groupId: string("0"),
  regularExpression: string("0"),
});
export type ConsumerGroupRegularExpressionKey = Value<typeof ConsumerGroupRegularExpressionKey>;

export const ConsumerGroupRegularExpressionValue = message("ConsumerGroupRegularExpressionValue", "0", "0+", {
  topics: array("0+").of("string"),
  version: int64("0+"),
  timestamp: int64("0+"),
});
export type ConsumerGroupRegularExpressionValue = Value<typeof ConsumerGroupRegularExpressionValue>;
