/**
 * DeleteTopics (key 20): deletes topics.
 *
 * - 1: where 4.x starts
 * - 2: throttled after the answer (KIP-219)
 * - 3: TOPIC_DELETION_DISABLED may be answered
 * - 4: flexible
 * - 5: response adds errorMessage
 * - 6: request adds topics; drops topicNames; response adds topicId; name may be null
 */
import { array, int16, int32, message, string, uuid, type Value } from "../schema.js";

export const DeleteTopicsRequest = message("DeleteTopicsRequest", "1-6", "4+", {
  topics: array("6+").of({
    name: string("6+", { nullable: "6+", default: null }),
    topicId: uuid("6+"),
  }),
  topicNames: array("0-5", { ignorable: true }).of("string"),
  timeoutMs: int32("0+"),
});
export type DeleteTopicsRequest = Value<typeof DeleteTopicsRequest>;

export const DeleteTopicsResponse = message("DeleteTopicsResponse", "1-6", "4+", {
  throttleTimeMs: int32("1+", { ignorable: true }),
  responses: array("0+").of({
    name: string("0+", { nullable: "6+" }),
    topicId: uuid("6+", { ignorable: true }),
    errorCode: int16("0+"),
    errorMessage: string("5+", { nullable: "5+", default: null, ignorable: true }),
  }),
});
export type DeleteTopicsResponse = Value<typeof DeleteTopicsResponse>;
