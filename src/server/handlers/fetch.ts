import { METADATA_TOPIC_ID } from "../../base/uuid.js";
import { Apis } from "../../protocol/apis.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { FetchRequest, FetchResponse } from "../../protocol/messages/01-fetch.js";
import type { Input } from "../../protocol/schema.js";
import { FetchOperation, type FetchPart } from "../../replication/fetch-operation.js";
import type { FetchContext, FetchSession } from "../../replication/fetch-session.js";
import type { ReplicaManager } from "../../replication/replica-manager.js";
import { handler } from "../handler.js";
import type { ClientConnection, ConnectionObserver, Request } from "../request.js";
import type { ServerScope } from "../scope.js";
import { nodeEndpoints } from "./node-endpoints.js";

type Fetch = typeof Apis.Fetch;
type TopicResponse = NonNullable<Input<typeof FetchResponse>["responses"]>[number];
type PartitionResponse = NonNullable<TopicResponse["partitions"]>[number];

const READ_COMMITTED = 1;
/** From where on errors say who leads, and where that is. */
const LEADER_FROM = 12;
const ENDPOINTS_FROM = 16;

/** Fetch (key 1) of consumers and followers; that of the metadata log is the quorum's. */
export const fetch = handler({
  api: Apis.Fetch,
  listeners: ["broker"],
  handle(request, scope) {
    if (isOfMetadata(request.body, request.version)) {
      scope.raft.handle(request);
      return;
    }
    const replicas = scope.replicas as ReplicaManager;
    const { body, version } = request;
    const replicaId = version >= 15 ? body.replicaState.replicaId : body.replicaId;
    const context = replicas.sessions.contextFor(body, version, replicaId >= 0);
    if (context.errorCode !== ErrorCode.NONE) {
      request.respond({ errorCode: context.errorCode, sessionId: 0, responses: [] });
      return;
    }
    const operation = new ClientFetch(request, scope, replicaId, context);
    replicas.fetch(operation);
  },
});

function isOfMetadata(body: FetchRequest, version: number): boolean {
  const topic = body.topics[0];
  if (topic === undefined) return false;
  return version >= 13 ? topic.topicId === METADATA_TOPIC_ID : topic.topic === "__cluster_metadata";
}

class ClientFetch extends FetchOperation implements ConnectionObserver {
  private readonly request: Request<Fetch>;
  private readonly scope: ServerScope;
  private readonly session: FetchSession | null;
  private readonly sessionId: number;
  private readonly isIncremental: boolean;
  private isAnswered: boolean;

  constructor(request: Request<Fetch>, scope: ServerScope, replicaId: number, context: FetchContext) {
    const { body, version } = request;
    super(
      version,
      replicaId,
      version >= 15 ? body.replicaState.replicaEpoch : -1,
      body.maxWaitMs,
      body.minBytes,
      Math.min(body.maxBytes, scope.config.number("fetch.max.bytes")),
      body.isolationLevel === READ_COMMITTED,
      body.rackId,
    );
    this.request = request;
    this.scope = scope;
    this.session = context.session;
    this.sessionId = context.sessionId;
    this.isIncremental = context.isIncremental;
    this.parts = context.parts;
    this.isAnswered = false;
    if (this.session !== null) this.session.isBusy = true;
    request.connection.observe(this);
  }

  onConnectionClosed(_connection: ClientConnection): void {
    if (this.isAnswered) return;
    this.isAnswered = true;
    this.cancel();
    if (this.session !== null) this.scope.replicas?.sessions.end(this.session);
    for (const part of this.parts) part.operation = null;
    this.request.finish();
  }

  private release(): void {
    if (this.session !== null) this.session.isBusy = false;
    // What was read is the response's now; a session that kept it would hold on to its memory.
    for (const part of this.parts) {
      part.operation = null;
      if (part.bytes > 0) part.clear();
    }
  }

  override onFetched(): void {
    if (this.isAnswered) return;
    this.isAnswered = true;
    const { request, scope, version } = this;
    request.connection.unobserve(this);
    const leaders = new Set<number>();
    const responses: TopicResponse[] = [];
    let partitions: PartitionResponse[] = [];
    let last: FetchPart | null = null;
    for (const part of this.parts) {
      if (this.isIncremental && !isNews(part)) continue;
      if (last === null || last.topicId !== part.topicId || last.topic !== part.topic) {
        partitions = [];
        responses.push({ topic: part.topic, topicId: part.topicId === "" ? undefined : part.topicId, partitions });
        last = part;
      }
      partitions.push(this.answer(part, leaders));
    }
    if (scope.events.active) this.announce();
    const { sessionId } = this;
    if (leaders.size > 0 && version >= ENDPOINTS_FROM) {
      const endpoints = nodeEndpoints(scope, leaders, request.connection.listener.name);
      request.respond({ sessionId, responses, nodeEndpoints: endpoints });
    } else {
      request.respond({ sessionId, responses });
    }
    if (this.session !== null && (this.isStarving || this.bytes >= this.maxBytes)) this.session.rotate();
    this.release();
  }

  private answer(part: FetchPart, leaders: Set<number>): PartitionResponse {
    part.sentHighWatermark = part.highWatermark;
    part.sentLogStart = part.logStart;
    part.sentError = part.errorCode;
    const answer: Mutable<PartitionResponse> = {
      partitionIndex: part.index,
      errorCode: part.errorCode,
      highWatermark: part.highWatermark,
      lastStableOffset: part.lastStableOffset,
      logStartOffset: part.logStart,
      abortedTransactions: part.aborted,
      preferredReadReplica: part.preferredReadReplica,
      records: part.chunks,
    };
    if (this.version < LEADER_FROM) return answer;
    if (part.divergingEpoch >= 0) {
      answer.divergingEpoch = { epoch: part.divergingEpoch, endOffset: part.divergingEndOffset };
    }
    if (part.leaderEpoch >= 0) {
      answer.currentLeader = { leaderId: part.leaderId, leaderEpoch: part.leaderEpoch };
      if (part.leaderId >= 0) leaders.add(part.leaderId);
    }
    return answer;
  }

  private announce(): void {
    for (const part of this.parts) {
      if (part.bytes === 0 || part.partition === null) continue;
      const { topic, index: partition } = part.partition;
      const { fetchOffset: offset, highWatermark: hw } = part;
      const detail = { bytes: part.bytes, to: part.nextOffset, client: this.request.clientId };
      if (this.isFromFollower) {
        this.scope.events.emit({ kind: "fetched", topic, partition, offset, hw, peer: this.replicaId, detail });
      } else {
        this.scope.events.emit({ kind: "fetched", topic, partition, offset, hw, detail });
      }
    }
  }
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

/** Whether an incremental answer has to name the partition. An error is told each time: the client asks because of it. */
function isNews(part: FetchPart): boolean {
  return (
    part.bytes > 0 ||
    part.isDecided ||
    part.sentError !== ErrorCode.NONE ||
    part.highWatermark !== part.sentHighWatermark ||
    part.logStart !== part.sentLogStart
  );
}
