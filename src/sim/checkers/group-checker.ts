import { equalBytes } from "../../base/bytes.js";
import { OFFSETS_TOPIC, partitionForGroup } from "../../groups/offsets-topic.js";
import type { GroupMetadataValue } from "../../protocol/group-records/02-group-metadata.js";
import type { World } from "../world.js";
import type { ClusterChecker } from "./cluster-checker.js";
import { type GroupLogRecord, GroupReplay, type LoggedGroup, readGroupBatches } from "./group-log.js";
import type { PartitionChecker } from "./partition-checker.js";
import type { CoordinatedProbe, CoordinatorProbe, GroupProbe } from "./probes.js";
import type { ShadowLog } from "./shadow-log.js";
import { Violation } from "./violation.js";

/** Partitions of `__consumer_offsets` in the simulator. */
export const OFFSETS_PARTITIONS = 2;

/** A position as a member sent it. `stamp` goes with it as its metadata, so that it is known again in the log. */
export interface SentCommit {
  readonly group: string;
  readonly partition: string;
  readonly stamp: string;
  readonly offset: number;
  readonly memberId: string;
  readonly generation: number;
}

/** What was known when a member asked for positions. */
export interface FetchTicket {
  readonly group: string;
  readonly leader: number;
  readonly leaderEpoch: number;
  /** By partition: how many positions were in the committed log by then. */
  readonly floors: ReadonlyMap<string, number>;
}

/** One partition of `__consumer_offsets`: its records by batch, and the state that the committed ones add up to. */
class OffsetsLog {
  readonly index: number;
  /** By base offset and epoch of the batch. */
  readonly batches: Map<string, readonly GroupLogRecord[]>;
  readonly committed: GroupReplay;
  /** Committed records below were applied. */
  appliedTo: number;
  /** By node: its whole log, as far as it was replayed. */
  readonly replays: Map<number, NodeReplay>;

  constructor(index: number) {
    this.index = index;
    this.batches = new Map();
    this.committed = new GroupReplay();
    this.appliedTo = 0;
    this.replays = new Map();
  }

  recordsOf(batch: { readonly base: number; readonly epoch: number }): readonly GroupLogRecord[] {
    return this.batches.get(`${batch.base}/${batch.epoch}`) ?? [];
  }

  /** What the log of a node adds up to. A log that lost something is replayed from its start. */
  replayOf(shadow: ShadowLog): GroupReplay {
    let known = this.replays.get(shadow.node);
    if (known === undefined || known.cuts !== shadow.cuts) {
      known = { cuts: shadow.cuts, applied: 0, replay: new GroupReplay() };
      this.replays.set(shadow.node, known);
    }
    for (; known.applied < shadow.batches.length; known.applied++) {
      for (const record of this.recordsOf(shadow.batches[known.applied])) known.replay.apply(record);
    }
    return known.replay;
  }
}

interface NodeReplay {
  readonly cuts: number;
  applied: number;
  readonly replay: GroupReplay;
}

/** A group as its members see it, and as the committed log has it. */
class GroupTruth {
  readonly name: string;
  readonly log: OffsetsLog;
  /** By partition and stamp. */
  readonly sent: Map<string, SentCommit>;
  /** By partition: stamps of the committed positions in the log's order. */
  readonly positions: Map<string, string[]>;
  readonly generations: Map<number, GroupMetadataValue>;
  /** By generation: the owner of each partition. */
  readonly owners: Map<number, Map<string, string>>;

  constructor(name: string, log: OffsetsLog) {
    this.name = name;
    this.log = log;
    this.sent = new Map();
    this.positions = new Map();
    this.generations = new Map();
    this.owners = new Map();
  }
}

/**
 * Invariants 22, 23 and 24 for groups. The truth is the committed log of `__consumer_offsets`, read and replayed here apart from the
 * coordinators: what members are told is held against it, and so is what the coordinators have in memory.
 */
export class GroupChecker {
  private readonly world: World;
  private readonly cluster: ClusterChecker;
  private readonly logs: OffsetsLog[];
  private readonly groups: Map<string, GroupTruth>;

  constructor(world: World, cluster: ClusterChecker) {
    this.world = world;
    this.cluster = cluster;
    this.logs = Array.from({ length: OFFSETS_PARTITIONS }, (_, i) => new OffsetsLog(i));
    this.groups = new Map();
  }

  private groupOf(name: string): GroupTruth {
    let group = this.groups.get(name);
    if (group === undefined) {
      group = new GroupTruth(name, this.logs[partitionForGroup(name, OFFSETS_PARTITIONS)]);
      this.groups.set(name, group);
    }
    return group;
  }

  private checkerOf(log: OffsetsLog): PartitionChecker | null {
    return this.cluster.checkerNamed(OFFSETS_TOPIC, log.index);
  }

  /** Whether nothing more can be said of the group: its log may lose records beyond what is promised. */
  isTainted(group: string): boolean {
    return this.checkerOf(this.groupOf(group).log)?.tainted ?? false;
  }

  /** Batches are appended to a log of the offsets topic, on any node. */
  onBatches(partition: number, bytes: Uint8Array): void {
    const log = this.logs[partition];
    readGroupBatches(bytes, (base, epoch, records) => {
      const key = `${base}/${epoch}`;
      if (!log.batches.has(key)) log.batches.set(key, records);
    });
  }

  // ---- what members do and are told

  onCommitSent(commit: SentCommit): void {
    this.groupOf(commit.group).sent.set(`${commit.partition}/${commit.stamp}`, commit);
  }

  /** Invariant 23: what is accepted is in the committed log by then. */
  onCommitAccepted(commit: SentCommit): void {
    const group = this.truthOf(commit.group);
    this.world.count("commit accepted");
    if (this.isTainted(commit.group)) return;
    if (group.positions.get(commit.partition)?.includes(commit.stamp)) return;
    throw new Violation(
      23,
      `group ${commit.group}: position ${commit.offset} of ${commit.partition} (${commit.stamp}) was accepted, but is not committed`,
    );
  }

  beforeFetch(name: string): FetchTicket {
    const group = this.truthOf(name);
    const floors = new Map<string, number>();
    for (const [partition, stamps] of group.positions) floors.set(partition, stamps.length);
    const { leader, leaderEpoch } = this.cluster.leaderOf(OFFSETS_TOPIC, group.log.index);
    return { group: name, leader, leaderEpoch, floors };
  }

  /** Invariant 23: a position that is read is the last that was accepted. `offset` −1 where there is none. */
  onFetched(ticket: FetchTicket, broker: number, partition: string, offset: number, stamp: string): void {
    const group = this.truthOf(ticket.group);
    if (this.isTainted(ticket.group)) return;
    this.world.count("position read");
    const stamps = group.positions.get(partition) ?? [];
    const place = offset < 0 ? -1 : stamps.lastIndexOf(stamp);
    const told = `group ${ticket.group}: broker ${broker} says that the position of ${partition} is ${offset} (${stamp})`;
    if (offset >= 0 && place < 0) throw new Violation(23, `${told}, which is not in the committed log`);
    if (offset >= 0 && group.sent.get(`${partition}/${stamp}`)?.offset !== offset) {
      throw new Violation(23, `${told}, which no member has committed`);
    }
    // One that was overthrown without knowing it tells of the past; nobody can commit through it.
    const { leader, leaderEpoch } = this.cluster.leaderOf(OFFSETS_TOPIC, group.log.index);
    const leads = leader === broker && ticket.leader === broker && ticket.leaderEpoch === leaderEpoch;
    const floor = ticket.floors.get(partition) ?? 0;
    if (leads && place + 1 < floor) {
      throw new Violation(23, `${told}, but before it was asked ${stamps[floor - 1]} was committed`);
    }
  }

  /** Invariant 22: a member got its part of a generation. `owner` is its instance id, or its member id. */
  onAssigned(
    name: string,
    generation: number,
    owner: string,
    assignment: Uint8Array,
    partitions: readonly string[],
  ): void {
    const group = this.truthOf(name);
    if (this.isTainted(name)) return;
    const logged = group.generations.get(generation);
    const own = logged?.members.find((member) => (member.groupInstanceId ?? member.memberId) === owner);
    if (own === undefined || !equalBytes(own.assignment, assignment)) {
      throw new Violation(
        22,
        `group ${name}: ${owner} was given ${partitions.join(", ") || "nothing"} in generation ${generation}, which the committed log does not say`,
      );
    }
    let owners = group.owners.get(generation);
    if (owners === undefined) {
      owners = new Map();
      group.owners.set(generation, owners);
      this.world.count("group rebalanced");
    }
    for (const partition of partitions) {
      const other = owners.get(partition);
      if (other !== undefined && other !== owner) {
        throw new Violation(
          22,
          `group ${name}: ${other} and ${owner} both own ${partition} in generation ${generation}`,
        );
      }
      owners.set(partition, owner);
    }
  }

  /** The position that is committed now, −1 for none. */
  committedPosition(name: string, partition: string): number {
    const group = this.truthOf(name);
    return group.log.committed.groups.get(name)?.positions.get(partition)?.offset ?? -1;
  }

  /** The group, with all that is committed by now. */
  private truthOf(name: string): GroupTruth {
    const group = this.groupOf(name);
    this.advance(group.log);
    return group;
  }

  // ---- the committed log

  private advance(log: OffsetsLog): void {
    const checker = this.checkerOf(log);
    if (checker === null || checker.tainted) return;
    const { truth } = checker;
    if (log.appliedTo >= truth.end) return;
    for (let i = Math.max(truth.indexOf(log.appliedTo), 0); i < truth.batches.length; i++) {
      const batch = truth.batches[i];
      for (const record of log.recordsOf(batch)) {
        this.onCommitted(record, log.committed.groups.get(record.group));
        log.committed.apply(record);
      }
      log.appliedTo = batch.last + 1;
    }
  }

  private onCommitted(record: GroupLogRecord, before: LoggedGroup | undefined): void {
    const group = this.groupOf(record.group);
    if (record.kind === "generation") {
      if (record.value !== null) this.onGeneration(group, record.value, before?.generation ?? null);
      return;
    }
    if (record.value === null) return;
    const { offset, stamp } = record.value;
    const sent = group.sent.get(`${record.partition}/${stamp}`);
    const what = `group ${group.name}: the log has position ${offset} of ${record.partition} (${stamp}) at ${record.at}`;
    if (sent === undefined || sent.offset !== offset) throw new Violation(23, `${what}, which no member has sent`);
    const now = before?.generation ?? null;
    if (now === null || now.generation !== sent.generation) {
      throw new Violation(
        23,
        `${what}, of generation ${sent.generation}, where the group is in generation ${now?.generation ?? "none"}`,
      );
    }
    if (!now.members.some(({ memberId }) => memberId === sent.memberId)) {
      throw new Violation(23, `${what}, of ${sent.memberId}, which is no member of generation ${now.generation}`);
    }
    const stamps = group.positions.get(record.partition);
    if (stamps === undefined) group.positions.set(record.partition, [stamp]);
    else stamps.push(stamp);
  }

  /** A generation is written once; again only to give a static member its new id. */
  private onGeneration(group: GroupTruth, value: GroupMetadataValue, before: GroupMetadataValue | null): void {
    const { generation } = value;
    if (before !== null && generation < before.generation) {
      throw new Violation(
        22,
        `group ${group.name}: generation ${generation} comes after ${before.generation} in the log`,
      );
    }
    const known = group.generations.get(generation);
    if (known !== undefined && !isSameAssignment(known, value)) {
      throw new Violation(22, `group ${group.name}: generation ${generation} was assigned twice`);
    }
    group.generations.set(generation, value);
  }

  // ---- what coordinators have in memory

  /** Invariant 24, for all groups that a running node coordinates. */
  sweep(nodeId: number, coordinator: CoordinatorProbe | null): void {
    if (this.groups.size === 0 || coordinator === null) return;
    for (const coordinated of coordinator.coordinated()) {
      const log = this.logs[coordinated.partition];
      const checker = this.checkerOf(log);
      if (checker === null || checker.tainted) continue;
      this.advance(log);
      const shadow = checker.shadow(nodeId);
      // It does not lead any more, and is about to be told so.
      if (shadow.end !== coordinated.endOffset) continue;
      const differs = difference(coordinated.shard, log.replayOf(shadow));
      this.world.count("coordinator compared");
      if (differs === null) continue;
      throw new Violation(
        24,
        `${checker.name}: the coordinator on node ${nodeId} has ${differs} (log end ${shadow.end})`,
      );
    }
  }
}

function isSameAssignment(a: GroupMetadataValue, b: GroupMetadataValue): boolean {
  if (a.members.length !== b.members.length) return false;
  return a.members.every((member) => {
    const owner = member.groupInstanceId ?? member.memberId;
    const other = b.members.find((each) => (each.groupInstanceId ?? each.memberId) === owner);
    return other !== undefined && equalBytes(other.assignment, member.assignment);
  });
}

/** What a coordinator has that its log does not say; null when they agree. */
function difference(shard: CoordinatedProbe["shard"], replay: GroupReplay): string | null {
  let count = 0;
  let found: string | null = null;
  shard.offsets.committed.forEach((group, topic, partition, position) => {
    count++;
    const logged = replay.groups.get(group)?.positions.get(`${topic}-${partition}`);
    if (logged?.at === position.recordOffset && logged.offset === position.offset) return;
    found ??=
      `position ${position.offset} of ${topic}-${partition} for group ${group} from offset ${position.recordOffset}, ` +
      `the log has ${logged === undefined ? "none" : `${logged.offset} at ${logged.at}`}`;
  });
  if (found !== null) return found;
  for (const { positions } of replay.groups.values()) count -= positions.size;
  if (count !== 0) return `${-count} positions less than its log`;
  for (const [name, logged] of replay.groups) {
    const group = shard.groups.get(name);
    if (group === undefined) return `no group ${name}, which is in the log`;
    const differs = logged.generation === null ? null : groupDifference(group, logged.generation);
    if (differs !== null) return `group ${name} ${differs}`;
  }
  for (const name of shard.groups.keys()) if (!replay.groups.has(name)) return `a group ${name} that is not in the log`;
  return null;
}

/** Of a group that rebalances only the next generation will be written. */
function groupDifference(group: GroupProbe, logged: GroupMetadataValue): string | null {
  if (group.generationId < logged.generation) {
    return `in generation ${group.generationId}, the log has ${logged.generation}`;
  }
  if (group.state !== "Stable") return null;
  if (group.generationId !== logged.generation) {
    return `stable in generation ${group.generationId}, the log has ${logged.generation}`;
  }
  if (group.members.size !== logged.members.length) {
    return `with ${group.members.size} members, the log has ${logged.members.length}`;
  }
  for (const member of logged.members) {
    const live = group.members.get(member.memberId);
    if (live === undefined) return `without its member ${member.memberId}`;
    if (live.instanceId !== member.groupInstanceId) return `with another instance id of ${member.memberId}`;
    if (!equalBytes(live.assignment, member.assignment)) return `with another assignment of ${member.memberId}`;
  }
  if (group.leaderId !== logged.leader) return `led by ${group.leaderId}, the log says ${logged.leader}`;
  return null;
}
