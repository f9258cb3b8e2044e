import { assert } from "../../base/assert.js";
import type { Ports } from "../../ports/index.js";
import { ErrorCode } from "../../protocol/errors.js";
import type { MetadataRecord } from "../../protocol/metadata-records.js";
import type { MetadataImage } from "../image.js";
import { activationRecords } from "./activation.js";
import { BrokerSessions } from "./broker-sessions.js";
import { fenceBrokers } from "./brokers.js";
import { electUncleanLeaders, rebalanceLeaders } from "./elections.js";
import { HANDLERS, type HandlerScope } from "./handlers.js";
import type { ControllerLog, ControllerOptions, ControllerRequestContext } from "./options.js";
import { errorResponse } from "./responses.js";
import { ControllerState } from "./state.js";

/** Most records of one request of a user: they are one batch of the log, and one turn of the event loop. */
const RECORDS_MAX = 20_000;
/** APIs of users, by whose requests the number of records is not bounded; what brokers ask for is. */
const USER_APIS: ReadonlySet<number> = new Set([19, 20, 33, 37, 43, 44, 45]);
const TOO_MUCH = "The request would change too much at once: split it.";

export interface Activation {
  readonly bootstrap: readonly MetadataRecord[];
  readonly inTransaction: boolean;
}

/**
 * The active controller (Kafka: QuorumController): decides, appends to the metadata log, and answers when that is
 * committed. A handler sees the state with all that was appended, committed or not, returns records and a response, and
 * changes nothing: only `replay` does, at once after the append. When the node stops leading, all of it is thrown away
 * and the next activation starts from the committed image.
 */
export class Controller {
  private readonly ports: Ports;
  private readonly options: ControllerOptions;
  private readonly log: ControllerLog;
  private scope: HandlerScope | null;
  private epoch: number;
  /** Last offset that this activation appended, or the image's. */
  private lastOffset: number;
  private committedOffset: number;
  /** Waiting replies by rising offset. */
  private waiting: WaitingReply[];
  private nextRebalanceMs: number;
  private nextUncleanElectionMs: number;
  private nextNoOpMs: number;

  constructor(ports: Ports, options: ControllerOptions, log: ControllerLog) {
    this.ports = ports;
    this.options = options;
    this.log = log;
    this.scope = null;
    this.epoch = -1;
    this.lastOffset = -1;
    this.committedOffset = -1;
    this.waiting = [];
    this.nextRebalanceMs = 0;
    this.nextUncleanElectionMs = 0;
    this.nextNoOpMs = 0;
  }

  get active(): boolean {
    return this.scope !== null;
  }

  /**
   * This node leads and all that earlier leaders appended is committed and in `image`. A log without a metadata.version
   * gets the bootstrap records first (those of bootstrap.checkpoint; see bootstrap.ts), and a transaction that an earlier
   * controller left open is aborted (`MetadataLoader.inTransaction`).
   */
  activate(image: MetadataImage, epoch: number, activation: Activation): void {
    assert(this.scope === null, "the controller is active already");
    const state = new ControllerState(image);
    const sessions = new BrokerSessions(this.ports, this.options.sessionTimeoutMs);
    for (const broker of state.brokers.values()) sessions.activate(broker);
    this.scope = { ports: this.ports, options: this.options, state, sessions, nextOffset: () => this.nextOffset() };
    this.epoch = epoch;
    this.lastOffset = image.offset;
    this.committedOffset = image.offset;
    const now = this.ports.clock.monotonicMs();
    this.nextRebalanceMs = now + this.options.leaderImbalanceCheckMs;
    this.nextUncleanElectionMs = now + this.options.uncleanElectionIntervalMs;
    this.nextNoOpMs = now + this.options.maxIdleIntervalMs;
    this.append(activationRecords(state, activation.bootstrap, activation.inTransaction, this.options));
    this.ports.logger.info("the controller is active", { epoch, offset: image.offset });
  }

  /** This node no longer leads: whoever waits gets NOT_CONTROLLER. */
  resign(): void {
    if (this.scope === null) return;
    this.scope = null;
    const waiting = this.waiting;
    this.waiting = [];
    for (const reply of waiting) reply.fail(ErrorCode.NOT_CONTROLLER);
    this.ports.logger.info("the controller resigned", { epoch: this.epoch });
  }

  /** Whether requests of this API belong to the controller. */
  static serves(apiKey: number): boolean {
    return HANDLERS.has(apiKey);
  }

  /** `reply` is called once: when the records are committed, or with NOT_CONTROLLER or REQUEST_TIMED_OUT. */
  handle(
    apiKey: number,
    version: number,
    request: unknown,
    context: ControllerRequestContext,
    reply: (response: unknown) => void,
  ): void {
    const scope = this.scope;
    const handler = HANDLERS.get(apiKey);
    assert(handler !== undefined, `API ${apiKey} is not the controller's`);
    if (scope === null) {
      reply(errorResponse(apiKey, version, request, ErrorCode.NOT_CONTROLLER));
      return;
    }
    const decision = handler(scope, version, request);
    if (decision.records.length > RECORDS_MAX && USER_APIS.has(apiKey)) {
      reply(errorResponse(apiKey, version, request, ErrorCode.POLICY_VIOLATION, TOO_MUCH));
      return;
    }
    if (!this.append(decision.records)) {
      reply(errorResponse(apiKey, version, request, ErrorCode.NOT_CONTROLLER));
      return;
    }
    decision.onAppended?.(this.lastOffset);
    if (this.lastOffset <= this.committedOffset) {
      reply(decision.response);
      return;
    }
    const deadline = this.ports.clock.monotonicMs() + context.timeoutMs;
    this.waiting.push(new WaitingReply(apiKey, version, request, this.lastOffset, deadline, decision.response, reply));
  }

  /** All up to `offset` is committed. */
  onCommitted(offset: number): void {
    if (this.scope === null || offset <= this.committedOffset) return;
    this.committedOffset = offset;
    let done = 0;
    while (done < this.waiting.length && this.waiting[done].offset <= offset) done++;
    if (done === 0) return;
    const ready = this.waiting.splice(0, done);
    for (const reply of ready) reply.succeed();
  }

  /** What is due by time. To be called after `untilDueMs`, and only after a poll that drained the sockets. */
  tick(): void {
    const scope = this.scope;
    if (scope === null) return;
    const now = this.ports.clock.monotonicMs();
    const expired = scope.sessions.takeExpired();
    if (expired.length > 0) this.fence(expired, "its session has timed out");
    if (this.options.leaderImbalanceCheckMs > 0 && now >= this.nextRebalanceMs) {
      const more = this.appendDecision(rebalanceLeaders(scope));
      this.nextRebalanceMs = more ? now + 10 : now + this.options.leaderImbalanceCheckMs;
    }
    if (now >= this.nextUncleanElectionMs) {
      const more = this.appendDecision(electUncleanLeaders(scope));
      this.nextUncleanElectionMs = more ? now + 10 : now + this.options.uncleanElectionIntervalMs;
    }
    if (this.options.maxIdleIntervalMs > 0 && now >= this.nextNoOpMs) {
      this.append([{ kind: "NoOpRecord", version: 0, value: {} }]);
    }
    this.expireWaiting(now);
  }

  /** Milliseconds until `tick` has something to do as things stand; what is asked of the controller meanwhile may be due before. */
  untilDueMs(): number {
    const { scope, options } = this;
    if (scope === null) return Number.POSITIVE_INFINITY;
    let atMs = this.nextUncleanElectionMs;
    if (options.leaderImbalanceCheckMs > 0) atMs = Math.min(atMs, this.nextRebalanceMs);
    if (options.maxIdleIntervalMs > 0) atMs = Math.min(atMs, this.nextNoOpMs);
    for (const { deadlineMs } of this.waiting) atMs = Math.min(atMs, deadlineMs);
    // A session has timed out when it is longer than the time-out.
    return Math.min(atMs - this.ports.clock.monotonicMs(), scope.sessions.untilExpiryMs() + 1);
  }

  /** The connection on which this broker heartbeats broke. Until it heartbeats again, its next incarnation may replace it. */
  onBrokerConnectionBroken(brokerId: number): void {
    this.scope?.sessions.connectionBroken(brokerId);
  }

  /**
   * The brokers are known to be dead (their ports refuse connections): fenced at once. Brokers that died together should be
   * given together: what was in sync until then stays eligible to lead.
   */
  fenceDead(brokerIds: number | readonly number[]): void {
    this.fence(typeof brokerIds === "number" ? [brokerIds] : brokerIds, "its process is dead");
  }

  /** Unfenced brokers, which a newly active controller probes. */
  unfencedBrokers(): number[] {
    if (this.scope === null) return [];
    const ids: number[] = [];
    for (const broker of this.scope.state.brokers.values()) if (!broker.fenced) ids.push(broker.id);
    return ids;
  }

  /** The state with all that was appended; for checks. */
  get state(): ControllerState | null {
    return this.scope === null ? null : this.scope.state;
  }

  /** Offset of the last record that is in `state`. */
  get stateOffset(): number {
    return this.lastOffset;
  }

  private fence(brokerIds: readonly number[], cause: string): void {
    const scope = this.scope;
    if (scope === null) return;
    const dead: number[] = [];
    for (const id of brokerIds) {
      scope.sessions.end(id);
      if (scope.state.brokers.get(id)?.fenced === false) dead.push(id);
    }
    if (dead.length > 0) this.append(fenceBrokers(scope, dead, cause));
  }

  private appendDecision(decision: { records: readonly MetadataRecord[]; more: boolean }): boolean {
    return this.append(decision.records) && decision.more;
  }

  /** False when this node no longer leads. */
  private append(records: readonly MetadataRecord[]): boolean {
    const scope = this.scope;
    assert(scope !== null, "only the active controller appends");
    if (records.length === 0) return true;
    const last = this.log.propose(records, this.epoch);
    if (last === null) return false;
    this.lastOffset = last;
    let offset = last - records.length + 1;
    for (const record of records) scope.state.replay(record, offset++);
    scope.sessions.follow(scope.state);
    this.nextNoOpMs = this.ports.clock.monotonicMs() + this.options.maxIdleIntervalMs;
    return true;
  }

  private nextOffset(): number {
    return Math.max(this.lastOffset + 1, this.log.logEndOffset);
  }

  private expireWaiting(now: number): void {
    if (!this.waiting.some((reply) => reply.deadlineMs <= now)) return;
    const late = this.waiting.filter((reply) => reply.deadlineMs <= now);
    this.waiting = this.waiting.filter((reply) => reply.deadlineMs > now);
    for (const reply of late) reply.fail(ErrorCode.REQUEST_TIMED_OUT);
  }
}

class WaitingReply {
  readonly apiKey: number;
  readonly version: number;
  readonly request: unknown;
  readonly offset: number;
  readonly deadlineMs: number;
  private readonly response: unknown;
  private readonly reply: (response: unknown) => void;

  constructor(
    apiKey: number,
    version: number,
    request: unknown,
    offset: number,
    deadlineMs: number,
    response: unknown,
    reply: (response: unknown) => void,
  ) {
    this.apiKey = apiKey;
    this.version = version;
    this.request = request;
    this.offset = offset;
    this.deadlineMs = deadlineMs;
    this.response = response;
    this.reply = reply;
  }

  succeed(): void {
    this.reply(this.response);
  }

  fail(code: ErrorCode): void {
    this.reply(errorResponse(this.apiKey, this.version, this.request, code));
  }
}
