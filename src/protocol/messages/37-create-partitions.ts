/**
 * CreatePartitions (key 37): adds partitions to topics.
 *
 * - 0: the first
 * - 1: throttled after the answer (KIP-219)
 * - 2: flexible
 * - 3: THROTTLING_QUOTA_EXCEEDED may be answered (KIP-599)
 */
import { array, bool, int16, int32, message, string, type Value } from "../schema.js";

export const CreatePartitionsRequest = message("CreatePartitionsRequest", "0-3", "2+", {
  topics: array("0+").of({
    name: string("0+"),
    count: int32("0+"),
    assignments: array("0+", { nullable: "0+" }).of({
      brokerIds: array("0+").of("int32"),
    }),
  }),
  timeoutMs: int32("0+"),
  validateOnly: bool("0+"),
});
export type CreatePartitionsRequest = Value<typeof CreatePartitionsRequest>;

export const CreatePartitionsResponse = message("CreatePartitionsResponse", "0-3", "2+", {
  throttleTimeMs: int32("0+"),
  results: array("0+").of({
    name: string("0+"),
    errorCode: int16("0+"),
    errorMessage: string("0+", { nullable: "0+", default: null }),
  }),
});
export type CreatePartitionsResponse = Value<typeof CreatePartitionsResponse>;
