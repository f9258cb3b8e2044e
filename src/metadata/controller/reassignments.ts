import { ErrorCode } from "../../protocol/errors.js";
import type {
  ListPartitionReassignmentsRequest,
  ListPartitionReassignmentsResponse,
} from "../../protocol/messages/46-list-partition-reassignments.js";
import { isReassigning } from "../partition.js";
import type { HandlerScope } from "./handlers.js";
import type { Input } from "./input.js";
import type { Decision } from "./options.js";

type TopicResult = NonNullable<Input<ListPartitionReassignmentsResponse>["topics"]>[number];
type PartitionResult = NonNullable<TopicResult["partitions"]>[number];

/** Reassignments under way, which another release of the controller may have begun. */
export function listPartitionReassignments(
  scope: HandlerScope,
  _version: number,
  request: ListPartitionReassignmentsRequest,
): Decision {
  const { state } = scope;
  const wanted = request.topics?.map(({ name, partitionIndexes }) => ({
    topic: state.topicsByName.get(name),
    partitions: partitionIndexes,
  }));
  const byTopic = new Map<string, PartitionResult[]>();
  const add = (name: string, topicId: string, index: number) => {
    const partition = state.partition(topicId, index);
    if (partition === undefined || !isReassigning(partition)) return;
    const results = byTopic.get(name) ?? [];
    byTopic.set(name, results);
    results.push({
      partitionIndex: index,
      replicas: partition.replicas,
      addingReplicas: partition.addingReplicas,
      removingReplicas: partition.removingReplicas,
    });
  };
  if (wanted === undefined) {
    for (const { topicId, partition } of state.reassigning.toArray()) {
      add(state.topics.get(topicId)?.name ?? "", topicId, partition);
    }
  } else {
    for (const { topic, partitions } of wanted) {
      if (topic !== undefined) for (const index of partitions) add(topic.name, topic.id, index);
    }
  }
  const topics: TopicResult[] = [...byTopic].map(([name, partitions]) => ({ name, partitions }));
  return { records: [], response: { errorCode: ErrorCode.NONE, errorMessage: null, topics } };
}
