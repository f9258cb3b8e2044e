import type { SeededRandom } from "../../base/random.js";
import { OFFSETS_TOPIC } from "../../groups/offsets-topic.js";
import type { BrokerRegistration, MetadataImage, PartitionImage, TopicImage } from "../../metadata/image.js";
import type { SimEvent } from "../kernel/event-queue.js";
import type { SimNode } from "../sim-node.js";
import type { World } from "../world.js";
import { readLogDirectory } from "./disk-log.js";
import { GroupChecker } from "./group-checker.js";
import { MetadataChecker } from "./metadata-checker.js";
import { PartitionChecker } from "./partition-checker.js";
import type { BrokerProbe, LogProbe, PartitionProbe } from "./probes.js";
import { ReplayChecker } from "./replay-checker.js";
import { isStillRotten, type RottenByte, rotOneByte } from "./rot.js";
import type { ShadowBatch } from "./shadow-log.js";
import { Violation } from "./violation.js";

/** What was last seen of one replica on one node. */
interface Tracked {
  readonly partition: PartitionProbe;
  readonly checker: PartitionChecker;
  log: LogProbe | null;
  wasLeader: boolean;
  leaderEpoch: number;
  highWatermark: number;
}

interface NodeState {
  readonly node: SimNode;
  probe: BrokerProbe | null;
  image: MetadataImage | null;
  partitions: readonly PartitionProbe[];
  tracked: Tracked[];
  /** Logs of this incarnation that were compared with what the checker remembers. */
  readonly known: WeakMap<object, PartitionChecker>;
  /** Broker epoch under which it was registered when it last stopped; −1 never. */
  epochAtStop: number;
  lostPower: boolean;
  wiped: boolean;
  /** Bytes that went bad on its disk and are still there. */
  rot: RottenByte[];
}

const NO_LEADER = { leader: -1, leaderEpoch: -1 };
const METADATA_TOPIC = "__cluster_metadata";
const DATA_DIRECTORY = "/data";

/**
 * Watches all brokers from outside. After each event it looks at what changed on the node whose event it was; hooks tell it
 * of appends and truncations as they happen (see `hooks.ts`).
 */
export class ClusterChecker {
  private readonly world: World;
  private readonly states: NodeState[];
  private readonly partitions: Map<string, PartitionChecker>;
  /** Where the leader's log ended when it took over, by partition and epoch. */
  private readonly epochStarts: Map<string, number>;
  readonly metadata: MetadataChecker;
  readonly replay: ReplayChecker;
  readonly groups: GroupChecker;
  /** The committed image that is farthest ahead. */
  committed: MetadataImage | null;
  private readonly membersDue: Tracked[];
  private eventsUntilSweep: number;

  constructor(world: World) {
    this.world = world;
    this.states = world.nodes.map((node) => ({
      node,
      probe: null,
      image: null,
      partitions: [],
      tracked: [],
      known: new WeakMap(),
      epochAtStop: -1,
      lostPower: false,
      wiped: false,
      rot: [],
    }));
    this.partitions = new Map();
    this.epochStarts = new Map();
    this.metadata = new MetadataChecker(world);
    this.replay = new ReplayChecker();
    this.groups = new GroupChecker(world, this);
    this.committed = null;
    this.membersDue = [];
    this.eventsUntilSweep = 2000;
  }

  start(): void {}

  stop(): void {}

  finish(): void {
    this.sweep();
  }

  onStarting(node: SimNode): void {
    const state = this.states[node.index];
    state.partitions = [];
    state.tracked = [];
    state.image = null;
    state.probe = null;
    this.replay.onStarting(node);
  }

  onStarted(_node: SimNode): void {}

  /** The program tells of itself as soon as it can be looked at. */
  attach(node: SimNode, probe: BrokerProbe): void {
    this.states[node.index].probe = probe;
  }

  onStopped(node: SimNode, powerLost: boolean): void {
    const state = this.states[node.index];
    const everyLogSeen = state.tracked.length > 0 && state.tracked.every((each) => each.log !== null);
    state.probe = null;
    state.tracked = [];
    state.partitions = [];
    state.epochAtStop = this.committed?.cluster.brokers.get(node.id)?.epoch ?? -1;
    if (powerLost) state.lostPower = true;
    else if (everyLogSeen) state.lostPower = false;
    this.metadata.onStopped(node);
  }

  /** Bits of a durable record go bad on the disk of a node that is down. False where it has none. */
  rot(node: SimNode, random: SeededRandom): boolean {
    const byte = rotOneByte(node, this.partitions.values(), random);
    if (byte === null) return false;
    this.states[node.index].rot.push(byte);
    this.world.note(`node ${node.id}: a bit of ${byte.path} went bad at ${byte.position}`);
    return true;
  }

  onWiped(node: SimNode): void {
    this.states[node.index].wiped = true;
    this.states[node.index].rot = [];
    for (const checker of this.partitions.values()) checker.shadow(node.id).restartAt(0);
    this.metadata.onWiped(node);
  }

  /** The node may lose acknowledged data: partitions that nobody else has are beyond what is promised. */
  onDamaged(node: SimNode): void {
    const image = this.committed;
    if (image === null) return;
    for (const topic of image.topics.byId.values()) {
      const minInsync =
        this.world.scenario.topics.find((plan) => plan.name === topic.name)?.minInsync ??
        (topic.name === OFFSETS_TOPIC ? 2 : 1);
      for (const partition of topic.partitions) {
        if (!partition.replicas.includes(node.id)) continue;
        if (partition.replicas.length < 3 || minInsync < 2)
          this.checkerOf(topic.id, topic.name, partition.index).tainted = true;
      }
    }
  }

  checkerOf(topicId: string, topic: string, partition: number): PartitionChecker {
    const key = `${topicId}/${partition}`;
    let checker = this.partitions.get(key);
    if (checker === undefined) {
      checker = new PartitionChecker(`${topic}-${partition}`);
      this.partitions.set(key, checker);
    }
    return checker;
  }

  checkerNamed(topic: string, partition: number): PartitionChecker | null {
    const id = this.committed?.topics.byName.get(topic)?.id;
    return id === undefined ? null : (this.partitions.get(`${id}/${partition}`) ?? null);
  }

  /** Who leads a partition by what the controllers have committed; −1 nobody, or the topic is not there. */
  leaderOf(topic: string, partition: number): { readonly leader: number; readonly leaderEpoch: number } {
    return this.committed?.topics.byName.get(topic)?.partitions[partition] ?? NO_LEADER;
  }

  // ---- hooks: called within the turn of the node that does it

  private currentState(): NodeState | null {
    const process = this.world.simulation.current;
    if (process === null) return null;
    for (const state of this.states) if (state.node.process === process) return state;
    return null;
  }

  /** A log is about to change: if it is new to this incarnation, it is compared as it is. */
  onLogSeen(log: LogProbe): void {
    const state = this.currentState();
    if (state !== null) this.checkerOfLog(state, log);
  }

  onLogAppend(log: LogProbe, batches: readonly ShadowBatch[], asLeader: boolean): void {
    const state = this.currentState();
    if (state === null) return;
    const checker = this.checkerOfLog(state, log);
    for (const batch of batches) checker.onAppend(state.node.id, batch, asLeader);
  }

  onLogTruncate(log: LogProbe, offset: number, why: "truncate" | "refetch" | "restart"): void {
    const state = this.currentState();
    if (state === null) return;
    const checker = this.checkerOfLog(state, log);
    const shadow = checker.shadow(state.node.id);
    if (why === "truncate" && offset < shadow.end) this.world.count("truncation");
    checker.onTruncate(state.node.id, offset, why);
    if (why === "restart") shadow.restartAt(offset);
  }

  /**
   * The high watermark of a log moved: a leader may stop to be one, and a follower cut its log, before the turn is over; both must have been
   * right until then.
   */
  onHighWatermarkMoved(log: LogProbe): void {
    const state = this.currentState();
    if (state === null) return;
    for (const tracked of state.tracked) {
      if (tracked.log === log) this.lookAt(state, tracked);
    }
  }

  /** The node whose turn it is gives its vote in an answer. */
  onVoteGranted(epoch: number, candidate: number): void {
    const state = this.currentState();
    if (state !== null) this.metadata.onVoteGranted(state.node, epoch, candidate);
  }

  /** The checker of a log; when this incarnation's log is new, it is compared first with what the checker remembers. */
  private checkerOfLog(state: NodeState, log: LogProbe): PartitionChecker {
    const known = state.known.get(log);
    if (known !== undefined) return known;
    const isMetadata = log.topic === METADATA_TOPIC;
    const checker = isMetadata ? this.metadata.log : this.checkerOf(log.topicId, log.topic, log.partition);
    state.known.set(log, checker);
    this.reconcile(state, log, checker);
    return checker;
  }

  /** After a restart: what was durable is there, and nothing that was never written. */
  private reconcile(state: NodeState, log: LogProbe, checker: PartitionChecker): void {
    const { node } = state;
    const shadow = checker.shadow(node.id);
    const found = readLogDirectory(node.disk, `${DATA_DIRECTORY}/${log.topic}-${log.partition}`, log.logEndOffset);
    const lossy = state.lostPower || node.damaged;
    let required = state.wiped ? 0 : lossy ? shadow.flushed : shadow.written;
    // A log that was emptied to begin farther on has no bytes that could be lost until it has written some; a disk that failed just then may
    // still have the old ones.
    if (shadow.batches.length === 0 || shadow.batches[0].base >= required) required = 0;
    if (log.damage !== null && state.rot.length > 0) {
      this.world.count("rot found");
      required = Math.min(required, log.damage.offset);
    }
    if (log.logEndOffset < required) {
      checker.fail(
        14,
        `node ${node.id} came back with end ${log.logEndOffset}, but had ${lossy ? "fsynced" : "written"} up to ${required}`,
      );
    }
    const before = shadow.batches.slice();
    const oldEnd = shadow.end;
    const { flushed, highWatermark } = shadow;
    shadow.restartAt(log.logStartOffset);
    for (const batch of found) {
      if (batch.last < log.logStartOffset) continue;
      if (shadow.batches.length === 0) shadow.end = batch.base;
      if (batch.base < required) {
        const old = before.find((each) => each.base === batch.base);
        if (old !== undefined && (old.crc !== batch.crc || old.epoch !== batch.epoch)) {
          checker.fail(14, `node ${node.id} came back with other bytes at offset ${batch.base} than it had`);
        }
      }
      checker.onAppend(node.id, batch, false);
    }
    shadow.start = log.logStartOffset;
    shadow.highWatermark = highWatermark;
    if (shadow.end !== log.logEndOffset) {
      if (found.length > 0) {
        checker.fail(14, `node ${node.id} came back with end ${log.logEndOffset}, its files end at ${shadow.end}`);
      }
      shadow.end = log.logEndOffset;
    }
    shadow.written = shadow.end;
    shadow.flushed = Math.min(Math.max(log.flushedOffset, state.wiped ? 0 : flushed), shadow.end);
    if (shadow.end < oldEnd) this.world.count("log tail lost in a restart");
    if (before.length > 0) this.world.count("log recovered");
  }

  // ---- after each event

  afterEvent(event: SimEvent): void {
    const process = event.process;
    if (process === null) return;
    for (const state of this.states) {
      if (state.node.process === process) {
        this.look(state);
        break;
      }
    }
    if (--this.eventsUntilSweep === 0) {
      this.eventsUntilSweep = 2000;
      this.sweep();
    }
  }

  private look(state: NodeState): void {
    const probe = state.probe;
    if (probe === null) return;
    const raft = probe.raft;
    if (raft !== null) {
      if (raft.log !== null) this.checkerOfLog(state, raft.log);
      this.metadata.look(state.node, raft);
    }
    const image = probe.image;
    if (image !== null && image !== state.image) {
      state.image = image;
      this.onImage(state, image);
    }
    const partitions = probe.partitions();
    if (partitions !== state.partitions) this.track(state, partitions);
    for (const tracked of state.tracked) this.lookAt(state, tracked);
    if (this.membersDue.length > 0) this.checkMembersDue();
  }

  private track(state: NodeState, partitions: readonly PartitionProbe[]): void {
    state.partitions = partitions;
    const before = state.tracked;
    state.tracked = partitions.map((partition) => {
      const old = before.find((each) => each.partition === partition);
      if (old !== undefined) return old;
      const checker = this.checkerOf(partition.topicId, partition.topic, partition.index);
      return { partition, checker, log: null, wasLeader: false, leaderEpoch: -1, highWatermark: 0 };
    });
  }

  private lookAt(state: NodeState, tracked: Tracked): void {
    const { partition, checker } = tracked;
    const log = partition.log;
    if (log === null) return;
    const id = state.node.id;
    if (log !== tracked.log) {
      tracked.log = log;
      tracked.highWatermark = partition.highWatermark;
      this.checkerOfLog(state, log);
      this.checkMemberships(state, checker, partition);
    }
    const shadow = checker.shadow(id);
    if (shadow.end !== log.appendEndOffset) {
      checker.fail(
        12,
        `node ${id}'s log ends at ${log.appendEndOffset}, its appends and truncations add up to ${shadow.end}`,
      );
    }
    shadow.written = log.logEndOffset;
    shadow.onFlushed(log.flushedOffset);
    if (shadow.written > shadow.end)
      checker.fail(12, `node ${id} has written ${shadow.written}, beyond its end ${shadow.end}`);
    if (shadow.flushed > shadow.written) {
      checker.fail(13, `node ${id} has fsynced ${shadow.flushed}, beyond the written end ${shadow.written}`);
    }
    shadow.start = log.logStartOffset;
    if (partition.isLeader && (!tracked.wasLeader || tracked.leaderEpoch !== partition.leaderEpoch)) {
      this.onBecameLeader(state, tracked);
    }
    tracked.wasLeader = partition.isLeader;
    const highWatermark = partition.highWatermark;
    if (highWatermark !== tracked.highWatermark) this.onHighWatermark(state, tracked, highWatermark);
    tracked.leaderEpoch = partition.leaderEpoch;
    shadow.highWatermark = highWatermark;
  }

  private onBecameLeader(state: NodeState, tracked: Tracked): void {
    const { partition, checker } = tracked;
    const id = state.node.id;
    this.world.count("leader change");
    if (tracked.log?.damage != null) {
      checker.fail(14, `node ${id} leads epoch ${partition.leaderEpoch} with a damaged log`);
    }
    const key = `${partition.topicId}/${partition.index}/${partition.leaderEpoch}`;
    if (!this.epochStarts.has(key)) this.epochStarts.set(key, checker.shadow(id).end);
    // One that learns late that it led once has no duties any more.
    const now = this.committedPartition(partition);
    if (now !== null && now.leader === id && now.leaderEpoch === partition.leaderEpoch) {
      checker.onLeader(id, partition.leaderEpoch);
    }
  }

  private onHighWatermark(state: NodeState, tracked: Tracked, to: number): void {
    const { partition, checker } = tracked;
    const from = tracked.highWatermark;
    tracked.highWatermark = to;
    const id = state.node.id;
    if (to > (tracked.log as LogProbe).appendEndOffset) {
      checker.fail(
        8,
        `node ${id} has high watermark ${to}, beyond its end ${(tracked.log as LogProbe).appendEndOffset}`,
      );
    }
    if (!partition.isLeader) {
      if (to > from) checker.onFollowerHighWatermark(id, from, to);
      return;
    }
    if (to < from && tracked.leaderEpoch === partition.leaderEpoch) {
      checker.fail(
        8,
        `the high watermark of leader ${id} went back from ${from} to ${to} within epoch ${partition.leaderEpoch}`,
      );
    }
    if (to <= checker.trueHighWatermark) return;
    const counted = [id];
    for (const member of partition.maximalIsr) {
      // What a replica lost after it had reported it is a matter of its recovery, not of the leader's.
      if (member !== id && !this.world.nodes[member - 1].damaged) counted.push(member);
    }
    checker.onLeaderHighWatermark(id, to, partition.leaderEpoch, counted, this.world.scenario.ackAfter === "fsync");
    this.world.count("high watermark advanced");
    this.membersDue.push(tracked);
  }

  /** Invariant 2 where the high watermark moved, by the image as it is once the event is over. */
  private checkMembersDue(): void {
    for (const { checker, partition } of this.membersDue) {
      const now = this.committedPartition(partition);
      if (now !== null) this.checkMembers(checker, now);
    }
    this.membersDue.length = 0;
  }

  private committedPartition(partition: PartitionProbe): PartitionImage | null {
    return this.committed?.topics.byId.get(partition.topicId)?.partitions[partition.index] ?? null;
  }

  /** Invariant 2 for all members of a partition's ISR and ELR. */
  private checkMembers(checker: PartitionChecker, partition: PartitionImage): void {
    for (const member of partition.isr) this.checkMember(checker, member, "is in the ISR");
    for (const member of partition.elr) this.checkMember(checker, member, "is in the ELR");
  }

  private checkMember(checker: PartitionChecker, member: number, what: string): void {
    const state = this.states[member - 1];
    const registration = this.committed?.cluster.brokers.get(member);
    if (!state.node.running || registration === undefined) return;
    const returned = registration.epoch !== state.epochAtStop;
    if (state.node.damaged && !returned) return; // the controller does not know yet that it came back
    if (!this.isLoaded(state, checker)) return;
    // It neither leads nor counts as caught up; its leader finds out by its fetches.
    if (this.isDamaged(state, checker)) return;
    checker.onMember(member, state.node.damaged ? 15 : 2, what);
  }

  /** Whether this incarnation's log of the partition was seen, so that its shadow is of this incarnation. */
  private isLoaded(state: NodeState, checker: PartitionChecker): boolean {
    for (const tracked of state.tracked) if (tracked.checker === checker) return tracked.log !== null;
    return false;
  }

  private isDamaged(state: NodeState, checker: PartitionChecker): boolean {
    for (const tracked of state.tracked) if (tracked.checker === checker) return tracked.log?.damage != null;
    return false;
  }

  private checkMemberships(state: NodeState, checker: PartitionChecker, partition: PartitionProbe): void {
    const now = this.committedPartition(partition);
    if (now === null) return;
    const id = state.node.id;
    if (now.isr.includes(id)) this.checkMember(checker, id, "came back in the ISR");
    else if (now.elr.includes(id)) this.checkMember(checker, id, "came back in the ELR");
  }

  // ---- images

  private onImage(state: NodeState, image: MetadataImage): void {
    this.metadata.onImage(state.node, image);
    this.replay.onImage(state.node, image);
    if (this.committed !== null && image.offset <= this.committed.offset) return;
    const before = this.committed;
    this.committed = image;
    for (const topic of image.topics.byId.values()) {
      const old = before?.topics.byId.get(topic.id) ?? null;
      if (old === topic) continue;
      for (const partition of topic.partitions) {
        const was = old?.partitions[partition.index] ?? null;
        if (was !== partition) this.onPartition(topic, was, partition);
      }
    }
    if (before !== null) this.onBrokers(before, image);
    this.clearDamage();
  }

  private onPartition(topic: TopicImage, was: PartitionImage | null, now: PartitionImage): void {
    const checker = this.checkerOf(topic.id, topic.name, now.index);
    if (was === null) return;
    if (now.leaderEpoch < was.leaderEpoch || now.partitionEpoch < was.partitionEpoch) {
      checker.fail(
        7,
        `its epochs went back from ${was.leaderEpoch}/${was.partitionEpoch} to ${now.leaderEpoch}/${now.partitionEpoch}`,
      );
    }
    if (now.leaderEpoch !== was.leaderEpoch) {
      this.world.count("leader epoch raised");
      if (now.leader >= 0 && now.leader !== was.leader) {
        if (was.isr.includes(now.leader)) this.world.count("ISR election");
        else if (was.elr.includes(now.leader)) this.world.count("ELR election");
        else this.world.count("last-known-leader election");
        if (topic.name === OFFSETS_TOPIC) this.world.count("coordinator moved");
      }
      if (now.leader < 0) this.world.count("partition without a leader");
    }
    if (now.elr.length > was.elr.length) this.world.count("ELR grew");
    if (now.isr.length < was.isr.length) this.world.count("ISR shrank");
    for (const member of now.isr) {
      if (!was.isr.includes(member)) this.onEnteredIsr(checker, topic, now, member);
    }
    this.checkMembers(checker, now);
  }

  private onEnteredIsr(checker: PartitionChecker, topic: TopicImage, now: PartitionImage, member: number): void {
    this.world.count("ISR grew");
    const registration = this.committed?.cluster.brokers.get(member) as BrokerRegistration;
    if (registration.fenced) checker.fail(11, `broker ${member} entered the ISR though it is fenced`);
    if (checker.tainted) return;
    const state = this.states[member - 1];
    const lost = state.node.damaged && (!state.node.running || registration.epoch === state.epochAtStop);
    if (lost || (state.node.running && !this.isLoaded(state, checker))) return;
    checker.onMember(member, 11, `entered the ISR of epoch ${now.leaderEpoch}`);
    const start = this.epochStarts.get(`${topic.id}/${now.index}/${now.leaderEpoch}`);
    const end = checker.shadow(member).end;
    if (start !== undefined && member !== now.leader && end < start) {
      checker.fail(
        11,
        `broker ${member} entered the ISR with end ${end}, before the start ${start} of epoch ${now.leaderEpoch}`,
      );
    }
  }

  private onBrokers(before: MetadataImage, image: MetadataImage): void {
    if (before.cluster.brokers === image.cluster.brokers) return;
    for (const broker of image.cluster.brokers.values()) {
      const was = before.cluster.brokers.get(broker.id);
      if (was === undefined) continue;
      if (broker.epoch < was.epoch) {
        throw new Violation(28, `the epoch of broker ${broker.id} went back from ${was.epoch} to ${broker.epoch}`);
      }
      if (broker.fenced && !was.fenced) this.world.count("broker fenced");
      if (!broker.fenced && was.fenced) this.world.count("broker unfenced");
    }
  }

  /** A node that lost data is whole again when it is in every ISR that it belongs to. */
  private clearDamage(): void {
    const image = this.committed as MetadataImage;
    for (const state of this.states) {
      if (!state.node.damaged || !state.node.running) continue;
      if (state.node.disk.behaviour.failOneOf > 0) continue;
      state.rot = state.rot.filter((byte) => isStillRotten(state.node, byte));
      if (state.rot.length > 0) continue;
      const id = state.node.id;
      const registration = image.cluster.brokers.get(id);
      if (registration === undefined || registration.fenced || registration.epoch === state.epochAtStop) continue;
      let whole = true;
      for (const topic of image.topics.byId.values()) {
        for (const partition of topic.partitions) {
          if (partition.replicas.includes(id) && !partition.isr.includes(id)) whole = false;
        }
      }
      if (!whole || state.tracked.length === 0 || !state.tracked.every((each) => each.log !== null)) continue;
      state.node.damaged = false;
      state.lostPower = false;
      state.wiped = false;
      this.world.note(`node ${id} is whole again`);
    }
  }

  private sweep(): void {
    for (const checker of this.partitions.values()) checker.checkExistence();
    this.metadata.sweep();
    this.compareProducers();
    for (const { node, probe } of this.states) {
      if (probe === null) continue;
      this.groups.sweep(node.id, probe.groups);
      const { controller, image } = probe;
      if (controller !== null && image !== null && this.replay.compareController(node.id, controller, image)) {
        this.world.count("controller compared");
      }
    }
    const image = this.committed;
    if (image === null) return;
    for (const topic of image.topics.byId.values()) {
      for (const partition of topic.partitions) {
        this.checkMembers(this.checkerOf(topic.id, topic.name, partition.index), partition);
      }
    }
  }

  /** Invariant 24 for what the replicas of a partition know of its producers. */
  private compareProducers(): void {
    const logs = new Map<PartitionChecker, { nodeId: number; log: LogProbe }[]>();
    for (const state of this.states) {
      for (const { checker, log } of state.tracked) {
        if (log === null) continue;
        const others = logs.get(checker);
        if (others === undefined) logs.set(checker, [{ nodeId: state.node.id, log }]);
        else others.push({ nodeId: state.node.id, log });
      }
    }
    for (const [checker, found] of logs) this.replay.compareProducers(checker.name, found);
    if (this.replay.compared > 0) this.world.count("states compared", this.replay.compared);
    this.replay.compared = 0;
  }

  /** A node begins with a snapshot of the metadata (invariant 27). */
  onSnapshotLoaded(): void {
    const state = this.currentState();
    this.world.count("metadata snapshot loaded");
    if (state?.probe?.raft?.isLeader) {
      throw new Violation(27, `node ${state.node.id} leads the quorum and loads a snapshot`);
    }
  }

  // ---- questions of the faults

  survivesWithout(node: SimNode): boolean {
    if (!this.metadata.survivesWithout(node)) return false;
    const image = this.committed;
    if (image === null) return false;
    // A replica that nobody else could stand in for must stay.
    for (const topic of image.topics.byId.values()) {
      for (const partition of topic.partitions) {
        if (!partition.replicas.includes(node.id)) continue;
        const others = [...partition.isr, ...partition.elr].filter((id) => id !== node.id);
        if (others.length === 0) return false;
      }
    }
    return true;
  }

  controllerNode(): SimNode | null {
    for (const state of this.states) if (state.probe?.raft?.isLeader) return state.node;
    return null;
  }

  leaderNode(choice: number): SimNode | null {
    const partition = this.choosePartition(choice);
    return partition === null || partition.leader < 0 ? null : this.world.nodes[partition.leader - 1];
  }

  followerNode(choice: number): SimNode | null {
    const partition = this.choosePartition(choice);
    if (partition === null) return null;
    const follower = partition.replicas.find((id) => id !== partition.leader);
    return follower === undefined ? null : this.world.nodes[follower - 1];
  }

  private choosePartition(choice: number): PartitionImage | null {
    const all: PartitionImage[] = [];
    for (const topic of this.committed?.topics.byId.values() ?? []) all.push(...topic.partitions);
    return all.length === 0 ? null : all[choice % all.length];
  }
}
