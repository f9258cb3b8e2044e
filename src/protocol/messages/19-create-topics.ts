/**
 * CreateTopics (key 19): creates topics.
 *
 * - 2: where 4.x starts
 * - 3: throttled after the answer (KIP-219)
 * - 4: partitions and replication factor may be −1, the broker's defaults (KIP-464)
 * - 5: flexible; response adds topicConfigErrorCode (tagged), numPartitions, replicationFactor and configs; configs
 *   of what was created (KIP-525)
 * - 6: THROTTLING_QUOTA_EXCEEDED may be answered (KIP-599)
 * - 7: response adds topicId
 */
import { array, bool, int8, int16, int32, message, string, uuid, type Value } from "../schema.js";

export const CreateTopicsRequest = message("CreateTopicsRequest", "2-7", "5+", {
  topics: array("0+").of({
    name: string("0+"),
    numPartitions: int32("0+"),
    replicationFactor: int16("0+"),
    assignments: array("0+").of({
      partitionIndex: int32("0+"),
      brokerIds: array("0+").of("int32"),
    }),
    configs: array("0+").of({
      name: string("0+"),
      value: string("0+", { nullable: "0+" }),
    }),
  }),
  timeoutMs: int32("0+", { default: 60000 }),
  validateOnly: bool("1+"),
});
export type CreateTopicsRequest = Value<typeof CreateTopicsRequest>;

export const CreateTopicsResponse = message("CreateTopicsResponse", "2-7", "5+", {
  throttleTimeMs: int32("2+", { ignorable: true }),
  topics: array("0+").of({
    name: string("0+"),
    topicId: uuid("7+", { ignorable: true }),
    errorCode: int16("0+"),
    errorMessage: string("1+", { nullable: "0+", ignorable: true }),
    topicConfigErrorCode: int16("5+", { tag: 0, ignorable: true }),
    numPartitions: int32("5+", { default: -1, ignorable: true }),
    replicationFactor: int16("5+", { default: -1, ignorable: true }),
    configs: array("5+", { nullable: "5+", ignorable: true }).of({
      name: string("5+"),
      value: string("5+", { nullable: "5+" }),
      readOnly: bool("5+"),
      configSource: int8("5+", { default: -1, ignorable: true }),
      isSensitive: bool("5+"),
    }),
  }),
});
export type CreateTopicsResponse = Value<typeof CreateTopicsResponse>;
