import { METADATA_TOPIC_ID } from "../base/uuid.js";
import type { Apis } from "../protocol/apis.js";
import { ErrorCode } from "../protocol/errors.js";
import { METADATA_TOPIC } from "../storage/file-names.js";
import { LogRead } from "../storage/log-read.js";
import { isForeignCluster } from "./election-requests.js";
import { judgeLineage } from "./log-lineage.js";
import type { RaftNode } from "./raft-node.js";
import type { RaftRequest } from "./raft-request.js";

type FetchRequest = RaftRequest<typeof Apis.Fetch>;
type FetchPartition = FetchRequest["body"]["topics"][number]["partitions"][number];

const WAIT_MS_MAX = 500;
const FETCH_BYTES_MAX = 8 * 1024 * 1024;
const NODE_ENDPOINTS_FROM = 16;
/** Waiting fetches; beyond it they are answered at once, empty. */
const WAITING_MAX = 10_000;

interface Waiting {
  readonly request: FetchRequest;
  readonly partition: FetchPartition;
  readonly deadlineMs: number;
}

/** Answers fetches of the metadata log, of followers and observers (Kafka: handleFetchRequest). Only a leader has records for them. */
export class FetchService {
  private readonly node: RaftNode;
  private waiting: Waiting[];
  /** The log has grown, or the high watermark moved, since the waiting ones were looked at. */
  private hasNews: boolean;

  constructor(node: RaftNode) {
    this.node = node;
    this.waiting = [];
    this.hasNews = false;
  }

  serve(request: FetchRequest): void {
    const { node } = this;
    const { body } = request;
    if (isForeignCluster(node, body.clusterId)) {
      node.reply(request, { errorCode: ErrorCode.INCONSISTENT_CLUSTER_ID });
      return;
    }
    const topic = body.topics.length === 1 ? body.topics[0] : null;
    const partition = topic?.partitions.length === 1 ? topic.partitions[0] : null;
    if (request.version < 13 || topic?.topicId !== METADATA_TOPIC_ID || partition?.partition !== 0) {
      node.reply(request, { errorCode: ErrorCode.INVALID_REQUEST });
      return;
    }
    const { fetchOffset, lastFetchedEpoch, currentLeaderEpoch } = partition;
    if (body.maxWaitMs < 0 || fetchOffset < 0 || lastFetchedEpoch < 0 || lastFetchedEpoch > currentLeaderEpoch) {
      this.respond(request, ErrorCode.INVALID_REQUEST);
      return;
    }
    this.answer({ request, partition, deadlineMs: node.clock.nowMs() + Math.min(body.maxWaitMs, WAIT_MS_MAX) }, true);
  }

  onAppended(): void {
    this.hasNews = true;
  }

  onHighWatermark(): void {
    this.hasNews = true;
  }

  /** Answers what has waited long enough, or has something to get now; when it is to be called again. */
  poll(now: number): number {
    let next = Number.POSITIVE_INFINITY;
    if (this.waiting.length === 0) return next;
    const waiting = this.waiting;
    const { hasNews } = this;
    this.waiting = [];
    this.hasNews = false;
    for (const each of waiting) {
      if (hasNews || now >= each.deadlineMs) this.answer(each, false);
      else this.waiting.push(each);
    }
    for (const each of this.waiting) next = Math.min(next, each.deadlineMs);
    return next;
  }

  /** This node leads no more: whoever waits hears so. */
  answerAll(): void {
    const waiting = this.waiting;
    this.waiting = [];
    for (const each of waiting) this.answer(each, false);
  }

  stop(): void {
    this.waiting = [];
  }

  private answer(fetch: Waiting, mayWait: boolean): void {
    const { node } = this;
    const { request, partition } = fetch;
    const refusal = node.leaderError(partition.currentLeaderEpoch);
    const { state } = node.quorum;
    if (refusal !== ErrorCode.NONE || state.name !== "leader") {
      this.respond(request, refusal);
      return;
    }
    const { fetchOffset, lastFetchedEpoch } = partition;
    const { log } = node;
    const lineage = judgeLineage(log, node.snapshots, node.lastFetchedEpoch, fetchOffset, lastFetchedEpoch);
    if (lineage.kind === "diverging") {
      this.respond(request, ErrorCode.NONE, { divergingEpoch: { epoch: lineage.epoch, endOffset: lineage.offset } });
      return;
    }
    if (lineage.kind === "snapshot") {
      this.respond(request, ErrorCode.NONE, { snapshotId: { endOffset: lineage.id.offset, epoch: lineage.id.epoch } });
      return;
    }
    const id = request.version >= 15 ? request.body.replicaState.replicaId : request.body.replicaId;
    if (mayWait) {
      const replica = { id, directoryId: partition.replicaDirectoryId };
      const now = node.clock.nowMs();
      const mayAdvance = state.onFetch(replica, fetchOffset, log.appendEndOffset, now, node.ports.clock.wallMs());
      if (mayAdvance && state.advance()) node.onHighWatermark(state.highWatermark);
    }
    if (fetchOffset < log.appendEndOffset) {
      new FetchRead(this, fetch).start(node);
      return;
    }
    const isStale = partition.highWatermark < state.highWatermark;
    const mustWait = mayWait && !isStale && request.body.maxWaitMs > 0 && this.waiting.length < WAITING_MAX;
    if (mustWait) this.waiting.push(fetch);
    else this.respond(request, ErrorCode.NONE);
  }

  /** Of the read: whole batches, or none where the log could not be read. */
  onRead(fetch: Waiting, read: LogRead): void {
    const { request } = fetch;
    const refusal = this.node.leaderError(fetch.partition.currentLeaderEpoch);
    if (refusal !== ErrorCode.NONE) this.respond(request, refusal);
    else if (read.error !== 0) this.respond(request, ErrorCode.UNKNOWN_SERVER_ERROR);
    else this.respond(request, ErrorCode.NONE, { records: read.chunks });
  }

  /** Records are never null, and who leads is always told (Kafka's followers rely on both). */
  private respond(
    request: FetchRequest,
    errorCode: ErrorCode,
    content: {
      readonly records?: readonly Uint8Array[];
      readonly divergingEpoch?: { readonly epoch: number; readonly endOffset: number };
      readonly snapshotId?: { readonly endOffset: number; readonly epoch: number };
    } = {},
  ): void {
    const { node } = this;
    const { state } = node.quorum;
    const answer = {
      partitionIndex: 0,
      errorCode,
      highWatermark: state.name === "leader" ? state.highWatermark : -1,
      logStartOffset: node.log.logStartOffset,
      currentLeader: { leaderId: state.leaderId ?? -1, leaderEpoch: state.epoch },
      divergingEpoch: content.divergingEpoch,
      snapshotId: content.snapshotId,
      records: content.records ?? [],
    };
    node.reply(request, {
      responses: [{ topic: METADATA_TOPIC, topicId: METADATA_TOPIC_ID, partitions: [answer] }],
      nodeEndpoints: request.version >= NODE_ENDPOINTS_FROM ? node.nodeEndpoints(request) : [],
    });
  }
}

class FetchRead extends LogRead {
  private readonly service: FetchService;
  private readonly fetch: Waiting;

  constructor(service: FetchService, fetch: Waiting) {
    super();
    this.service = service;
    this.fetch = fetch;
  }

  start(node: RaftNode): void {
    const { request, partition } = this.fetch;
    this.startOffset = partition.fetchOffset;
    this.maxOffset = node.log.appendEndOffset;
    this.maxBytes = Math.max(0, Math.min(request.body.maxBytes, FETCH_BYTES_MAX));
    this.minOneBatch = true;
    if (node.log.read(this)) this.service.onRead(this.fetch, this);
  }

  onLogRead(): void {
    this.service.onRead(this.fetch, this);
  }
}
