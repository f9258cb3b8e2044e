/** ListPartitionReassignments (key 46): moves of replicas that are under way. */
import { array, int16, int32, message, string, type Value } from "../schema.js";

export const ListPartitionReassignmentsRequest = message("ListPartitionReassignmentsRequest", "0", "0+", {
  timeoutMs: int32("0+", { default: 60000 }),
  topics: array("0+", { nullable: "0+", default: null }).of({
    name: string("0+"),
    partitionIndexes: array("0+").of("int32"),
  }),
});
export type ListPartitionReassignmentsRequest = Value<typeof ListPartitionReassignmentsRequest>;

export const ListPartitionReassignmentsResponse = message("ListPartitionReassignmentsResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  errorMessage: string("0+", { nullable: "0+" }),
  topics: array("0+").of({
    name: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      replicas: array("0+").of("int32"),
      addingReplicas: array("0+").of("int32"),
      removingReplicas: array("0+").of("int32"),
    }),
  }),
});
export type ListPartitionReassignmentsResponse = Value<typeof ListPartitionReassignmentsResponse>;
