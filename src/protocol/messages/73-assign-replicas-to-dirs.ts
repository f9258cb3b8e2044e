/** AssignReplicasToDirs (key 73): a broker tells the controller in which log directory its replicas are (KIP-858). */
import { array, int16, int32, int64, message, uuid, type Value } from "../schema.js";

export const AssignReplicasToDirsRequest = message("AssignReplicasToDirsRequest", "0", "0+", {
  brokerId: int32("0+"),
  brokerEpoch: int64("0+", { default: -1 }),
  directories: array("0+").of({
    id: uuid("0+"),
    topics: array("0+").of({
      topicId: uuid("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
      }),
    }),
  }),
});
export type AssignReplicasToDirsRequest = Value<typeof AssignReplicasToDirsRequest>;

export const AssignReplicasToDirsResponse = message("AssignReplicasToDirsResponse", "0", "0+", {
  throttleTimeMs: int32("0+"),
  errorCode: int16("0+"),
  directories: array("0+").of({
    id: uuid("0+"),
    topics: array("0+").of({
      topicId: uuid("0+"),
      partitions: array("0+").of({
        partitionIndex: int32("0+"),
        errorCode: int16("0+"),
      }),
    }),
  }),
});
export type AssignReplicasToDirsResponse = Value<typeof AssignReplicasToDirsResponse>;
