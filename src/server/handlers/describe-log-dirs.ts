import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { DescribeLogDirsResponse } from "../../protocol/messages/35-describe-log-dirs.js";
import type { Input } from "../../protocol/schema.js";
import type { ReplicaManager } from "../../replication/replica-manager.js";
import { handler } from "../handler.js";

type Directory = NonNullable<Input<typeof DescribeLogDirsResponse>["results"]>[number];
type DirectoryTopic = NonNullable<Directory["topics"]>[number];
type DirectoryPartition = NonNullable<DirectoryTopic["partitions"]>[number];

/** DescribeLogDirs (key 35): the data directories, and the replicas in them that were asked for. */
export const describeLogDirs = handler({
  api: Apis.DescribeLogDirs,
  handle(request, scope) {
    const replicas = scope.replicas as ReplicaManager;
    const wanted = request.body.topics === null ? null : new Map<string, Set<number>>();
    for (const { topic, partitions } of request.body.topics ?? []) {
      const indexes = wanted?.get(topic) ?? new Set();
      for (const index of partitions) indexes.add(index);
      wanted?.set(topic, indexes);
    }
    const byDirectory = new Map<string, Map<string, DirectoryPartition[]>>();
    for (const { topic, index, log } of replicas.partitions()) {
      if (log === null || (wanted !== null && wanted.get(topic)?.has(index) !== true)) continue;
      let topics = byDirectory.get(log.parentDirectory);
      if (topics === undefined) {
        topics = new Map();
        byDirectory.set(log.parentDirectory, topics);
      }
      let partitions = topics.get(topic);
      if (partitions === undefined) {
        partitions = [];
        topics.set(topic, partitions);
      }
      partitions.push({
        partitionIndex: index,
        partitionSize: log.sizeInBytes,
        offsetLag: Math.max(0, log.highWatermark - log.logEndOffset),
        isFutureKey: false,
      });
    }
    const results = replicas.options.logs.directories().map(({ path, online }): Directory => {
      if (!online) return { errorCode: ErrorCode.KAFKA_STORAGE_ERROR, logDir: path, topics: [] };
      const topics = [...(byDirectory.get(path) ?? [])].map(([name, partitions]) => ({ name, partitions }));
      return { errorCode: ErrorCode.NONE, logDir: path, topics, ...replicas.options.logs.spaceOf(path) };
    });
    request.respond({ errorCode: ErrorCode.NONE, results });
  },
});
