import { DIRECTORY_LOST, type Uuid } from "../../base/uuid.js";
import { ErrorCode } from "../../protocol/errors.js";
import type {
  AssignReplicasToDirsRequest,
  AssignReplicasToDirsResponse,
} from "../../protocol/messages/73-assign-replicas-to-dirs.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import { hasDirectories } from "../feature-levels.js";
import type { BrokerRegistration, PartitionImage } from "../image.js";
import { hasOnlineDirectory } from "../registration.js";
import { brokerEpochError, registrationChange } from "./brokers.js";
import { effectiveMinIsr, isUncleanElectionEnabled, leaderTest, updateLeadersAndIsrs } from "./elections.js";
import type { HandlerScope } from "./handlers.js";
import type { Input } from "./input.js";
import type { Decision } from "./options.js";
import { changePartition } from "./partition-change.js";
import type { TopicState } from "./state.js";

/** Directories that a broker reports as failed: its replicas there lead and are in sync no more (KIP-858). */
export function offlineDirectories(
  scope: HandlerScope,
  broker: BrokerRegistration,
  offline: readonly Uuid[],
  records: MetadataRecord[],
): void {
  const { state } = scope;
  if (offline.length === 0 || !hasDirectories(state.metadataVersion)) return;
  const failed = broker.directories.filter((id) => offline.includes(id));
  if (failed.length === 0) return;
  for (const id of failed) updateLeadersAndIsrs(scope, { remove: [broker.id] }, state.inDirectory.of(id), records);
  const logDirs = broker.directories.filter((id) => !offline.includes(id));
  records.push(registrationChange(broker, 2, { logDirs }));
  scope.ports.logger.warn("log directories are offline", { broker: broker.id, directories: failed.join(" ") });
}

type ResponseDirectory = NonNullable<Input<AssignReplicasToDirsResponse>["directories"]>[number];
type ResponseTopic = NonNullable<ResponseDirectory["topics"]>[number];
type ResponsePartition = NonNullable<ResponseTopic["partitions"]>[number];

/** A broker tells in which of its directories its replicas are (KIP-858). */
export function assignReplicasToDirectories(
  scope: HandlerScope,
  _version: number,
  request: AssignReplicasToDirsRequest,
): Decision {
  const { state } = scope;
  if (!hasDirectories(state.metadataVersion)) {
    return { records: [], response: { errorCode: ErrorCode.UNSUPPORTED_VERSION } };
  }
  const { brokerId } = request;
  const stale = brokerEpochError(scope, brokerId, request.brokerEpoch);
  if (stale !== null) return { records: [], response: { errorCode: stale } };
  const broker = state.brokers.get(brokerId) as BrokerRegistration;
  const records: MetadataRecord[] = [];
  const directories: ResponseDirectory[] = [];
  for (const { id, topics } of request.directories) {
    const isOffline = !hasOnlineDirectory(broker, id);
    const resultTopics: ResponseTopic[] = [];
    for (const { topicId, partitions } of topics) {
      const topic = state.topics.get(topicId);
      const results: ResponsePartition[] = [];
      for (const { partitionIndex } of partitions) {
        const partition = topic?.partitions[partitionIndex];
        let errorCode: ErrorCode = ErrorCode.NONE;
        if (topic === undefined) errorCode = ErrorCode.UNKNOWN_TOPIC_ID;
        else if (partition === undefined) errorCode = ErrorCode.UNKNOWN_TOPIC_OR_PARTITION;
        else if (!partition.replicas.includes(brokerId)) errorCode = ErrorCode.NOT_LEADER_OR_FOLLOWER;
        else assignReplica(scope, topic, partition, brokerId, id, isOffline, records);
        results.push({ partitionIndex, errorCode });
      }
      resultTopics.push({ topicId, partitions: results });
    }
    directories.push({ id, topics: resultTopics });
  }
  return { records, response: { errorCode: ErrorCode.NONE, directories } };
}

function assignReplica(
  scope: HandlerScope,
  topic: TopicState,
  partition: PartitionImage,
  brokerId: number,
  id: Uuid,
  isOffline: boolean,
  records: MetadataRecord[],
): void {
  const { state } = scope;
  const isAcceptable = (replica: number) => state.isActive(replica) && !(isOffline && replica === brokerId);
  const record = changePartition(
    state,
    topic.id,
    partition,
    effectiveMinIsr(scope, topic),
    leaderTest(scope, partition, isAcceptable),
    {
      election: isUncleanElectionEnabled(scope, topic.name) ? "unclean" : "online",
      isr: isOffline ? partition.isr.filter((replica) => replica !== brokerId) : partition.isr,
      // What lies in a directory that failed is all there once it is back; what is lost is not, and must not be elected by its seat.
      uncleanShutdown: id === DIRECTORY_LOST ? [brokerId] : [],
      directory: { brokerId, id },
    },
  );
  if (record !== null) records.push(record);
}
