import { assert } from "../base/assert.js";
import { ZERO_UUID } from "../base/uuid.js";
import type { HostPort } from "../config/node-config.js";
import { DiskError, type Ports, type Timer, type TimerTask, type TurnTask } from "../ports/index.js";
import type { Api } from "../protocol/apis.js";
import { ErrorCode, errorName } from "../protocol/errors.js";
import { encodeMetadataRecord, type MetadataRecord } from "../protocol/metadata-records.js";
import { buildBatch, type RecordInput } from "../protocol/records/builder.js";
import type { Input } from "../protocol/schema.js";
import type { Log, LogListener } from "../storage/log.js";
import { AwakeClock } from "./awake-clock.js";
import { CommitDelivery, type DeliveryOwner } from "./commit-delivery.js";
import { ControlRecordReader, kraftVersionRecord, leaderChangeRecord, votersRecord } from "./control-records.js";
import { type ElectionState, encodeQuorumState } from "./election-state.js";
import { ElectionStore, type ElectionStoreOwner } from "./election-store.js";
import { Elections } from "./elections.js";
import { FetchService } from "./fetch-service.js";
import { FollowerFetch } from "./follower-fetch.js";
import { LogScanner } from "./log-scanner.js";
import { type Peer, Peers, type PeersListener } from "./peers.js";
import { Quorum } from "./quorum.js";
import type { RaftListener } from "./raft-listener.js";
import { localEndpoints, type RaftOptions } from "./raft-options.js";
import type { RaftRequest } from "./raft-request.js";
import { serveRaft } from "./serve.js";
import { SnapshotKeeper } from "./snapshot-keeper.js";
import type { SnapshotContent } from "./snapshot-reader.js";
import { isBootstrapSnapshot, type SnapshotId, SnapshotStore } from "./snapshot-store.js";
import type { Leader } from "./states/leader.js";
import { VoterChanges } from "./voter-changes.js";
import { VoterHistory } from "./voter-history.js";
import { KRAFT_VERSIONS, needsUpdate, type RaftEndpoint, type Voter, VoterSet } from "./voter-set.js";

export interface RaftStopped {
  onRaftStopped(): void;
}

const BATCH_BYTES_MAX = 8 * 1024 * 1024;
const HANDOVER_MS_MAX = 1500;
const REQUESTS_BEFORE_READY_MAX = 10_000;
/** Transitions that time alone may bring about in one go. */
const TICKS_MAX = 4;

/**
 * One node's part in the quorum of the metadata log (Kafka: KafkaRaftClient): the driver of `Quorum`. It owns the log, the file
 * `quorum-state`, the snapshots, the connections to other controllers and the timer. Whatever comes in changes the state at once; what
 * follows from it is done at the end of the turn (`onTurnEnd`), after everything that lay in the sockets was seen. Nothing leaves that
 * depends on an election state which is not durable yet.
 */
export class RaftNode implements LogListener, TimerTask, TurnTask, PeersListener, DeliveryOwner, ElectionStoreOwner {
  readonly log: Log;
  /** Of this room. */
  readonly ports: Ports;
  readonly options: RaftOptions;
  readonly nodeId: number;
  readonly clock: AwakeClock;
  readonly quorum: Quorum;
  readonly history: VoterHistory;
  readonly snapshots: SnapshotStore;
  readonly peers: Peers;
  readonly voterChanges: VoterChanges;
  readonly fetches: FetchService;
  /** The first of `controller.listener.names`. */
  readonly listenerName: string;
  readonly localVoter: Voter;
  readonly requestTimeoutMs: number;
  readonly retryBackoffMs: number;
  private readonly listener: RaftListener;
  private readonly elections: Elections;
  private readonly follower: FollowerFetch;
  private readonly delivery: CommitDelivery;
  private readonly control: ControlRecordReader;
  private committed: number;
  private phase: "new" | "loading" | "running" | "stopped";
  /** Requests that came while loading. */
  private early: RaftRequest[];
  private readonly store: ElectionStore;
  private readonly keeper: SnapshotKeeper;
  private timer: Timer | null;
  private timerAtMs: number;
  private isTurnEndAsked: boolean;
  /** What the listener was told. */
  private toldLeaderId: number | null;
  private toldEpoch: number;
  private leadingEpoch: number;
  private ledState: Leader | null;
  private bytesAtSnapshot: number;
  private stopped: RaftStopped | null;
  private stopAtMs: number;

  constructor(ports: Ports, options: RaftOptions, log: Log, listener: RaftListener) {
    const { config } = options;
    this.log = log;
    this.ports = ports;
    this.options = options;
    this.listener = listener;
    this.nodeId = config.nodeId;
    this.clock = new AwakeClock(ports);
    this.listenerName = config.controllerListenerNames[0] ?? "CONTROLLER";
    this.requestTimeoutMs = config.number("controller.quorum.request.timeout.ms");
    this.retryBackoffMs = Math.max(1, config.number("controller.quorum.retry.backoff.ms"));
    const staticVoters = new VoterSet(
      config.quorumVoters.map(({ id, host, port }) => ({
        id,
        directoryId: ZERO_UUID,
        endpoints: [{ name: this.listenerName, host, port }],
        kraftVersions: { min: 0, max: 0 },
      })),
    );
    this.history = new VoterHistory(staticVoters);
    this.localVoter = {
      id: config.nodeId,
      directoryId: log.directoryId,
      endpoints: localEndpoints(config),
      kraftVersions: KRAFT_VERSIONS,
    };
    const times = {
      electionTimeoutMs: config.number("controller.quorum.election.timeout.ms"),
      fetchTimeoutMs: config.number("controller.quorum.fetch.timeout.ms"),
      electionBackoffMaxMs: config.number("controller.quorum.election.backoff.max.ms"),
    };
    this.quorum = new Quorum(
      { id: config.nodeId, directoryId: log.directoryId },
      times,
      ports.random,
      () => this.history.voters,
      (id) => this.history.voters.endpointsOf(id),
    );
    this.snapshots = new SnapshotStore(ports, log.directory);
    this.peers = new Peers(ports, `raft-client-${config.nodeId}`, this.requestTimeoutMs, this);
    this.voterChanges = new VoterChanges(this);
    this.elections = new Elections(this);
    this.follower = new FollowerFetch(this, times.fetchTimeoutMs);
    this.fetches = new FetchService(this);
    this.delivery = new CommitDelivery(ports, log, listener, this);
    this.control = new ControlRecordReader(ports);
    this.committed = 0;
    this.phase = "new";
    this.early = [];
    this.store = new ElectionStore(ports.disk, log.directory, this);
    this.keeper = new SnapshotKeeper(ports, config, log, this.snapshots, this.history, (error) => this.fail(error));
    this.timer = null;
    this.timerAtMs = 0;
    this.isTurnEndAsked = false;
    this.toldLeaderId = null;
    this.toldEpoch = -1;
    this.leadingEpoch = -1;
    this.ledState = null;
    this.bytesAtSnapshot = 0;
    this.stopped = null;
    this.stopAtMs = Number.POSITIVE_INFINITY;
  }

  get isLeader(): boolean {
    return this.quorum.state.name === "leader";
  }

  /** Who leads, as far as this node knows; a leader that resigned leads no more. */
  get leaderId(): number | null {
    const { state } = this.quorum;
    return state.name === "resigned" ? null : state.leaderId;
  }

  /** As `leaderId`, where one that resigned still counts. */
  get epochLeaderId(): number | null {
    return this.quorum.state.leaderId;
  }

  /** Whether a leader is known, and nothing says that it is gone. */
  get hasLeader(): boolean {
    const { state } = this.quorum;
    return state.name === "leader" || (state.name === "follower" && !state.leaderIsGone);
  }

  get leaderEndpoint(): HostPort | null {
    const { state } = this.quorum;
    if (state.name === "resigned") return null;
    const { host, port } = this.endpointOf(this.leaderEndpoints()) ?? {};
    return host === undefined || port === undefined ? null : { host, port };
  }

  get epoch(): number {
    // While the log is being read, what is stored is all that is known.
    return Math.max(this.quorum.epoch, this.store.election.epoch);
  }

  /** Exclusive; 0 while it is not known. */
  get highWatermark(): number {
    return this.committed;
  }

  get kraftVersion(): number {
    return this.history.kraftVersion;
  }

  voterIds(): readonly number[] {
    return this.history.voters.ids;
  }

  /** Exclusive end of the log, what is not committed included. */
  get logEndOffset(): number {
    return this.log.appendEndOffset;
  }

  /** Bytes that were delivered since the latest snapshot. */
  get bytesSinceSnapshot(): number {
    return this.delivery.deliveredBytes - this.bytesAtSnapshot;
  }

  // ---- Start and stop

  /** Reads snapshots and `quorum-state`, then the log in slices; takes part once that is done. Throws StorageError and DiskError. */
  start(): void {
    assert(this.phase === "new", "raft starts once");
    this.phase = "loading";
    this.log.listener = this;
    const content = this.keeper.loadNewest();
    if (content !== null) this.committed = Math.max(this.committed, content.id.offset);
    const stored = this.store.load();
    const from = content === null ? this.log.logStartOffset : Math.max(content.id.offset, this.log.logStartOffset);
    let waiting = 2;
    const onDone = (error: DiskError | null): void => {
      if (this.phase !== "loading") return;
      if (error !== null) this.fail(error);
      else if (--waiting === 0) this.begin(stored, content);
    };
    // The log's own name may be new, and everything in it would be lost with it.
    this.ports.disk.syncDirectory(this.log.parentDirectory, { onDiskDone: onDone });
    const scanned = {
      onLogScanned: (flaw: string | null) =>
        onDone(flaw === null ? null : new DiskError("EIO", this.log.directory, flaw)),
    };
    new LogScanner(this.log, from, this.control, this, scanned).start();
  }

  private begin(stored: ElectionState, content: SnapshotContent | null): void {
    this.phase = "running";
    this.quorum.initialize(stored, this.lastFetchedEpoch, this.clock.nowMs());
    if (content !== null && !isBootstrapSnapshot(content.id)) this.deliverSnapshot(content);
    this.ports.logger.info("The metadata quorum starts.", {
      state: this.quorum.state.name,
      epoch: this.quorum.epoch,
      logEndOffset: this.log.appendEndOffset,
      voters: this.voterIds().join(","),
    });
    this.noteElection();
    const early = this.early;
    this.early = [];
    for (const request of early) this.handle(request);
    this.pollSoon();
  }

  private deliverSnapshot(content: SnapshotContent): void {
    const { offset, epoch } = content.id;
    const { lastContainedLogTimestamp: timestamp } = content;
    this.log.setHighWatermark(Math.min(this.committed, this.log.appendEndOffset));
    this.listener.onLoadSnapshot({ offset, epoch, timestamp, records: content.records() });
    this.delivery.startAt(offset, content.kraftVersion);
    this.bytesAtSnapshot = this.delivery.deliveredBytes;
  }

  /** Of the fetcher: a snapshot was downloaded, and replaces the log. */
  adoptSnapshot(id: SnapshotId): void {
    const content = this.phase === "running" ? this.keeper.adopt(id, this.committed) : null;
    if (content !== null) {
      this.committed = id.offset;
      this.deliverSnapshot(content);
    }
    this.pollSoon();
  }

  /** Hands leadership over, which takes a second or so at most; a node that does not lead stops at once. */
  shutdown(done: RaftStopped): void {
    this.stopped = done;
    const now = this.clock.nowMs();
    this.stopAtMs = now;
    if (this.phase === "running" && this.isLeader && this.history.voters.size > 1) {
      const { state } = this.quorum;
      if (state.name === "leader" && state.hasSuccessor(now)) this.stopAtMs = now + HANDOVER_MS_MAX;
      this.quorum.becomeResigned(now);
      this.noteElection();
    }
    if (this.phase === "stopped") this.ports.loop.atTurnEnd({ onTurnEnd: () => done.onRaftStopped() });
    else this.pollSoon();
  }

  /** At once, as a killed process would. */
  stop(): void {
    if (this.phase === "stopped") return;
    this.phase = "stopped";
    this.timer?.cancel();
    this.timer = null;
    this.keeper.stop();
    this.store.stop();
    this.follower.stop();
    this.fetches.stop();
    this.voterChanges.abort();
    this.early = [];
    this.peers.close();
    if (this.log.listener === this) this.log.listener = null;
  }

  fail(error: Error): void {
    if (this.phase === "stopped") return;
    this.ports.logger.error("The metadata quorum cannot go on at this node.", { error: error.message });
    this.stop();
    this.listener.onRaftFailed(error);
  }

  // ---- What comes in

  handle(request: RaftRequest): void {
    if (this.phase === "loading" || this.phase === "new") {
      if (this.early.length < REQUESTS_BEFORE_READY_MAX) this.early.push(request);
      return;
    }
    if (this.phase === "stopped") return;
    serveRaft(this, request);
    this.pollSoon();
  }

  /** Sends the response once the election state, as it is now, is durable. */
  reply<A extends Api>(request: RaftRequest<A>, response: Input<A["response"]>): void {
    this.afterDurable(() => request.respond(response));
  }

  /** The error with which a request that only a leader may answer is refused; 0 when this one may. */
  leaderError(epoch: number): ErrorCode {
    if (epoch < this.quorum.epoch) return ErrorCode.FENCED_LEADER_EPOCH;
    if (epoch > this.quorum.epoch) return ErrorCode.UNKNOWN_LEADER_EPOCH;
    if (!this.isLeader) return ErrorCode.NOT_LEADER_OR_FOLLOWER;
    return ErrorCode.NONE;
  }

  /**
   * What any response says of the leader. True: it is of this epoch and has no error, so that its content counts.
   * (Kafka: maybeHandleCommonResponse)
   */
  observeResponse(error: number, leaderId: number, epoch: number, endpoints: readonly RaftEndpoint[]): boolean {
    const { quorum } = this;
    if (epoch < quorum.epoch || error === ErrorCode.UNKNOWN_LEADER_EPOCH) return false;
    const isNews = epoch > quorum.epoch || (leaderId >= 0 && quorum.state.leaderId === null);
    if (isNews || error === ErrorCode.FENCED_LEADER_EPOCH || error === ErrorCode.NOT_LEADER_OR_FOLLOWER) {
      const wasOlder = epoch > quorum.epoch;
      this.observe(leaderId, epoch, endpoints);
      return error === ErrorCode.NONE && !wasOlder;
    }
    if (error === ErrorCode.NONE) return true;
    if (error !== ErrorCode.BROKER_NOT_AVAILABLE && error !== ErrorCode.INVALID_VOTER_KEY) {
      this.ports.logger.warn("A controller answered with an error.", { error: errorName(error), epoch });
    }
    return false;
  }

  /** Somebody says who leads; −1: it does not know. */
  observe(leaderId: number, epoch: number, endpoints: readonly RaftEndpoint[]): void {
    const seen = this.quorum.observe(leaderId < 0 ? null : leaderId, epoch, endpoints, this.clock.nowMs());
    if (seen === "conflict") {
      this.ports.logger.error("Another node says that somebody else leads this epoch of the metadata quorum.", {
        epoch,
        leader: leaderId,
        known: this.quorum.state.leaderId,
      });
    }
    this.noteElection();
    this.pollSoon();
  }

  // ---- What is durable before it is told

  /** To be called after whatever may have changed the quorum's state. */
  noteElection(): void {
    this.store.note(this.quorum.election());
  }

  afterDurable(release: () => void): void {
    this.noteElection();
    this.store.after(release);
  }

  encodeElection(election: ElectionState): Uint8Array {
    return encodeQuorumState(election, this.kraftVersion, this.options.clusterId, this.voterIds());
  }

  onElectionStored(): void {
    this.pollSoon();
  }

  onElectionStoreFailed(error: DiskError): void {
    this.fail(error);
  }

  // ---- The end of a turn

  pollSoon(): void {
    if (this.isTurnEndAsked || this.phase !== "running") return;
    this.isTurnEndAsked = true;
    this.ports.loop.atTurnEnd(this);
  }

  onTimer(): void {
    this.timer = null;
    this.pollSoon();
  }

  onTurnEnd(): void {
    this.isTurnEndAsked = false;
    if (this.phase !== "running") return;
    const now = this.clock.nowMs();
    this.changeState(now);
    if (this.phase !== "running") return;
    this.advance();
    const wanted = [
      this.elections.poll(now),
      this.follower.poll(now),
      this.fetches.poll(now),
      this.voterChanges.poll(now),
      this.quorum.deadlineMs,
      this.stopAtMs,
    ];
    this.tellListener();
    if (this.phase !== "running") return;
    if (this.stopped !== null && this.mayStop(now)) {
      const { stopped } = this;
      this.stop();
      stopped.onRaftStopped();
      return;
    }
    this.schedule(Math.min(...wanted), now);
  }

  private mayStop(now: number): boolean {
    const { state } = this.quorum;
    if (now >= this.stopAtMs) return true;
    return state.name !== "resigned" && this.store.isSettled;
  }

  private schedule(atMs: number, now: number): void {
    if (atMs === Number.POSITIVE_INFINITY) return;
    if (this.timer !== null) {
      if (this.timerAtMs <= atMs) return;
      this.timer.cancel();
    }
    this.timerAtMs = atMs;
    this.timer = this.ports.timers.schedule(Math.max(1, atMs - now), this);
  }

  private changeState(now: number): void {
    const { quorum } = this;
    this.noteElection();
    for (let i = 0; i < TICKS_MAX; i++) {
      if (this.stopped !== null && quorum.state.name !== "leader") break;
      const before = quorum.state;
      if (this.store.isDurable) quorum.onOwnVoteDurable();
      if (before.name === "candidate" && before.ballot.isWon && this.store.isDurable) this.lead(now);
      else quorum.tick(now);
      this.noteElection();
      if (quorum.state === before || this.phase !== "running") break;
    }
  }

  private lead(now: number): void {
    const { quorum, history } = this;
    const leader = quorum.becomeLeader(this.log.appendEndOffset, now);
    const records = [leaderChangeRecord(this.nodeId, leader.voters.ids, leader.granting)];
    if (history.kraftVersion > 0) {
      const neverLogged = (history.votersOffset ?? -1) < 0;
      if (neverLogged || needsUpdate(history.voters, this.localVoter)) {
        records.push(kraftVersionRecord(history.kraftVersion), votersRecord(history.voters.with(this.localVoter)));
      }
    }
    this.ports.logger.info("This node leads the metadata quorum.", {
      epoch: leader.epoch,
      epochStartOffset: leader.epochStartOffset,
    });
    this.appendControl(records);
  }

  /** Moves the high watermark of a leader, and delivers. */
  private advance(): void {
    const { state } = this.quorum;
    if (state.name === "leader") {
      state.localEndOffset = this.log.flushedOffset;
      if (state.advance()) this.onHighWatermark(state.highWatermark);
    }
  }

  /** Of this room: what is below is committed. */
  onHighWatermark(offset: number): void {
    const bounded = Math.min(offset, this.log.appendEndOffset);
    if (bounded <= this.committed) return;
    this.committed = bounded;
    this.log.setHighWatermark(bounded);
    this.fetches.onHighWatermark();
    this.voterChanges.onHighWatermark(bounded);
    this.pollSoon();
  }

  /** In this order: that it leads no more, who leads, what is committed, that it leads. */
  private tellListener(): void {
    const { state } = this.quorum;
    const led = this.ledState;
    if (led !== null && led !== state) {
      this.ledState = null;
      this.voterChanges.abort();
      this.fetches.answerAll();
      if (this.leadingEpoch === led.epoch) this.listener.onResigned(led.epoch);
    }
    if (state.name === "leader") this.ledState = state;
    const { leaderId, epoch } = this;
    if (leaderId !== this.toldLeaderId || epoch !== this.toldEpoch) {
      this.toldLeaderId = leaderId;
      this.toldEpoch = epoch;
      this.listener.onLeaderChanged(leaderId, epoch);
    }
    if (this.phase !== "running") return;
    this.delivery.deliver(this.committed);
    if (this.phase !== "running" || this.quorum.state !== state || state.name !== "leader") return;
    if (this.leadingEpoch === state.epoch || this.delivery.nextDelivery <= state.epochStartOffset) return;
    this.leadingEpoch = state.epoch;
    this.listener.onLeading(state.epoch);
  }

  onDeliveryReady(): void {
    if (this.phase !== "running") return;
    // Another turn, so that input is seen in between.
    this.ports.timers.schedule(0, { onTimer: () => this.pollSoon() });
  }

  onDeliveryFailed(error: Error): void {
    this.fail(error);
  }

  // ---- The log

  /** Appends the records as one batch; the offset of the last, or null when this node does not lead in this epoch, or the batch has more than 8 MiB. */
  propose(records: readonly MetadataRecord[], epoch: number): number | null {
    const { state } = this.quorum;
    if (this.phase !== "running" || state.name !== "leader" || state.epoch !== epoch) return null;
    if (records.length === 0) return this.log.appendEndOffset - 1;
    const inputs = records.map((record) => ({ key: null, value: encodeMetadataRecord(record) }));
    const bytes = buildBatch({ timestamp: this.ports.clock.wallMs(), leaderEpoch: epoch }, inputs, this.ports);
    if (bytes.length > BATCH_BYTES_MAX) {
      this.ports.logger.error("A change of the metadata is larger than a batch may be, and is refused.", {
        bytes: bytes.length,
        records: records.length,
      });
      return null;
    }
    return this.append(bytes) ? this.log.appendEndOffset - 1 : null;
  }

  /** Of this room: control records of the leader, as one batch; the offset of the last, −1 when the log failed. */
  appendControl(records: readonly RecordInput[]): number {
    const options = { timestamp: this.ports.clock.wallMs(), leaderEpoch: this.quorum.epoch, isControl: true };
    return this.append(buildBatch(options, records, this.ports)) ? this.log.appendEndOffset - 1 : -1;
  }

  private append(bytes: Uint8Array): boolean {
    const { error, message } = this.log.appendAsLeader(bytes, this.quorum.epoch, "raft");
    if (error !== 0) {
      this.fail(this.log.failure ?? new Error(`The metadata log refused an append: ${message ?? errorName(error)}`));
      return false;
    }
    this.onAppended(bytes);
    return true;
  }

  /** Of this room: whole batches were appended; voters in them apply at once. */
  onAppended(bytes: Uint8Array): void {
    const flaw = this.control.read(bytes, this);
    if (flaw !== null) this.fail(new Error(`The metadata log has a control batch that cannot be read: ${flaw}`));
    this.fetches.onAppended();
    this.pollSoon();
  }

  addVoters(offset: number, voters: VoterSet): void {
    this.history.addVoters(offset, voters);
    const { state } = this.quorum;
    if (state.name === "leader") state.setVoters(voters);
  }

  addKraftVersion(offset: number, level: number): void {
    this.history.addKraftVersion(offset, level);
  }

  /** Of this room: the log was cut. */
  truncateTo(offset: number): void {
    assert(offset >= this.committed, "what is committed is not cut");
    this.log.truncateTo(offset);
    this.history.truncateTo(this.log.appendEndOffset);
  }

  /** Epoch of the last batch; of the snapshot where the log is empty after one; 0 where there is nothing. */
  get lastFetchedEpoch(): number {
    const { latestEpoch } = this.log;
    if (latestEpoch >= 0) return latestEpoch;
    const { latest } = this.snapshots;
    return latest !== null && latest.offset === this.log.appendEndOffset ? latest.epoch : 0;
  }

  onLogWritten(): void {}

  onLogFlushed(): void {
    this.pollSoon();
  }

  onLogFailed(_log: Log, error: DiskError): void {
    this.fail(error);
  }

  onLogDamaged(log: Log): void {
    const { damage } = log;
    this.fail(new DiskError("EIO", log.directory, `The metadata log is damaged at offset ${damage?.offset ?? -1}.`));
  }

  // ---- Snapshots

  /**
   * Writes a snapshot of what is committed below `offset` (exclusive; the end of a batch), in slices of turns; then the log and the
   * snapshots before the retention go. False: there is one already, one is being written, or the offset is not committed.
   */
  writeSnapshot(records: Iterable<MetadataRecord>, offset: number, epoch: number, timestampMs: number): boolean {
    if (this.phase !== "running" || offset > this.committed) return false;
    if (!this.keeper.write(records, { offset, epoch }, timestampMs)) return false;
    this.bytesAtSnapshot = this.delivery.deliveredBytes;
    return true;
  }

  // ---- Endpoints and peers

  /** Endpoints of the leader, its own included; empty where none is known. */
  leaderEndpoints(): readonly RaftEndpoint[] {
    const { state } = this.quorum;
    switch (state.name) {
      case "leader":
      case "resigned":
        return this.localVoter.endpoints;
      case "follower":
      case "prospective":
        return state.leaderEndpoints;
      default:
        return [];
    }
  }

  /** The one to connect to. */
  endpointOf(endpoints: readonly RaftEndpoint[], listenerName = this.listenerName): RaftEndpoint | null {
    return endpoints.find((endpoint) => endpoint.name === listenerName) ?? endpoints[0] ?? null;
  }

  /** For responses: where the leader is, on the listener that the request came in by. */
  nodeEndpoints(request: RaftRequest): { nodeId: number; host: string; port: number }[] {
    const { leaderId } = this.quorum.state;
    if (leaderId === null) return [];
    const endpoint = this.endpointOf(this.leaderEndpoints(), request.connection.listener.name);
    return endpoint === null ? [] : [{ nodeId: leaderId, host: endpoint.host, port: endpoint.port }];
  }

  /** From a response: null where it does not tell the endpoint. */
  endpointsFrom(
    leaderId: number,
    nodes: readonly { readonly nodeId: number; readonly host: string; readonly port: number }[],
  ): readonly RaftEndpoint[] {
    const node = nodes.find((each) => each.nodeId === leaderId);
    return node === undefined ? [] : [{ name: this.listenerName, host: node.host, port: node.port }];
  }

  /** The connection to a voter; null for this node, and where its endpoint is not known. */
  peerOf(voterId: number): Peer | null {
    if (voterId === this.nodeId) return null;
    const endpoint = this.endpointOf(this.history.voters.endpointsOf(voterId));
    return endpoint === null ? null : this.peers.at(endpoint);
  }

  /** The voter at the other end of a connection; −1 none. */
  voterAt(peer: Peer): number {
    for (const id of this.history.voters.ids) if (this.peerOf(id) === peer) return id;
    return -1;
  }

  onPeerOpen(): void {
    this.pollSoon();
  }

  onPeerClosed(peer: Peer, isGone: boolean): void {
    if (this.phase !== "running") return;
    const now = this.clock.nowMs();
    peer.backOff(now + this.retryBackoffMs);
    if (isGone) {
      const voterId = this.voterAt(peer);
      if (voterId >= 0) this.quorum.onUnreachable(voterId, now);
      this.follower.onPeerGone(peer, now);
    }
    this.pollSoon();
  }
}
