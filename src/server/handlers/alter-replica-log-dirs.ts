import { Apis, type ResponseOf } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";
import type { ServerScope } from "../scope.js";

type Result = ResponseOf<typeof Apis.AlterReplicaLogDirs>["results"][number];

/** A replica stays in the directory that it was made in: asking for that one is granted, for another one refused as unsupported. */
export const alterReplicaLogDirs = handler({
  api: Apis.AlterReplicaLogDirs,
  handle(request, scope) {
    const results = new Map<string, Result>();
    for (const { path, topics } of request.body.dirs) {
      for (const { name, partitions } of topics) {
        let result = results.get(name);
        if (result === undefined) {
          result = { topicName: name, partitions: [] };
          results.set(name, result);
        }
        for (const partitionIndex of partitions) {
          result.partitions.push({ partitionIndex, errorCode: moveError(path, name, partitionIndex, scope) });
        }
      }
    }
    request.respond({ results: [...results.values()] });
  },
});

function moveError(path: string, topic: string, index: number, scope: ServerScope): number {
  if (!scope.config.logDirs.includes(path)) return ErrorCode.LOG_DIR_NOT_FOUND;
  const partition = scope.replicas?.partition(topic, index) ?? null;
  if (partition === null) {
    const isKnown = scope.image.topics.byName.get(topic)?.partitions[index] !== undefined;
    return isKnown ? ErrorCode.REPLICA_NOT_AVAILABLE : ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  }
  if (partition.log === null) return ErrorCode.KAFKA_STORAGE_ERROR;
  return partition.log.parentDirectory === path ? ErrorCode.NONE : ErrorCode.UNSUPPORTED_VERSION;
}
