import { Apis } from "../../protocol/apis.js";
import { ErrorCode, errorMessage } from "../../protocol/errors.js";
import type { ProduceResponse } from "../../protocol/messages/00-produce.js";
import { BATCH_HEADER_BYTES, isTransactional, magic } from "../../protocol/records/batch.js";
import type { Input } from "../../protocol/schema.js";
import { AppendOperation, type AppendPart } from "../../replication/append-operation.js";
import type { ReplicaManager } from "../../replication/replica-manager.js";
import { handler } from "../handler.js";
import type { Request } from "../request.js";
import type { ServerScope } from "../scope.js";
import { nodeEndpoints } from "./node-endpoints.js";

type Produce = typeof Apis.Produce;
type TopicResponse = NonNullable<Input<typeof ProduceResponse>["responses"]>[number];
type PartitionResponse = NonNullable<TopicResponse["partitionResponses"]>[number];

/** Clients must not write to the topics of coordinators. */
const INTERNAL_TOPICS: ReadonlySet<string> = new Set([
  "__consumer_offsets",
  "__transaction_state",
  "__share_group_state",
  "__cluster_metadata",
]);
/** Of the only format that there still is. */
const MAGIC = 2;
const ADMIN_CLIENT = "__admin_client";
/** From where on a client reads who leads instead, and where. */
const LEADER_HINTS_FROM = 10;

/** Produce (key 0): appends to the partitions that this broker leads. One operation for each request. */
export const produce = handler({
  api: Apis.Produce,
  pipelined: true,
  handle(request, scope) {
    const { acks } = request.body;
    const operation = new ProduceOperation(request, scope);
    if (acks < -1 || acks > 1) {
      operation.refuse(ErrorCode.INVALID_REQUIRED_ACKS);
      return;
    }
    if (request.body.transactionalId === null && hasTransactional(request.body.topicData)) {
      // Nobody could end such a transaction: what comes after it would not be read by who reads what is committed.
      operation.refuse(ErrorCode.TRANSACTIONAL_ID_AUTHORIZATION_FAILED);
      return;
    }
    if (scope.events.active) announce(request, scope);
    (scope.replicas as ReplicaManager).append(operation);
  },
});

/** A request has one batch for each partition; of more the append complains. */
function hasTransactional(topics: Request<Produce>["body"]["topicData"]): boolean {
  for (const { partitionData } of topics) {
    for (const { records } of partitionData) {
      if (records === null || records.length < BATCH_HEADER_BYTES) continue;
      if (magic(records, 0) === MAGIC && isTransactional(records, 0)) return true;
    }
  }
  return false;
}

function announce(request: Request<Produce>, scope: ServerScope): void {
  const { topicData, acks } = request.body;
  for (const topic of topicData) {
    const name = topic.name === "" ? scope.image.topics.byId.get(topic.topicId)?.name : topic.name;
    for (const { index: partition, records } of topic.partitionData) {
      const detail = {
        acks,
        bytes: records?.length ?? 0,
        client: request.clientId,
        connection: request.connection.id,
        correlation: request.correlationId,
      };
      scope.events.emit({
        kind: "produce-received",
        ...(name === undefined ? {} : { topic: name }),
        partition,
        detail,
      });
    }
  }
}

class ProduceOperation extends AppendOperation {
  private readonly request: Request<Produce>;
  private readonly scope: ServerScope;
  /** Of each partition of the request, in its order; those that are refused before the append are not among `parts`. */
  private readonly all: AppendPart[];

  constructor(request: Request<Produce>, scope: ServerScope) {
    const { acks, timeoutMs, topicData } = request.body;
    super(acks, timeoutMs, "client", request.version);
    this.request = request;
    this.scope = scope;
    this.all = [];
    const byId = request.version >= 13;
    for (const topic of topicData) {
      const name = byId ? (scope.image.topics.byId.get(topic.topicId)?.name ?? "") : topic.name;
      const isRefused = INTERNAL_TOPICS.has(name) && request.clientId !== ADMIN_CLIENT;
      for (const { index, records } of topic.partitionData) {
        const part = this.add(byId ? "" : topic.name, index, records ?? NOTHING, byId ? topic.topicId : "");
        this.all.push(part);
        if (isRefused) this.drop(part, ErrorCode.INVALID_TOPIC_EXCEPTION);
        else if (records === null) this.drop(part, ErrorCode.INVALID_RECORD);
      }
    }
  }

  private drop(part: AppendPart, error: number): void {
    part.error = error;
    part.message = errorMessage(error);
    this.parts.pop();
  }

  refuse(error: number): void {
    for (const part of this.all) part.error = error;
    this.onAppended();
  }

  override onAppended(): void {
    const { request, scope } = this;
    if (this.acks !== 0 && scope.events.active) this.announceResults();
    if (this.acks === 0) {
      // Without a response a closed connection is all that tells the client that it should look for the leader again.
      if (this.all.some((part) => part.error !== ErrorCode.NONE)) request.abort("a produce with acks=0 failed");
      else request.finish();
      return;
    }
    const leaders = new Set<number>();
    const responses: TopicResponse[] = [];
    let at = 0;
    for (const topic of request.body.topicData) {
      const partitionResponses: PartitionResponse[] = [];
      for (let i = 0; i < topic.partitionData.length; i++)
        partitionResponses.push(this.answer(this.all[at++], leaders));
      responses.push({ name: topic.name, topicId: topic.topicId, partitionResponses });
    }
    const response: Input<typeof ProduceResponse> = { responses };
    if (leaders.size > 0) {
      request.respond({ responses, nodeEndpoints: nodeEndpoints(scope, leaders, request.connection.listener.name) });
    } else {
      request.respond(response);
    }
  }

  private answer(part: AppendPart, leaders: Set<number>): PartitionResponse {
    if (part.error === ErrorCode.NONE) {
      return {
        index: part.index,
        errorCode: ErrorCode.NONE,
        baseOffset: part.baseOffset,
        logAppendTimeMs: part.logAppendTime,
        logStartOffset: part.logStartOffset,
      };
    }
    const answer: PartitionResponse = {
      index: part.index,
      errorCode: part.error,
      baseOffset: -1,
      logStartOffset: part.logStartOffset,
      recordErrors: part.recordErrors.map(({ batchIndex, message }) => ({
        batchIndex,
        batchIndexErrorMessage: message,
      })),
      errorMessage: part.message,
    };
    if (part.error !== ErrorCode.NOT_LEADER_OR_FOLLOWER || this.request.version < LEADER_HINTS_FROM) return answer;
    if (part.leaderId >= 0) leaders.add(part.leaderId);
    return { ...answer, currentLeader: { leaderId: part.leaderId, leaderEpoch: part.leaderEpoch } };
  }

  private announceResults(): void {
    for (const part of this.all) {
      if (part.error !== ErrorCode.NONE) continue;
      const topic = part.topic === "" ? this.scope.image.topics.byId.get(part.topicId)?.name : part.topic;
      const { clientId, connection, correlationId } = this.request;
      const detail = { acks: this.acks, client: clientId, connection: connection.id, correlation: correlationId };
      this.scope.events.emit({
        kind: "acknowledged",
        ...(topic === undefined ? {} : { topic }),
        partition: part.index,
        offset: part.baseOffset,
        detail,
      });
    }
  }
}

const NOTHING = new Uint8Array(0);
