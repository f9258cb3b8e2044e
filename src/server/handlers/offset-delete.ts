import type { OffsetDeleteResult, OffsetDeleteTopic } from "../../groups/group-coordinator.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { handler } from "../handler.js";

export const offsetDelete = handler({
  api: Apis.OffsetDelete,
  handle(request, scope) {
    if (scope.groups === null) {
      request.respond({ errorCode: ErrorCode.NOT_COORDINATOR });
      return;
    }
    const { groupId, topics } = request.body;
    const missing: OffsetDeleteResult["topics"] = [];
    const existing: OffsetDeleteTopic[] = [];
    for (const { name, partitions } of topics) {
      const topic = scope.image.topics.byName.get(name);
      const has = ({ partitionIndex }: { partitionIndex: number }) => topic?.partitions[partitionIndex] !== undefined;
      const found = partitions.filter(has);
      if (found.length > 0) existing.push({ name, partitions: found });
      if (found.length === partitions.length) continue;
      const errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
      const lost = partitions.filter((partition) => !has(partition));
      missing.push({ name, partitions: lost.map(({ partitionIndex }) => ({ partitionIndex, errorCode })) });
    }
    // Also with nothing to delete: whether there is such a group is answered.
    scope.groups.deleteOffsets(groupId, existing, ({ errorCode, topics: deleted }) => {
      if (errorCode !== 0) {
        request.respond({ errorCode });
        return;
      }
      // As Apache Kafka answers: what there is not comes first.
      const all = missing.map(({ name, partitions }) => ({ name, partitions: [...partitions] }));
      for (const topic of deleted) {
        const same = all.find(({ name }) => name === topic.name);
        if (same === undefined) all.push({ name: topic.name, partitions: [...topic.partitions] });
        else same.partitions.push(...topic.partitions);
      }
      request.respond({ topics: all });
    });
  },
});
