import { invalidTopicName } from "../../metadata/topic-names.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorMessage } from "../../protocol/errors.js";
import type { DescribeProducersResponse } from "../../protocol/messages/61-describe-producers.js";
import type { Input } from "../../protocol/schema.js";
import type { ReplicaManager } from "../../replication/replica-manager.js";
import { handler } from "../handler.js";

type TopicResponse = NonNullable<Input<typeof DescribeProducersResponse>["topics"]>[number];
type PartitionResponse = NonNullable<TopicResponse["partitions"]>[number];

/** DescribeProducers (key 61): the producers that a replica remembers. */
export const describeProducers = handler({
  api: Apis.DescribeProducers,
  handle(request, scope) {
    const replicas = scope.replicas as ReplicaManager;
    request.respond({
      topics: request.body.topics.map(({ name, partitionIndexes }) => ({
        name,
        partitions:
          invalidTopicName(name) === null
            ? partitionIndexes.map((index) => describe(replicas, name, index))
            : partitionIndexes.map((index) => failed(index, ErrorCode.INVALID_TOPIC_EXCEPTION)),
      })),
    });
  },
});

function failed(partitionIndex: number, errorCode: number): PartitionResponse {
  // Apache Kafka says no more than the code of what there is not.
  const isAbsent = errorCode === ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
  return { partitionIndex, errorCode, errorMessage: isAbsent ? null : errorMessage(errorCode) };
}

function describe(replicas: ReplicaManager, topic: string, partitionIndex: number): PartitionResponse {
  const partition = replicas.partition(topic, partitionIndex);
  let errorCode: number = ErrorCode.NONE;
  if (partition === null) errorCode = replicas.absentError(topic, "", partitionIndex);
  else if (!partition.isUsable) errorCode = ErrorCode.KAFKA_STORAGE_ERROR;
  if (errorCode !== ErrorCode.NONE) return failed(partitionIndex, errorCode);
  const activeProducers: NonNullable<PartitionResponse["activeProducers"]>[number][] = [];
  for (const producer of partition?.log?.producers.producers() ?? []) {
    activeProducers.push({
      producerId: producer.producerId,
      producerEpoch: producer.epoch,
      lastSequence: producer.lastSequence,
      lastTimestamp: producer.lastTimestamp,
      coordinatorEpoch: producer.coordinatorEpoch,
      currentTxnStartOffset: producer.transactionFirstOffset,
    });
  }
  return { partitionIndex, errorCode, activeProducers };
}
