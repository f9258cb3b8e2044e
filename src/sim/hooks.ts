import { OFFSETS_TOPIC } from "../groups/offsets-topic.js";
import { Apis } from "../protocol/apis.js";
import { RaftNode } from "../raft/raft-node.js";
import type { RaftRequest } from "../raft/raft-request.js";
import { Dispatcher } from "../server/dispatcher.js";
import { HoldfastNode } from "../server/node.js";
import { Log } from "../storage/log.js";
import { LogWriter } from "../storage/log-writer.js";
import type { TailEntry } from "../storage/memory-tail.js";
import { Segment } from "../storage/segment.js";
import type { ClusterChecker } from "./checkers/cluster-checker.js";
import { readBatches } from "./checkers/disk-log.js";
import type { ShadowBatch } from "./checkers/shadow-log.js";
import { replaceMethod } from "./planted/plant.js";

/**
 * How the checkers hear of each append and truncation within the turn that does it. The shipped classes have no switches for that: their
 * methods are wrapped here, once for the process. Worlds run one after the other, so that one checker listens at a time.
 */
let listening: ClusterChecker | null = null;
/** Bytes at which segments of the present world roll; topics cannot ask for less than Kafka's least. */
let segmentBytes = Number.MAX_SAFE_INTEGER;
let isInstalled = false;
/** Whether what is appended now gets its offsets here. */
let appendsAsLeader = false;

/** From now on appends and truncations of any log are told to `checker`. */
export function listenToLogs(checker: ClusterChecker, rollAtBytes: number): void {
  listening = checker;
  segmentBytes = rollAtBytes;
  if (isInstalled) return;
  isInstalled = true;
  replaceMethod(Log, "appendAsLeader", (original) => {
    return function appendAsLeader(this: unknown, ...args: never[]): unknown {
      appendsAsLeader = true;
      try {
        return original.apply(this, args);
      } finally {
        appendsAsLeader = false;
      }
    };
  });
  // The one place that every append of any origin passes, with its final bytes.
  replaceMethod(LogWriter, "add", (original) => {
    return function add(this: unknown, entry: TailEntry): unknown {
      if (entry.log.topic === OFFSETS_TOPIC) listening?.groups.onBatches(entry.log.partition, entry.bytes);
      listening?.onLogAppend(entry.log, batchesOf(entry), appendsAsLeader);
      return original.call(this, entry as never);
    };
  });
  replaceMethod(Log, "truncateTo", (original) => {
    return function truncateTo(this: Log, offset: number): unknown {
      if (listening === null || !isInUse(this)) return original.call(this, offset as never);
      const { appendEndOffset: end, damage } = this;
      const start = this.segmentList[0].baseOffset;
      listening.onLogSeen(this);
      const result = original.call(this, offset as never);
      if (this.failure !== null) return result;
      // A damaged log is cut there to be fetched again, once its leader has sent what to go on with.
      const why = damage !== null && offset >= damage.offset ? "refetch" : "truncate";
      if (offset < end) listening.onLogTruncate(this, this.appendEndOffset, why);
      if (offset < start) listening.onLogTruncate(this, offset, "restart");
      return result;
    };
  });
  replaceMethod(Log, "truncateFullyAndStartAt", (original) => {
    return function truncateFullyAndStartAt(this: Log, offset: number): unknown {
      if (listening === null || !isInUse(this)) return original.call(this, offset as never);
      listening.onLogSeen(this);
      const result = original.call(this, offset as never);
      if (this.failure === null) listening.onLogTruncate(this, offset, "restart");
      return result;
    };
  });
  replaceMethod(Log, "setHighWatermark", (original) => {
    return function setHighWatermark(this: Log, offset: number): void {
      original.call(this, offset as never);
      listening?.onHighWatermarkMoved(this);
    };
  });
  // A broker goes on without the connection; here it is a finding, be it the broker's bug or what a checker found within a request.
  replaceMethod(Dispatcher, "onHandlerFailed", () => {
    return function onHandlerFailed(_request: unknown, error: unknown): void {
      throw error;
    };
  });
  replaceMethod(HoldfastNode, "onLoadSnapshot", (original) => {
    return function onLoadSnapshot(this: unknown, ...args: never[]): unknown {
      listening?.onSnapshotLoaded();
      return original.apply(this, args);
    };
  });
  replaceMethod(RaftNode, "handle", (original) => {
    return function handle(this: unknown, request: RaftRequest): unknown {
      if (request.api === Apis.Vote) watchVote(request as RaftRequest<typeof Apis.Vote>);
      return original.call(this, request as never);
    };
  });
  replaceMethod(Segment, "shouldRoll", (original) => {
    return function shouldRoll(this: Segment, ...args: never[]): unknown {
      return (this.size > 0 && this.size > segmentBytes - (args[1] as number)) || original.apply(this, args);
    };
  });
}

/** A vote that is given in an answer must be on the disk by then; one of a pre-vote binds nobody. */
function watchVote(request: RaftRequest<typeof Apis.Vote>): void {
  const asked = request.body.topics[0]?.partitions[0];
  if (asked === undefined || asked.preVote) return;
  const respond = request.respond;
  request.respond = (response) => {
    const answer = response.topics?.[0]?.partitions?.[0];
    if (answer?.voteGranted === true) listening?.onVoteGranted(asked.replicaEpoch, asked.replicaId);
    respond.call(request, response);
  };
}

/** A log that is only being loaded truncates in silence: it is compared as a whole once it is used. */
function isInUse(log: Log): boolean {
  return log.listener !== null && log.failure === null;
}

function batchesOf(entry: TailEntry): ShadowBatch[] {
  return readBatches(entry.bytes, []);
}
