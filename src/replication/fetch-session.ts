import type { Ports } from "../ports/index.js";
import { ErrorCode } from "../protocol/errors.js";
import type { FetchRequest } from "../protocol/messages/01-fetch.js";
import { FetchPart } from "./fetch-operation.js";

/** Epochs of a fetch request that begin and end sessions (KIP-227). */
const INITIAL_EPOCH = 0;
const FINAL_EPOCH = -1;
/** A session that was used more recently than this is not given up for another one of its kind, ms. */
const EVICTION_MS = 120000;

type RequestTopic = FetchRequest["topics"][number];
type RequestPartition = RequestTopic["partitions"][number];

/** The partitions that a client fetches over and over, so that it need not name them again (KIP-227). */
export class FetchSession {
  readonly id: number;
  /** Of a follower: it may take the place of a consumer's session. */
  readonly isPrivileged: boolean;
  readonly usesTopicIds: boolean;
  /** That of the next request. */
  epoch: number;
  lastUsedMs: number;
  createdMs: number;
  /** A request of it is under way. */
  isBusy: boolean;
  /** By topic id or name, then index. */
  private readonly topics: Map<string, Map<number, FetchPart>>;
  private ordered: FetchPart[];
  private isOrderStale: boolean;

  constructor(id: number, isPrivileged: boolean, usesTopicIds: boolean, nowMs: number) {
    this.id = id;
    this.isPrivileged = isPrivileged;
    this.usesTopicIds = usesTopicIds;
    this.epoch = 1;
    this.lastUsedMs = nowMs;
    this.createdMs = nowMs;
    this.isBusy = false;
    this.topics = new Map();
    this.ordered = [];
    this.isOrderStale = false;
  }

  get size(): number {
    let size = 0;
    for (const parts of this.topics.values()) size += parts.size;
    return size;
  }

  /** All partitions, in the order in which they are to be read. */
  get parts(): readonly FetchPart[] {
    if (this.isOrderStale) {
      this.isOrderStale = false;
      // Those that stayed keep their places, so that all get their turn.
      const kept = this.ordered.filter((part) => this.find(part) === part);
      const known = new Set(kept);
      for (const parts of this.topics.values())
        for (const part of parts.values()) if (!known.has(part)) kept.push(part);
      this.ordered = kept;
    }
    return this.ordered;
  }

  private find(part: FetchPart): FetchPart | undefined {
    return this.topics.get(this.usesTopicIds ? part.topicId : part.topic)?.get(part.index);
  }

  update(request: FetchRequest): void {
    for (const topic of request.topics) {
      const key = this.usesTopicIds ? topic.topicId : topic.topic;
      let parts = this.topics.get(key);
      if (parts === undefined) {
        parts = new Map();
        this.topics.set(key, parts);
      }
      for (const data of topic.partitions) {
        let part = parts.get(data.partition);
        if (part === undefined) {
          part = newPart(topic, data.partition, this.usesTopicIds);
          parts.set(data.partition, part);
          this.isOrderStale = true;
        }
        ask(part, data);
      }
    }
    for (const topic of request.forgottenTopicsData) {
      const key = this.usesTopicIds ? topic.topicId : topic.topic;
      const parts = this.topics.get(key);
      if (parts === undefined) continue;
      for (const index of topic.partitions) if (parts.delete(index)) this.isOrderStale = true;
      if (parts.size === 0) this.topics.delete(key);
    }
  }

  /** Those that were answered last come last the next time, where one answer could not hold all. */
  rotate(): void {
    const filled: FetchPart[] = [];
    const rest: FetchPart[] = [];
    for (const part of this.parts) (part.bytes > 0 ? filled : rest).push(part);
    this.ordered = rest.concat(filled);
  }
}

function newPart(topic: { topic: string; topicId: string }, index: number, byId: boolean): FetchPart {
  return new FetchPart(byId ? "" : topic.topic, byId ? topic.topicId : "", index);
}

function ask(part: FetchPart, data: RequestPartition): void {
  // Who comes in another epoch may have let go of what it was told in the one before.
  if (part.currentLeaderEpoch !== data.currentLeaderEpoch) part.sentHighWatermark = -1;
  part.fetchOffset = data.fetchOffset;
  part.partitionMaxBytes = data.partitionMaxBytes;
  part.currentLeaderEpoch = data.currentLeaderEpoch;
  part.lastFetchedEpoch = data.lastFetchedEpoch;
  part.followerLogStart = data.logStartOffset;
}

/** What a request's session makes of it. One object for all requests, overwritten by the next. */
export class FetchContext {
  errorCode = ErrorCode.NONE as number;
  /** Null: without a session, all partitions are answered. */
  session: FetchSession | null = null;
  /** The session's id to answer; 0 none. */
  sessionId = 0;
  isIncremental = false;
  parts: readonly FetchPart[] = NO_PARTS;
}

/** The fetch sessions of a broker (KIP-227; Kafka's FetchSessionCache): at most `max.incremental.fetch.session.cache.slots`. */
export class FetchSessions {
  private readonly ports: Ports;
  private readonly slots: number;
  private readonly sessions: Map<number, FetchSession>;
  private readonly context: FetchContext;

  constructor(ports: Ports, slots: number) {
    this.ports = ports;
    this.slots = slots;
    this.sessions = new Map();
    this.context = new FetchContext();
  }

  get size(): number {
    return this.sessions.size;
  }

  /** What to read for this request. `session.isBusy` is to be set while it is under way. */
  contextFor(request: FetchRequest, version: number, isFollower: boolean): FetchContext {
    const { context } = this;
    const byId = version >= 13;
    context.errorCode = ErrorCode.NONE;
    context.session = null;
    context.sessionId = 0;
    context.isIncremental = false;
    context.parts = NO_PARTS;
    const { sessionId, sessionEpoch } = request;
    if (sessionEpoch === FINAL_EPOCH || sessionEpoch === INITIAL_EPOCH) {
      if (sessionId !== 0) this.sessions.delete(sessionId);
      if (sessionEpoch === INITIAL_EPOCH && version >= 7) {
        const session = this.create(request, byId, isFollower);
        if (session !== null) {
          context.session = session;
          context.sessionId = session.id;
          context.parts = session.parts;
          return context;
        }
      }
      const parts: FetchPart[] = [];
      for (const topic of request.topics) {
        for (const data of topic.partitions) {
          const part = newPart(topic, data.partition, byId);
          ask(part, data);
          parts.push(part);
        }
      }
      context.parts = parts;
      return context;
    }
    const session = this.sessions.get(sessionId);
    if (session === undefined || session.isBusy) {
      if (session !== undefined) this.sessions.delete(sessionId);
      context.errorCode = ErrorCode.FETCH_SESSION_ID_NOT_FOUND;
    } else if (session.usesTopicIds !== byId) {
      this.sessions.delete(sessionId);
      context.errorCode = ErrorCode.FETCH_SESSION_TOPIC_ID_ERROR;
    } else if (session.epoch !== sessionEpoch) {
      context.errorCode = ErrorCode.INVALID_FETCH_SESSION_EPOCH;
    } else {
      session.update(request);
      session.epoch = sessionEpoch === 2147483647 ? 1 : sessionEpoch + 1;
      session.lastUsedMs = this.ports.clock.monotonicMs();
      context.session = session;
      context.isIncremental = true;
      context.parts = session.parts;
      // The map is in the order of use. A session of which everything was forgotten is over.
      this.sessions.delete(sessionId);
      if (context.parts.length > 0) {
        this.sessions.set(sessionId, session);
        context.sessionId = sessionId;
      }
    }
    return context;
  }

  /** Its client is gone, perhaps while it was being read for. */
  end(session: FetchSession): void {
    if (this.sessions.get(session.id) === session) this.sessions.delete(session.id);
  }

  private create(request: FetchRequest, byId: boolean, isPrivileged: boolean): FetchSession | null {
    const now = this.ports.clock.monotonicMs();
    if (request.topics.length === 0 || !this.makeRoom(isPrivileged, now)) return null;
    let id = 0;
    do id = 1 + this.ports.random.below(2147483646);
    while (this.sessions.has(id));
    const session = new FetchSession(id, isPrivileged, byId, now);
    session.update(request);
    this.sessions.set(id, session);
    return session;
  }

  /** The least recently used session goes if it was idle for long, or if a follower needs the place of a consumer. */
  private makeRoom(isPrivileged: boolean, nowMs: number): boolean {
    if (this.sessions.size < this.slots) return true;
    for (const session of this.sessions.values()) {
      const isIdle = nowMs - session.lastUsedMs > EVICTION_MS && (isPrivileged || !session.isPrivileged);
      if (isIdle || (isPrivileged && !session.isPrivileged)) {
        this.sessions.delete(session.id);
        return true;
      }
    }
    return false;
  }
}

const NO_PARTS: readonly FetchPart[] = [];
