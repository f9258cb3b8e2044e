import { METADATA_TOPIC_ID } from "../base/uuid.js";
import type { CallHandler, NoResponse } from "../client/peer-link.js";
import type { HostPort } from "../config/node-config.js";
import { Apis, type ResponseOf } from "../protocol/apis.js";
import { ErrorCode, errorName } from "../protocol/errors.js";
import { METADATA_TOPIC } from "../storage/file-names.js";
import { AutoJoin } from "./auto-join.js";
import { endOffsetForEpoch } from "./log-lineage.js";
import type { Peer } from "./peers.js";
import type { QuorumMember } from "./quorum.js";
import type { RaftNode } from "./raft-node.js";
import { SnapshotDownload } from "./snapshot-download.js";
import type { Follower } from "./states/follower.js";
import { needsUpdate } from "./voter-set.js";

const FETCH_WAIT_MS = 500;
/** From it on a fetch tells the replica in `replicaState`. */
const FETCH_VERSION_MIN = 15;
/** Between questions who leads. */
const SEARCH_MS = 50;
const UPDATE_RETRY_FACTOR = 1.5;
/** No fetch is under way. */
const NONE = 0;

type FetchPartition = ResponseOf<typeof Apis.Fetch>["responses"][number]["partitions"][number];

/**
 * The side of a follower, or of an observer: fetches from the leader, finds out who it is where that is not known, truncates what diverges,
 * downloads snapshots, and tells a new leader where this voter is. One fetch is under way at a time, and none before all that was appended
 * is on disk: the offset that it names is what the leader counts.
 */
export class FollowerFetch {
  private readonly node: RaftNode;
  private readonly fetchTimeoutMs: number;
  private readonly fetchBytesMax: number;
  private readonly snapshotBytesMax: number;
  /** The fetch that is under way; one that was given up since another leader is known has another number. */
  private fetching: number;
  private lastTicket: number;
  /** Before it nothing is fetched, by the awake clock. */
  private notBeforeMs: number;
  /** Which of the places where the leader is looked for is next. */
  private searchIndex: number;
  private download: SnapshotDownload | null;
  private readonly autoJoin: AutoJoin;
  private polledState: QuorumMember | null;

  constructor(node: RaftNode, fetchTimeoutMs: number) {
    this.node = node;
    this.fetchTimeoutMs = fetchTimeoutMs;
    this.fetchBytesMax = node.options.config.number("controller.quorum.fetch.max.bytes");
    this.snapshotBytesMax = node.options.config.number("controller.quorum.fetch.snapshot.max.bytes");
    this.fetching = NONE;
    this.lastTicket = NONE;
    this.notBeforeMs = 0;
    this.searchIndex = 0;
    this.download = null;
    this.autoJoin = new AutoJoin(node, fetchTimeoutMs);
    this.polledState = null;
  }

  /** Sends what is due; when it is to be called again. */
  poll(now: number): number {
    const { node } = this;
    const { state } = node.quorum;
    if (this.download !== null && this.download.round !== state) this.dropDownload();
    if (state.name !== "follower" && state.name !== "unattached") return Number.POSITIVE_INFINITY;
    if (state !== this.polledState) {
      this.polledState = state;
      // A leader that has just become known need not wait for what a search put off, nor for a node that does not answer.
      if (state.name === "follower") this.notBeforeMs = now;
      this.fetching = NONE;
    }
    const later = state.name === "follower" ? this.tellLeader(state, now) : Number.POSITIVE_INFINITY;
    if (this.fetching !== NONE || this.download?.isBusy === true) return later;
    // What is not on disk must not be counted; `onLogFlushed` calls again.
    if (node.log.flushedOffset < node.log.appendEndOffset) return later;
    if (now < this.notBeforeMs) return Math.min(later, this.notBeforeMs);
    const peer = this.target(state, now);
    if (peer === null) return later;
    if (now < peer.notBeforeMs) return Math.min(later, peer.notBeforeMs);
    this.send(peer, state);
    return later;
  }

  stop(): void {
    this.dropDownload();
  }

  private dropDownload(): void {
    this.download?.stop();
    this.download = null;
  }

  /** The leader; where it does not answer, or nobody knows it, in turn those who may know more. */
  private target(state: QuorumMember, now: number): Peer | null {
    const { node } = this;
    if (state.name === "follower") {
      const endpoint = node.endpointOf(state.leaderEndpoints);
      const isSilent = !node.quorum.isVoter && now >= state.fetchTimeoutAtMs;
      const asksLeader = (!state.leaderIsGone && !isSilent) || this.searchIndex % 2 === 0;
      if (endpoint !== null && asksLeader) return node.peers.at(endpoint);
    }
    const places = this.searchPlaces();
    if (places.length === 0) return null;
    return node.peers.at(places[(this.searchIndex >> 1) % places.length]);
  }

  private searchPlaces(): HostPort[] {
    const { node } = this;
    const { config } = node.options;
    const places: HostPort[] = [];
    for (const id of node.history.voters.ids) {
      const endpoint = id === node.nodeId ? null : node.endpointOf(node.history.voters.endpointsOf(id));
      if (endpoint !== null) places.push(endpoint);
    }
    for (const server of config.quorumBootstrapServers) {
      const isOwn =
        config.isController &&
        node.localVoter.endpoints.some((each) => each.host === server.host && each.port === server.port);
      if (!isOwn) places.push(server);
    }
    return places;
  }

  private send(peer: Peer, state: QuorumMember): void {
    const { node } = this;
    const { log } = node;
    this.fetching = ++this.lastTicket;
    if (this.download !== null) {
      this.sendFetchSnapshot(peer, this.download);
      return;
    }
    const partition = {
      partition: 0,
      currentLeaderEpoch: state.epoch,
      fetchOffset: log.appendEndOffset,
      lastFetchedEpoch: node.lastFetchedEpoch,
      logStartOffset: -1,
      partitionMaxBytes: 0,
      replicaDirectoryId: node.localVoter.directoryId,
      highWatermark: node.highWatermark > 0 ? node.highWatermark : -1,
    };
    const body = {
      clusterId: node.options.clusterId,
      replicaState: { replicaId: node.nodeId, replicaEpoch: -1 },
      maxWaitMs: FETCH_WAIT_MS,
      minBytes: 0,
      maxBytes: this.fetchBytesMax,
      topics: [{ topicId: METADATA_TOPIC_ID, topic: METADATA_TOPIC, partitions: [partition] }],
    };
    const call = new FetchCall(this, this.fetching, peer, state, log.appendEndOffset);
    const timeoutMs = node.requestTimeoutMs + FETCH_WAIT_MS;
    node.afterDurable(() =>
      peer.link.callNewest(Apis.Fetch, body, call, Apis.Fetch.maxVersion, timeoutMs, FETCH_VERSION_MIN),
    );
  }

  private sendFetchSnapshot(peer: Peer, download: SnapshotDownload): void {
    const { node } = this;
    const { id, position } = download;
    const partition = {
      partition: 0,
      currentLeaderEpoch: node.quorum.epoch,
      snapshotId: { endOffset: id.offset, epoch: id.epoch },
      position,
      replicaDirectoryId: node.localVoter.directoryId,
    };
    const body = {
      clusterId: node.options.clusterId,
      replicaId: node.nodeId,
      maxBytes: this.snapshotBytesMax,
      topics: [{ name: METADATA_TOPIC, partitions: [partition] }],
    };
    const call = new FetchSnapshotCall(this, this.fetching, peer, download);
    node.afterDurable(() => peer.link.callNewest(Apis.FetchSnapshot, body, call));
  }

  /** The connection to a peer broke, or was refused. */
  onPeerGone(peer: Peer, now: number): void {
    const { node } = this;
    const { state } = node.quorum;
    if (state.name !== "follower" || this.leaderPeer(state) !== peer) return;
    const isNews = !state.leaderIsGone;
    node.quorum.onNobodyLeads(now);
    // Once it is known to be gone, each attempt that is refused is one more step of the search, and not its start.
    if (isNews || node.quorum.isVoter) this.searchIndex = 1;
  }

  private leaderPeer(state: Follower): Peer | null {
    const endpoint = this.node.endpointOf(state.leaderEndpoints);
    return endpoint === null ? null : this.node.peers.at(endpoint);
  }

  /** Whether the answer is to the fetch that is under way, which then is no more. */
  take(ticket: number): boolean {
    if (ticket !== this.fetching) return false;
    this.fetching = NONE;
    return true;
  }

  onNoResponse(peer: Peer, why: NoResponse): void {
    const { node } = this;
    const now = node.clock.nowMs();
    peer.fail("fetch", why);
    peer.backOff(now + (why === "unsupported" ? node.requestTimeoutMs : node.retryBackoffMs));
    this.searchIndex++;
    node.pollSoon();
  }

  onFetch(peer: Peer, sentIn: QuorumMember, fetchOffset: number, response: ResponseOf<typeof Apis.Fetch>): void {
    const { node } = this;
    const now = node.clock.nowMs();
    const topic = response.responses.length === 1 ? response.responses[0] : null;
    const partition = topic?.partitions.length === 1 ? topic.partitions[0] : null;
    if (
      response.errorCode !== ErrorCode.NONE ||
      topic?.topicId !== METADATA_TOPIC_ID ||
      partition?.partitionIndex !== 0
    ) {
      this.onUseless(peer, now, errorName(response.errorCode));
      return;
    }
    const { leaderId, leaderEpoch } = partition.currentLeader;
    const endpoints = node.endpointsFrom(leaderId, response.nodeEndpoints);
    const { errorCode } = partition;
    const isSound = node.observeResponse(errorCode, leaderId, leaderEpoch, endpoints);
    const { state } = node.quorum;
    // An observer that learned of the leader by this very response may use it.
    const isOfNow = state === sentIn || (sentIn.name === "unattached" && sentIn.epoch === leaderEpoch);
    if (!isSound || !isOfNow || state.name !== "follower" || state.leaderId !== leaderId) {
      this.onNotTheLeader(peer, errorCode, leaderId, now);
      return;
    }
    if (node.log.appendEndOffset === fetchOffset && this.apply(state, partition, now)) node.quorum.onFetched(now);
    else this.notBeforeMs = now + SEARCH_MS;
    node.pollSoon();
  }

  private onNotTheLeader(peer: Peer, errorCode: number, leaderId: number, now: number): void {
    const { node } = this;
    const { state } = node.quorum;
    if (state.name === "follower" && !state.leaderIsGone && this.leaderPeer(state) === peer) {
      const saysNo = errorCode === ErrorCode.NOT_LEADER_OR_FOLLOWER;
      // The leader itself says that it leads no more in this epoch.
      if (saysNo && (leaderId === state.leaderId || leaderId < 0)) node.quorum.onNobodyLeads(now);
      this.notBeforeMs = saysNo || errorCode !== ErrorCode.NONE ? now + SEARCH_MS : now;
    } else {
      this.notBeforeMs = state.name === "follower" && !state.leaderIsGone ? now : now + SEARCH_MS;
    }
    this.searchIndex++;
    node.noteElection();
    node.pollSoon();
  }

  private onUseless(peer: Peer, now: number, error: string): void {
    const { node } = this;
    node.ports.logger.warn("A fetch of the metadata log was answered with an error.", {
      host: peer.endpoint.host,
      port: peer.endpoint.port,
      error,
    });
    peer.backOff(now + node.requestTimeoutMs / 4);
    this.searchIndex++;
    node.pollSoon();
  }

  /** What the leader answered; false when it cannot be used. */
  private apply(state: Follower, partition: FetchPartition, now: number): boolean {
    const { node } = this;
    const { divergingEpoch, snapshotId } = partition;
    if (divergingEpoch.epoch >= 0) return this.truncate(divergingEpoch.epoch, divergingEpoch.endOffset);
    if (snapshotId.endOffset >= 0 || snapshotId.epoch >= 0) {
      return this.startDownload(state, snapshotId.endOffset, snapshotId.epoch);
    }
    const records = partition.records;
    if (records !== null && records.length > 0) {
      const { log } = node;
      const result = log.appendAsFollower(records, state.epoch);
      if (result.error !== ErrorCode.NONE) {
        node.ports.logger.warn("What the leader of the metadata quorum sent cannot be appended.", {
          error: result.message ?? errorName(result.error),
        });
        return false;
      }
      if (result.bytes > 0) node.onAppended(records.subarray(0, result.bytes));
    }
    node.onHighWatermark(partition.highWatermark);
    this.notBeforeMs = now;
    return true;
  }

  /** Cuts the log to where it and the leader's last agreed, or nearer to it. */
  private truncate(epoch: number, endOffset: number): boolean {
    const { node } = this;
    const { log } = node;
    const own = endOffsetForEpoch(log, node.snapshots, node.lastFetchedEpoch, epoch);
    const offset = own.epoch === epoch ? Math.min(own.offset, endOffset) : own.offset;
    const to = Math.min(offset, log.appendEndOffset);
    if (to < node.highWatermark || to < log.logStartOffset) {
      node.ports.logger.error("The leader asks for a truncation of what is committed; it is not done.", {
        offset: to,
        highWatermark: node.highWatermark,
        divergingEpoch: epoch,
        divergingEndOffset: endOffset,
      });
      return false;
    }
    node.ports.logger.info("The metadata log is cut to where it agrees with the leader's.", {
      offset: to,
      end: log.appendEndOffset,
      divergingEpoch: epoch,
      divergingEndOffset: endOffset,
    });
    node.truncateTo(to);
    return true;
  }

  private startDownload(round: Follower, offset: number, epoch: number): boolean {
    const { node } = this;
    if (offset < 0 || epoch < 0 || offset < node.highWatermark) {
      node.ports.logger.error("The leader names a snapshot that cannot be used.", { offset, epoch });
      return false;
    }
    if (node.snapshots.find({ offset, epoch }) !== null) {
      node.adoptSnapshot({ offset, epoch });
      return true;
    }
    node.ports.logger.info("A metadata snapshot is fetched from the leader.", { offset, epoch });
    this.download = SnapshotDownload.start(node, round, { offset, epoch }, (download) => {
      if (this.download === download) this.download = null;
    });
    return this.download !== null;
  }

  onSnapshotPart(peer: Peer, download: SnapshotDownload, response: ResponseOf<typeof Apis.FetchSnapshot>): void {
    const { node } = this;
    const now = node.clock.nowMs();
    const topic = response.topics.length === 1 ? response.topics[0] : null;
    const partition = topic?.partitions.length === 1 ? topic.partitions[0] : null;
    if (response.errorCode !== ErrorCode.NONE || topic?.name !== METADATA_TOPIC || partition?.index !== 0) {
      this.dropDownload();
      this.onUseless(peer, now, errorName(response.errorCode));
      return;
    }
    const { leaderId, leaderEpoch } = partition.currentLeader;
    const { errorCode } = partition;
    const isMissing = errorCode === ErrorCode.SNAPSHOT_NOT_FOUND || errorCode === ErrorCode.POSITION_OUT_OF_RANGE;
    const endpoints = node.endpointsFrom(leaderId, response.nodeEndpoints);
    const isSound = node.observeResponse(isMissing ? ErrorCode.NONE : errorCode, leaderId, leaderEpoch, endpoints);
    if (this.download !== download || node.quorum.state !== download.round) {
      node.pollSoon();
      return;
    }
    if (!isSound) {
      this.notBeforeMs = now + SEARCH_MS;
    } else if (isMissing || !download.append(partition)) {
      // The leader has another one by now, or sent something else: the next fetch starts over.
      this.dropDownload();
      this.notBeforeMs = now + SEARCH_MS;
      node.quorum.onFetched(now);
    } else {
      node.quorum.onFetched(now);
    }
    node.pollSoon();
  }

  private tellLeader(state: Follower, now: number): number {
    return Math.min(this.updateVoter(state, now), this.autoJoin.poll(state, this.leaderPeer(state), now));
  }

  /** A voter tells each new leader its endpoints and what it can do; that is how the set of voters keeps up. */
  private updateVoter(state: Follower, now: number): number {
    const { node } = this;
    if (state.voterUpdated || !state.hasFetched || !node.quorum.isVoter) return Number.POSITIVE_INFINITY;
    if (node.kraftVersion > 0 && !needsUpdate(node.history.voters, node.localVoter)) {
      state.voterUpdated = true;
      return Number.POSITIVE_INFINITY;
    }
    if (now < state.updateVoterAtMs) return state.updateVoterAtMs;
    const peer = this.leaderPeer(state);
    if (peer === null || !peer.mayDo("update", now)) return Number.POSITIVE_INFINITY;
    const { localVoter } = node;
    const body = {
      clusterId: node.options.clusterId,
      currentLeaderEpoch: state.epoch,
      voterId: node.nodeId,
      voterDirectoryId: localVoter.directoryId,
      listeners: localVoter.endpoints.map((each) => ({ ...each })),
      kRaftVersionFeature: {
        minSupportedVersion: localVoter.kraftVersions.min,
        maxSupportedVersion: localVoter.kraftVersions.max,
      },
    };
    state.updateVoterAtMs = now + this.fetchTimeoutMs * UPDATE_RETRY_FACTOR;
    peer.begin("update");
    peer.link.callNewest(Apis.UpdateRaftVoter, body, new UpdateVoterCall(node, peer, state));
    return state.updateVoterAtMs;
  }
}

class FetchCall implements CallHandler<typeof Apis.Fetch> {
  private readonly owner: FollowerFetch;
  private readonly ticket: number;
  private readonly peer: Peer;
  private readonly state: QuorumMember;
  private readonly fetchOffset: number;

  constructor(owner: FollowerFetch, ticket: number, peer: Peer, state: QuorumMember, fetchOffset: number) {
    this.owner = owner;
    this.ticket = ticket;
    this.peer = peer;
    this.state = state;
    this.fetchOffset = fetchOffset;
  }

  onResponse(response: ResponseOf<typeof Apis.Fetch>): void {
    if (this.owner.take(this.ticket)) this.owner.onFetch(this.peer, this.state, this.fetchOffset, response);
  }

  onNoResponse(why: NoResponse): void {
    this.owner.take(this.ticket);
    this.owner.onNoResponse(this.peer, why);
  }
}

class FetchSnapshotCall implements CallHandler<typeof Apis.FetchSnapshot> {
  private readonly owner: FollowerFetch;
  private readonly ticket: number;
  private readonly peer: Peer;
  private readonly download: SnapshotDownload;

  constructor(owner: FollowerFetch, ticket: number, peer: Peer, download: SnapshotDownload) {
    this.owner = owner;
    this.ticket = ticket;
    this.peer = peer;
    this.download = download;
  }

  onResponse(response: ResponseOf<typeof Apis.FetchSnapshot>): void {
    if (this.owner.take(this.ticket)) this.owner.onSnapshotPart(this.peer, this.download, response);
  }

  onNoResponse(why: NoResponse): void {
    this.owner.take(this.ticket);
    this.owner.onNoResponse(this.peer, why);
  }
}

class UpdateVoterCall implements CallHandler<typeof Apis.UpdateRaftVoter> {
  private readonly node: RaftNode;
  private readonly peer: Peer;
  private readonly state: Follower;

  constructor(node: RaftNode, peer: Peer, state: Follower) {
    this.node = node;
    this.peer = peer;
    this.state = state;
  }

  onResponse(response: ResponseOf<typeof Apis.UpdateRaftVoter>): void {
    this.peer.end("update");
    const { errorCode } = response;
    if (errorCode === ErrorCode.NONE || errorCode === ErrorCode.UNSUPPORTED_VERSION) this.state.voterUpdated = true;
    else this.node.ports.logger.debug("The leader did not update this voter yet.", { error: errorName(errorCode) });
    this.node.pollSoon();
  }

  onNoResponse(why: NoResponse): void {
    this.peer.fail("update", why);
    if (why === "unsupported") this.state.voterUpdated = true;
    this.node.pollSoon();
  }
}
