/**
 * AlterReplicaLogDirs (key 34): moves replicas between the log directories of a broker.
 *
 * - 1: where 4.x starts
 * - 2: flexible
 */
import { array, int16, int32, message, string, type Value } from "../schema.js";

export const AlterReplicaLogDirsRequest = message("AlterReplicaLogDirsRequest", "1-2", "2+", {
  dirs: array("0+").of({
    path: string("0+"),
    topics: array("0+").of({
      name: string("0+"),
      partitions: array("0+").of("int32"),
    }),
  }),
});
export type AlterReplicaLogDirsRequest = Value<typeof AlterReplicaLogDirsRequest>;

export const AlterReplicaLogDirsResponse = message("AlterReplicaLogDirsResponse", "1-2", "2+", {
  throttleTimeMs: int32("0+"),
  results: array("0+").of({
    topicName: string("0+"),
    partitions: array("0+").of({
      partitionIndex: int32("0+"),
      errorCode: int16("0+"),
    }),
  }),
});
export type AlterReplicaLogDirsResponse = Value<typeof AlterReplicaLogDirsResponse>;
