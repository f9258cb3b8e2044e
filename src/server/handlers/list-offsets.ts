import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { ListOffsetsResponse } from "../../protocol/messages/02-list-offsets.js";
import type { Input } from "../../protocol/schema.js";
import { OffsetQuestion, type OffsetReader, OffsetSpec } from "../../replication/list-offsets.js";
import type { ReplicaManager } from "../../replication/replica-manager.js";
import { handler } from "../handler.js";
import type { Request } from "../request.js";

type ListOffsets = typeof Apis.ListOffsets;
type TopicResponse = NonNullable<Input<typeof ListOffsetsResponse>["topics"]>[number];

const READ_COMMITTED = 1;
const DEBUGGING_REPLICA = -2;
/** From this version on a response has the epoch of the record's batch. */
const LEADER_EPOCH_VERSION = 4;

/** From which version on each place may be asked for. */
const SINCE: ReadonlyMap<number, number> = new Map<number, number>([
  [OffsetSpec.LATEST, 1],
  [OffsetSpec.EARLIEST, 1],
  [OffsetSpec.MAX_TIMESTAMP, 7],
  [OffsetSpec.EARLIEST_LOCAL, 8],
  [OffsetSpec.LATEST_TIERED, 9],
  [OffsetSpec.EARLIEST_PENDING_UPLOAD, 11],
]);

/** ListOffsets (key 2): offsets by timestamp, or of places in the log. Searches may have to read from the disk. */
export const listOffsets = handler({
  api: Apis.ListOffsets,
  handle(request, scope) {
    new OffsetListing(request, scope.replicas as ReplicaManager).begin();
  },
});

class OffsetListing {
  private readonly request: Request<ListOffsets>;
  private readonly replicas: ReplicaManager;
  private readonly questions: Question[];
  private waiting: number;

  constructor(request: Request<ListOffsets>, replicas: ReplicaManager) {
    this.request = request;
    this.replicas = replicas;
    this.questions = [];
    this.waiting = 0;
  }

  begin(): void {
    const { body, version } = this.request;
    const reader = readerOf(body.replicaId, body.isolationLevel);
    const seen = new Set<string>();
    const twice = new Set<string>();
    for (const { name, partitions } of body.topics) {
      for (const { partitionIndex } of partitions) {
        const key = `${name}-${partitionIndex}`;
        if (seen.has(key)) twice.add(key);
        seen.add(key);
      }
    }
    // Counted up front, so that answers that stand at once do not end the listing early.
    this.waiting = 1;
    for (const { name, partitions } of body.topics) {
      for (const { partitionIndex, currentLeaderEpoch, timestamp } of partitions) {
        const question = new Question(this);
        this.questions.push(question);
        if (twice.has(`${name}-${partitionIndex}`)) {
          question.error = ErrorCode.INVALID_REQUEST;
          continue;
        }
        if (timestamp < 0 && version < (SINCE.get(timestamp) ?? Number.POSITIVE_INFINITY)) {
          question.error = ErrorCode.UNSUPPORTED_VERSION;
          continue;
        }
        this.waiting++;
        if (question.begin(this.replicas, name, partitionIndex, currentLeaderEpoch, timestamp, reader, version)) {
          this.waiting--;
        }
      }
    }
    this.onListed();
  }

  onListed(): void {
    this.waiting--;
    if (this.waiting > 0) return;
    const topics: TopicResponse[] = [];
    let at = 0;
    for (const { name, partitions } of this.request.body.topics) {
      topics.push({
        name,
        partitions: partitions.map(({ partitionIndex }) => {
          const { error, offset, foundTimestamp, leaderEpoch } = this.questions[at++];
          const answer = { partitionIndex, errorCode: error, timestamp: foundTimestamp, offset };
          return this.request.version >= LEADER_EPOCH_VERSION ? { ...answer, leaderEpoch } : answer;
        }),
      });
    }
    this.request.respond({ topics });
  }
}

class Question extends OffsetQuestion {
  private readonly listing: OffsetListing;

  constructor(listing: OffsetListing) {
    super();
    this.listing = listing;
  }

  override onListed(): void {
    this.listing.onListed();
  }
}

function readerOf(replicaId: number, isolationLevel: number): OffsetReader {
  if (replicaId >= 0) return "follower";
  if (replicaId === DEBUGGING_REPLICA) return "debug";
  return isolationLevel === READ_COMMITTED ? "committed" : "uncommitted";
}
