/**
 * AlterPartitionReassignments (key 45): starts and cancels moves of replicas.
 *
 * - 0: the first
 * - 1: request and response add allowReplicationFactorChange
 */
import { array, bool, int16, int32, message, string, type Value } from "../schema.js";

export const AlterPartitionReassignmentsRequest = message("AlterPartitionReassignmentsRequest", "0-1", "0+", {
  timeoutMs: int32("0+", { default: 60000 }),
  allowReplicationFactorChange: bool("1+", { default: true }),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      replicas: array("0+", { nullable: "0+", default: null }).of("int32"),
    }),
  }),
});
export type AlterPartitionReassignmentsRequest = Value<typeof AlterPartitionReassignmentsRequest>;

export const AlterPartitionReassignmentsResponse = message("AlterPartitionReassignmentsResponse", "0-1", "0+", {
  throttleTimeMs: int32("0+"),
  allowReplicationFactorChange: bool("1+", { default: true, ignorable: true }),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+" }),
  responses: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
      errorMessage: string("0+", { nullable: "0+" }),
    }),
  }),
});
export type AlterPartitionReassignmentsResponse = Value<typeof AlterPartitionReassignmentsResponse>;
