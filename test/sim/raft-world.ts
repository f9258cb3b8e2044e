import assert from "node:assert/strict";
import { SeededRandom } from "../../src/base/random.js";
import { ZERO_UUID } from "../../src/base/uuid.js";
import { nodeConfigOf } from "../../src/config/node-config-from.js";
import type { Connection, ConnectionHandler, ListenHandler, Ports } from "../../src/ports/index.js";
import { type Api, Apis, apiByKey } from "../../src/protocol/apis.js";
import { decode, encode } from "../../src/protocol/codec.js";
import { decodeRequestHeader, encodeResponse, FrameReader } from "../../src/protocol/frames.js";
import type { MetadataRecord } from "../../src/protocol/metadata-records.js";
import type { Input, Schema, Value } from "../../src/protocol/schema.js";
import { decodeQuorumState } from "../../src/raft/election-state.js";
import type { CommittedRecords, RaftListener, RaftSnapshot } from "../../src/raft/raft-listener.js";
import { RaftNode } from "../../src/raft/raft-node.js";
import type { RaftRequest } from "../../src/raft/raft-request.js";
import { encodeInitialVoters } from "../../src/server/bootstrap-file.js";
import { SimDisk } from "../../src/sim/disk/sim-disk.js";
import { Machine } from "../../src/sim/kernel/machine.js";
import type { SimProcess } from "../../src/sim/kernel/process.js";
import { Simulation, type SimulationObserver, WorldEvent } from "../../src/sim/kernel/simulation.js";
import { formatLine, LogRing } from "../../src/sim/log-ring.js";
import { SimNetwork } from "../../src/sim/network/sim-network.js";
import { createSimPorts } from "../../src/sim/ports.js";
import { DEFAULT_LOG_CONFIG, DEFAULT_STORAGE_CONFIG } from "../../src/storage/log-config.js";
import { LogManager } from "../../src/storage/log-manager.js";

export const CLUSTER_ID = "c2ltdWxhdGVkLWNsdXN0ZA";
const PORT = 9093;
const DIRECTORY = "/data";
export const QUORUM_STATE_PATH = `${DIRECTORY}/__cluster_metadata-0/quorum-state`;

export interface RaftWorldOptions {
  readonly voters: number;
  /** Observers beside the voters. */
  readonly observers?: number;
  readonly properties?: Readonly<Record<string, string>>;
  readonly verbose?: boolean;
  /** A dynamic quorum (kraft.version 1), which begins with the first so many controllers as voters. */
  readonly initialVoters?: number;
}

/** Names of metadata records by the offset at which they were delivered. */
type Delivered = Map<number, string>;

/** A machine that runs one RaftNode behind a socket, as the server would. */
export class RaftSimNode implements RaftListener {
  readonly id: number;
  readonly isVoter: boolean;
  readonly machine: Machine;
  readonly disk: SimDisk;
  process: SimProcess | null;
  raft: RaftNode | null;
  readonly world: RaftWorld;
  delivered: Delivered;
  next: number;
  leading: number;
  failure: string | null;
  events: string[];
  /** Of its log directory; empty before it is formatted. */
  directoryId: string;

  constructor(world: RaftWorld, id: number, isVoter: boolean, machine: Machine, disk: SimDisk) {
    this.world = world;
    this.id = id;
    this.isVoter = isVoter;
    this.machine = machine;
    this.disk = disk;
    this.process = null;
    this.raft = null;
    this.delivered = new Map();
    this.next = 0;
    this.leading = -1;
    this.failure = null;
    this.events = [];
    this.directoryId = "";
  }

  onCommit(batch: CommittedRecords): void {
    assert.ok(batch.baseOffset >= this.next, "batches are delivered once, in order");
    this.next = batch.lastOffset + 1;
    batch.records.forEach((record, i) => {
      this.deliver(batch.baseOffset + i, batch.epoch, record);
    });
  }

  private deliver(offset: number, epoch: number, record: MetadataRecord): void {
    const text = record.kind === "ConfigRecord" ? `${record.value.name}` : record.kind;
    this.delivered.set(offset, text);
    this.world.onDelivered(this, offset, epoch, text);
  }

  onLoadSnapshot(snapshot: RaftSnapshot): void {
    assert.ok(snapshot.offset >= this.next, "a snapshot does not go back");
    this.next = snapshot.offset;
    const texts = [...snapshot.records].map((record) => (record.kind === "ConfigRecord" ? record.value.name : ""));
    this.world.onSnapshot(this, snapshot.offset, texts);
  }

  onKraftVersion(level: number): void {
    this.events.push(`kraft.version ${level}`);
  }

  onLeading(epoch: number): void {
    this.leading = epoch;
    this.events.push(`leading ${epoch}`);
    this.world.onLeading(this, epoch);
  }

  onResigned(epoch: number): void {
    assert.equal(this.leading, epoch);
    this.leading = -1;
    this.events.push(`resigned ${epoch}`);
  }

  onLeaderChanged(leaderId: number | null, epoch: number): void {
    this.events.push(`leader ${leaderId} of ${epoch}`);
  }

  onRaftFailed(error: Error): void {
    this.failure = error.message;
    this.world.onFailed(this);
  }
}

/** Controllers, and observers, on the simulated kernel: without brokers, records are configs named by a counter. */
export class RaftWorld implements SimulationObserver {
  readonly simulation: Simulation;
  readonly network: SimNetwork;
  readonly nodes: RaftSimNode[];
  readonly ring: LogRing;
  readonly options: RaftWorldOptions;
  readonly random: SeededRandom;
  /** Leader by epoch, as ever seen. */
  readonly leaders: Map<number, number>;
  /** What is committed at an offset, as ever delivered to anybody. */
  readonly truth: Map<number, string>;
  /** The highest high watermark that any node ever had. */
  highestWatermark: number;
  proposed: number;
  private readonly watermarks: Map<RaftSimNode, number>;
  private readonly votes: Map<string, string>;

  constructor(seed: number, options: RaftWorldOptions) {
    this.options = options;
    this.simulation = new Simulation(seed);
    this.network = new SimNetwork(this.simulation, {
      latencyMinUs: 50,
      latencySpreadUs: 400,
      splitOneOf: 20,
      spikeOneOf: 50,
      spikeUs: 20_000,
    });
    this.nodes = [];
    this.ring = new LogRing(this.simulation, 2000, options.verbose ?? false);
    this.random = new SeededRandom(seed * 7 + 1);
    this.leaders = new Map();
    this.truth = new Map();
    this.highestWatermark = 0;
    this.proposed = 0;
    this.watermarks = new Map();
    this.votes = new Map();
    this.simulation.observer = this;
    const count = options.voters + (options.observers ?? 0);
    for (let i = 0; i < count; i++) {
      const machine = new Machine(`node-${i + 1}`, `10.0.0.${i + 1}`, i, 1 + (i - 1) / 10_000, 0);
      this.network.addMachine(machine);
      const disk = new SimDisk(this.simulation, machine, {
        readUs: 50,
        writeUs: 60,
        // Now and then so slow that a loss of power falls into it.
        syncUs: seed % 4 === 3 ? 30_000 : 800,
        capacityBytes: Number.MAX_SAFE_INTEGER,
        failOneOf: 0,
        frozenUntilUs: 0,
      });
      machine.disk = disk;
      const node = new RaftSimNode(this, i + 1, i < options.voters, machine, disk);
      this.nodes.push(node);
      this.format(node);
    }
    for (const node of this.nodes.slice(0, options.initialVoters ?? 0)) this.writeInitialVoters(node);
  }

  private format(node: RaftSimNode): void {
    const process = this.simulation.startProcess(node.machine, "format");
    const ports = this.portsOf(node, process);
    ports.disk.makeDirectory(DIRECTORY);
    const manager = openLogs(ports, node);
    node.directoryId = manager.directories()[0].id;
    manager.abandon();
    node.disk.root.sync();
    this.simulation.killProcess(process, false);
  }

  private writeInitialVoters(node: RaftSimNode): void {
    const voters = this.nodes.slice(0, this.options.initialVoters).map(({ id, machine, directoryId }) => {
      return { id, directoryId, host: machine.address, port: PORT };
    });
    const process = this.simulation.startProcess(node.machine, "format");
    const ports = this.portsOf(node, process);
    ports.disk.makeDirectory(`${DIRECTORY}/__cluster_metadata-0`);
    const path = `${DIRECTORY}/__cluster_metadata-0/00000000000000000000-0000000000.checkpoint`;
    ports.disk.writeFileAtomicallySync(path, encodeInitialVoters(voters, "CONTROLLER", 0, ports));
    node.disk.root.sync();
    this.simulation.killProcess(process, false);
  }

  private portsOf(node: RaftSimNode, process: SimProcess): Ports {
    const logger = this.ring.loggerFor(node.machine.name);
    return createSimPorts(this.simulation, this.network, node.disk, process, this.random.fork(), logger);
  }

  start(node: RaftSimNode): void {
    assert.equal(node.process, null);
    if (!node.machine.powered) {
      node.machine.powered = true;
      this.network.poweredUp(node.machine);
    }
    const process = this.simulation.startProcess(node.machine, node.machine.name);
    node.process = process;
    node.delivered = new Map();
    node.next = 0;
    node.leading = -1;
    node.events = [];
    this.watermarks.delete(node);
    this.note(`start ${node.id}`);
    this.simulation.runAs(process, () => {
      const ports = this.portsOf(node, process);
      const manager = openLogs(ports, node);
      const log = manager.openMetadataLog(DIRECTORY, {
        ...DEFAULT_LOG_CONFIG,
        retentionMs: -1,
        retentionBytes: -1,
        segmentBytes: 20_000,
      });
      const raft = new RaftNode(ports, { config: this.configOf(node), clusterId: CLUSTER_ID }, log, node);
      node.raft = raft;
      raft.start();
      if (node.isVoter) ports.network.listen(node.machine.address, PORT, new RaftServer(node, raft));
    });
  }

  private configOf(node: RaftSimNode) {
    const { voters, initialVoters } = this.options;
    const controllers = this.nodes.slice(0, voters);
    const quorum: Record<string, string> =
      initialVoters !== undefined
        ? {
            "controller.quorum.bootstrap.servers": controllers
              .map((each) => `${each.machine.address}:${PORT}`)
              .join(","),
          }
        : {
            "controller.quorum.voters": controllers
              .map((each) => `${each.id}@${each.machine.address}:${PORT}`)
              .join(","),
          };
    const { address } = node.machine;
    return nodeConfigOf({
      "process.roles": node.isVoter ? "controller" : "broker",
      "node.id": String(node.id),
      ...quorum,
      listeners: node.isVoter ? `CONTROLLER://${address}:${PORT}` : `PLAINTEXT://${address}:9092`,
      "controller.listener.names": "CONTROLLER",
      "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
      "log.dirs": DIRECTORY,
      ...this.options.properties,
    });
  }

  stop(node: RaftSimNode, powerLost: boolean): void {
    if (node.process === null) return;
    this.note(`${powerLost ? "power loss of" : "kill"} ${node.id}`);
    this.simulation.killProcess(node.process, powerLost);
    node.process = null;
    node.raft = null;
    if (powerLost) {
      node.machine.powered = false;
      node.disk.losePower();
    }
  }

  /** Its disk is replaced by an empty one, formatted anew. */
  wipe(node: RaftSimNode): void {
    assert.equal(node.process, null);
    node.disk.wipe();
    this.format(node);
  }

  later(delayMs: number, body: () => void): void {
    this.simulation.schedule(new WorldEvent(body), delayMs * 1000);
  }

  run(ms: number): void {
    this.simulation.runUntil(this.simulation.nowUs + ms * 1000);
  }

  /** Runs until `condition`; how long it took, in milliseconds. */
  runUntil(condition: () => boolean, msMax: number): number {
    const start = this.simulation.nowUs;
    while (!condition()) {
      assert.ok(this.simulation.nowUs - start < msMax * 1000, `it did not happen within ${msMax} ms`);
      assert.ok(this.simulation.step(), "nothing happens any more");
    }
    return (this.simulation.nowUs - start) / 1000;
  }

  leader(): RaftSimNode | null {
    const leading = this.nodes.filter((node) => node.leading >= 0 && node.raft?.isLeader === true);
    leading.sort((a, b) => b.leading - a.leading);
    return leading[0] ?? null;
  }

  /** Proposes one record at whoever leads; its text, or null. */
  propose(count = 1): string[] | null {
    const leader = this.leader();
    if (leader === null || leader.raft === null || leader.process === null) return null;
    const texts = Array.from({ length: count }, () => `r${++this.proposed}`);
    const { raft } = leader;
    let offset: number | null = null;
    this.simulation.runAs(leader.process, () => {
      offset = raft.propose(texts.map(configRecord), leader.leading);
    });
    return offset === null ? null : texts;
  }

  /** Asks a node as another process would; the answer appears in the object that is returned. */
  ask<A extends Api>(
    node: RaftSimNode,
    api: A,
    version: number,
    body: Input<A["request"]>,
  ): { answer: Input<A["response"]> | null } {
    const asked: { answer: Input<A["response"]> | null } = { answer: null };
    const { raft, process } = node;
    assert.ok(raft !== null && process !== null);
    // Through the codec, so that what is left out has its default.
    const decoded = decode(api.request, version, encode(api.request as Schema, version, body as never)) as Value<
      A["request"]
    >;
    const request: RaftRequest<A> = {
      api,
      version,
      body: decoded,
      connection: { listener: { name: "CONTROLLER" } },
      respond: (response) => {
        assert.equal(asked.answer, null, "a request is answered once");
        encode(api.response as Schema, version, response as never);
        asked.answer = response;
      },
    };
    this.simulation.runAs(process, () => raft.handle(request as unknown as RaftRequest));
    return asked;
  }

  note(text: string): void {
    this.ring.add("world", "note", text, null);
  }

  onDelivered(node: RaftSimNode, offset: number, _epoch: number, text: string): void {
    const known = this.truth.get(offset);
    if (known === undefined) this.truth.set(offset, text);
    else assert.equal(text, known, `node ${node.id} was delivered something else at ${offset}`);
  }

  onSnapshot(_node: RaftSimNode, _offset: number, _texts: readonly string[]): void {}

  onLeading(node: RaftSimNode, epoch: number): void {
    const end = Math.max(-1, ...this.truth.keys());
    assert.ok(
      node.next > end || end < 0,
      `the leader of ${epoch} has everything that was committed (${node.next} of ${end})`,
    );
  }

  onFailed(node: RaftSimNode): void {
    throw new Error(`node ${node.id} failed: ${node.failure}`);
  }

  afterEvent(): void {
    for (const node of this.nodes) {
      const { raft } = node;
      if (raft === null || node.process === null) continue;
      if (raft.isLeader) {
        const known = this.leaders.get(raft.epoch);
        if (known === undefined) this.leaders.set(raft.epoch, node.id);
        else assert.equal(node.id, known, `two leaders of epoch ${raft.epoch}`);
      }
      const before = this.watermarks.get(node) ?? 0;
      assert.ok(raft.highWatermark >= before, "the high watermark does not go back");
      if (raft.highWatermark > before) {
        this.watermarks.set(node, raft.highWatermark);
        this.highestWatermark = Math.max(this.highestWatermark, raft.highWatermark);
      }
      assert.ok(raft.highWatermark <= raft.log.appendEndOffset);
      this.checkCounted(raft);
    }
  }

  /** What a leader counts is on the disk of whom it counts. */
  private checkCounted(raft: RaftNode): void {
    const { state } = raft.quorum;
    if (state.name !== "leader") return;
    assert.ok(state.localEndOffset <= raft.log.flushedOffset, "a leader counts of itself what is on its disk");
    for (const { id, directoryId, endOffset } of state.followers.values()) {
      const follower = this.nodes[id - 1];
      if (directoryId !== ZERO_UUID && directoryId !== follower.directoryId) continue;
      const other = follower.raft;
      if (other === null || follower.process === null) continue;
      const followed = other.quorum.state;
      if (followed.name !== "follower" || followed.epoch !== state.epoch || !followed.hasFetched) continue;
      assert.ok(endOffset <= other.log.flushedOffset, `what ${id} told is on its disk: ${endOffset}`);
    }
  }

  /** Votes that were told to others: `voter/epoch` → candidate. To be called by the server for each granted vote. */
  onVoteTold(voterId: number, epoch: number, candidateId: number): void {
    const key = `${voterId}/${epoch}`;
    const known = this.votes.get(key);
    assert.ok(known === undefined || known === String(candidateId), `${voterId} voted twice in ${epoch}`);
    this.votes.set(key, String(candidateId));
  }

  onThrown(process: SimProcess, error: unknown): void {
    throw new Error(`${process.name}: ${error instanceof Error ? error.stack : String(error)}`);
  }

  transcript(lines = 60): string {
    return this.ring.all().slice(-lines).map(formatLine).join("\n");
  }

  quorumState(node: RaftSimNode) {
    const file = node.disk.find(QUORUM_STATE_PATH);
    if (file === null || file.isDirectory) return null;
    const process = this.simulation.startProcess(node.machine, "read");
    return decodeQuorumState(node.disk.portFor(process).readFile(QUORUM_STATE_PATH));
  }
}

function openLogs(ports: Ports, node: RaftSimNode): LogManager {
  const config = { ...DEFAULT_STORAGE_CONFIG, clusterId: CLUSTER_ID, nodeId: node.id };
  return LogManager.open(ports, config, [DIRECTORY], { onDirectoryFailed: () => {} });
}

export function configRecord(name: string): MetadataRecord {
  return {
    kind: "ConfigRecord",
    version: 0,
    value: { resourceType: 2, resourceName: "t", name, value: "x".repeat(20) },
  };
}

class RaftServer implements ListenHandler {
  private readonly node: RaftSimNode;
  private readonly raft: RaftNode;
  constructor(node: RaftSimNode, raft: RaftNode) {
    this.node = node;
    this.raft = raft;
  }
  onListening(): void {}
  onListenError(): void {
    assert.fail("the port is free");
  }
  onAccept(connection: Connection): ConnectionHandler {
    return new ServedConnection(connection, this.node, this.raft);
  }
}

/** Answers in the order of the requests, as a broker does. */
class ServedConnection implements ConnectionHandler {
  private readonly connection: Connection;
  private readonly node: RaftSimNode;
  private readonly raft: RaftNode;
  private readonly reader = new FrameReader(100_000_000);
  private readonly queue: { chunks: Uint8Array[] | null }[] = [];
  private isOpen = true;

  constructor(connection: Connection, node: RaftSimNode, raft: RaftNode) {
    this.connection = connection;
    this.node = node;
    this.raft = raft;
  }

  onOpen(): void {}
  onDrain(): void {}
  onClose(): void {
    this.isOpen = false;
  }

  onData(bytes: Uint8Array): void {
    this.reader.push(bytes);
    for (let frame = this.reader.next(); frame !== null; frame = this.reader.next()) this.onFrame(frame);
  }

  private onFrame(frame: Uint8Array): void {
    const header = decodeRequestHeader(frame);
    const api = apiByKey(header.apiKey) as Api;
    const place: { chunks: Uint8Array[] | null } = { chunks: null };
    this.queue.push(place);
    const respond = (response: unknown): void => {
      assert.equal(place.chunks, null, "a request is answered once");
      place.chunks = encodeResponse(api, header.apiVersion, header.correlationId, response as never);
      while (this.queue.length > 0 && this.queue[0].chunks !== null) {
        const [next] = this.queue.splice(0, 1);
        if (this.isOpen) this.connection.send(next.chunks as Uint8Array[]);
      }
    };
    if (api.key === Apis.ApiVersions.key) {
      const apiKeys = Object.values(Apis).map((each) => ({
        apiKey: each.key,
        minVersion: each.minVersion,
        maxVersion: each.maxVersion,
      }));
      const supportedFeatures = header.apiVersion >= 4 ? [{ name: "kraft.version", minVersion: 0, maxVersion: 1 }] : [];
      respond({ apiKeys, supportedFeatures });
      return;
    }
    const body = decode(api.request, header.apiVersion, frame, header.bodyAt) as never;
    const request: RaftRequest = {
      api,
      version: header.apiVersion,
      body,
      connection: { listener: { name: "CONTROLLER" } },
      respond: (response) => {
        if (api === Apis.Vote) this.noteVote(body, response as never);
        respond(response);
      },
    };
    this.raft.handle(request);
  }

  private noteVote(asked: Value<typeof Apis.Vote.request>, answer: Input<typeof Apis.Vote.response>): void {
    const partition = asked.topics[0].partitions[0];
    if (partition.preVote || answer.topics?.[0]?.partitions?.[0]?.voteGranted !== true) return;
    const { node } = this;
    const stored = node.world.quorumState(node);
    assert.ok(stored !== null && stored.epoch >= partition.replicaEpoch, "a vote is on disk before it is told");
    if (stored.epoch === partition.replicaEpoch) assert.equal(stored.voted?.id, partition.replicaId);
    node.world.onVoteTold(node.id, partition.replicaEpoch, partition.replicaId);
  }
}
