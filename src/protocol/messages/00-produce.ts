/**
 * Produce (key 0): appends record batches to partitions.
 *
 * - 3: where 4.x starts; record batches v2 only
 * - 4: the producer knows KAFKA_STORAGE_ERROR
 * - 5: response adds logStartOffset
 * - 6: the same on the wire
 * - 7: zstd is allowed (KIP-110)
 * - 8: response adds recordErrors and errorMessage
 * - 9: flexible
 * - 10: response adds currentLeader (tagged) and nodeEndpoints (tagged); the new leader comes with
 *   NOT_LEADER_OR_FOLLOWER (KIP-951)
 * - 11: TRANSACTION_ABORTABLE may be answered (KIP-890)
 * - 12: a transactional produce adds its partitions to the transaction itself (KIP-890)
 * - 13: request and response add topicId; drop name
 */
import { array, int16, int32, int64, message, records, string, struct, uuid, type Value } from "../schema.js";

export const ProduceRequest = message("ProduceRequest", "3-13", "9+", {
  transactionalId: string("3+", { nullable: "3+", default: null }),
  acks: int16("0+"),
  timeoutMs: int32("0+"),
  topicData: array("0+").of({
    name: string("0-12", { ignorable: true }),
    topicId: uuid("13+", { ignorable: true }),
    partitionData: array("0+").of({
      index: int32("0+"),
      records: records("0+", { nullable: "0+" }),
    }),
  }),
});
export type ProduceRequest = Value<typeof ProduceRequest>;

export const ProduceResponse = message("ProduceResponse", "3-13", "9+", {
  responses: array("0+").of({
    name: string("0-12", { ignorable: true }),
    topicId: uuid("13+", { ignorable: true }),
    partitionResponses: array("0+").of({
      index: int32("0+"),
      errorCode: int16("0+"),
      baseOffset: int64("0+"),
      logAppendTimeMs: int64("2+", { default: -1, ignorable: true }),
      logStartOffset: int64("5+", { default: -1, ignorable: true }),
      recordErrors: array("8+", { ignorable: true }).of({
        batchIndex: int32("8+"),
        batchIndexErrorMessage: string("8+", { nullable: "8+", default: null }),
      }),
      errorMessage: string("8+", { nullable: "8+", default: null, ignorable: true }),
      currentLeader: struct("10+", { tag: 0 }).of({
        leaderId: int32("10+", { default: -1 }),
        leaderEpoch: int32("10+", { default: -1 }),
      }),
    }),
  }),
  throttleTimeMs: int32("1+", { ignorable: true }),
  nodeEndpoints: array("10+", { tag: 0 }).of({
    nodeId: int32("10+"),
    host: string("10+"),
    port: int32("10+"),
    rack: string("10+", { nullable: "10+", default: null }),
  }),
});
export type ProduceResponse = Value<typeof ProduceResponse>;
