import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import { checkEpoch } from "../../replication/partition-read.js";
import type { ReplicaManager } from "../../replication/replica-manager.js";
import { handler } from "../handler.js";

interface EpochEnd {
  readonly errorCode: number;
  readonly partition: number;
  readonly leaderEpoch: number;
  readonly endOffset: number;
}

/** OffsetForLeaderEpoch (key 23): where an epoch ends in the leader's log, so that who has more of it knows where to cut. */
export const offsetForLeaderEpoch = handler({
  api: Apis.OffsetForLeaderEpoch,
  handle(request, scope) {
    const replicas = scope.replicas as ReplicaManager;
    request.respond({
      topics: request.body.topics.map(({ topic, partitions }) => ({
        topic,
        partitions: partitions.map(({ partition: index, currentLeaderEpoch, leaderEpoch }) =>
          epochEnd(replicas, topic, index, currentLeaderEpoch, leaderEpoch),
        ),
      })),
    });
  },
});

function epochEnd(
  replicas: ReplicaManager,
  topic: string,
  index: number,
  currentLeaderEpoch: number,
  leaderEpoch: number,
): EpochEnd {
  const partition = replicas.partition(topic, index);
  if (partition === null) return failed(index, replicas.absentError(topic, "", index));
  const { log } = partition;
  if (log === null || log.failure !== null) return failed(index, ErrorCode.KAFKA_STORAGE_ERROR);
  const error = checkEpoch(partition, currentLeaderEpoch);
  if (error !== ErrorCode.NONE) return failed(index, error);
  if (!partition.isLeader && !replicas.standsIn(partition)) {
    return failed(index, ErrorCode.NOT_LEADER_OR_FOLLOWER);
  }
  const end = log.epochs.endOffsetFor(leaderEpoch, log.appendEndOffset);
  return { errorCode: ErrorCode.NONE, partition: index, leaderEpoch: end.epoch, endOffset: end.endOffset };
}

function failed(partition: number, errorCode: number): EpochEnd {
  return { errorCode, partition, leaderEpoch: -1, endOffset: -1 };
}
