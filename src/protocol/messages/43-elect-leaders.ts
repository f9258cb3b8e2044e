/**
 * ElectLeaders (key 43): elects preferred leaders, or unclean ones.
 *
 * - 0: the first
 * - 1: request adds electionType; response adds errorCode
 * - 2: flexible
 */
import { array, int8, int16, int32, message, string, type Value } from "../schema.js";

export const ElectLeadersRequest = message("ElectLeadersRequest", "0-2", "2+", {
  electionType: int8("1+"),
  topicPartitions: array("0+", { nullable: "0+" }).of({
    topic: string("0+"),
    partitions: array("0+").of("int32"),
  }),
  timeoutMs: int32("0+", { default: 60000 }),
});
export type ElectLeadersRequest = Value<typeof ElectLeadersRequest>;

export const ElectLeadersResponse = message("ElectLeadersResponse", "0-2", "2+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("1+"),
  replicaElectionResults: array("0+").of({
    topic: string("0+"),
    partitionResult: array("0+").of({
      partitionId: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+" }),
    }),
  }),
});
export type ElectLeadersResponse = Value<typeof ElectLeadersResponse>;
