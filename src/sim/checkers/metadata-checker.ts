import type { MetadataImage } from "../../metadata/image.js";
import type { Inode } from "../disk/inode.js";
import type { SimNode } from "../sim-node.js";
import type { World } from "../world.js";
import { PartitionChecker } from "./partition-checker.js";
import type { RaftProbe } from "./probes.js";
import { Violation } from "./violation.js";

/** The quorum: its votes, its leaders, its log and the images made of it (invariants 25 to 28). */
export class MetadataChecker {
  readonly log: PartitionChecker;
  private readonly world: World;
  private readonly leaders: Map<number, number>;
  private latestLeaderEpoch: number;
  private readonly last: { epoch: number; isLeader: boolean; highWatermark: number; leaderId: number | null }[];
  private readonly stored: { epoch: number; votedId: number }[];
  private readonly renamesSeen: number[];
  private readonly filesSeen: (Inode | null)[];
  private readonly deletedTopics: Map<string, number>;
  private readonly liveTopics: Map<string, number>;
  private readonly probes: (RaftProbe | null)[];

  constructor(world: World) {
    this.log = new PartitionChecker("__cluster_metadata-0");
    this.world = world;
    this.leaders = new Map();
    this.latestLeaderEpoch = 0;
    this.last = world.nodes.map(() => ({ epoch: 0, isLeader: false, highWatermark: 0, leaderId: null }));
    this.stored = world.nodes.map(() => ({ epoch: 0, votedId: -1 }));
    this.renamesSeen = world.nodes.map(() => 0);
    this.filesSeen = world.nodes.map(() => null);
    this.deletedTopics = new Map();
    this.liveTopics = new Map();
    this.probes = world.nodes.map(() => null);
  }

  look(node: SimNode, raft: RaftProbe): void {
    this.probes[node.index] = raft;
    const last = this.last[node.index];
    if (node.disk.renames !== this.renamesSeen[node.index]) this.checkStored(node);
    if (raft.epoch < last.epoch) {
      throw new Violation(25, `the raft epoch of node ${node.id} went back from ${last.epoch} to ${raft.epoch}`);
    }
    const log = raft.log;
    if (log !== null) {
      const shadow = this.log.shadow(node.id);
      if (shadow.end !== log.appendEndOffset) {
        this.log.fail(12, `node ${node.id}'s log ends at ${log.appendEndOffset}, its appends add up to ${shadow.end}`);
      }
      shadow.written = log.logEndOffset;
      shadow.onFlushed(log.flushedOffset);
      if (log.logStartOffset > shadow.start) this.checkSnapshot(node, log.logStartOffset);
      shadow.start = log.logStartOffset;
    }
    if (raft.isLeader && (!last.isLeader || last.epoch !== raft.epoch)) this.onLeader(node, raft);
    if (raft.highWatermark > last.highWatermark) this.onHighWatermark(node, raft);
    else if (raft.highWatermark < last.highWatermark && raft.highWatermark > 0) {
      throw new Violation(
        26,
        `the quorum's high watermark on node ${node.id} went back from ${last.highWatermark} to ${raft.highWatermark}`,
      );
    }
    last.epoch = raft.epoch;
    last.isLeader = raft.isLeader;
    last.leaderId = raft.leaderId;
    if (raft.highWatermark > last.highWatermark) last.highWatermark = raft.highWatermark;
  }

  /** Invariant 27: what the log no longer holds is in a snapshot that ends there, or later. */
  private checkSnapshot(node: SimNode, start: number): void {
    for (const [path] of node.disk.filesBelow("/data/__cluster_metadata-0")) {
      const found = /\/(\d{20})-\d{10}\.checkpoint$/.exec(path);
      if (found !== null && Number(found[1]) >= start) {
        this.world.count("metadata log begins at a snapshot");
        return;
      }
    }
    throw new Violation(27, `node ${node.id}'s metadata log begins at ${start}, where there is no snapshot`);
  }

  private onLeader(node: SimNode, raft: RaftProbe): void {
    this.world.count("quorum leader elected");
    const other = this.leaders.get(raft.epoch);
    if (other !== undefined && other !== node.id) {
      throw new Violation(26, `nodes ${other} and ${node.id} both lead the quorum in epoch ${raft.epoch}`);
    }
    this.leaders.set(raft.epoch, node.id);
    if (raft.epoch < this.latestLeaderEpoch) return; // it learns late that it was elected once
    this.latestLeaderEpoch = raft.epoch;
    const shadow = this.log.shadow(node.id);
    if (shadow.end < this.log.trueHighWatermark) {
      throw new Violation(
        26,
        `node ${node.id} leads quorum epoch ${raft.epoch} with end ${shadow.end}, below the committed ${this.log.trueHighWatermark}`,
      );
    }
    this.renamed(() => this.log.onLeader(node.id, raft.epoch));
  }

  private onHighWatermark(node: SimNode, raft: RaftProbe): void {
    const to = raft.highWatermark;
    const shadow = this.log.shadow(node.id);
    if (to <= this.log.trueHighWatermark) {
      this.renamed(() =>
        this.log.onFollowerHighWatermark(node.id, Math.max(0, this.last[node.index].highWatermark), to),
      );
      return;
    }
    if (!raft.isLeader) {
      throw new Violation(
        26,
        `node ${node.id} follows with quorum high watermark ${to}, committed is ${this.log.trueHighWatermark}`,
      );
    }
    if (to > shadow.end)
      throw new Violation(26, `quorum leader ${node.id} has high watermark ${to} beyond its end ${shadow.end}`);
    let holders = 0;
    for (const each of this.world.nodes) if (this.log.shadow(each.id).flushed >= to) holders++;
    if (holders * 2 <= this.world.nodes.length) {
      throw new Violation(
        26,
        `quorum leader ${node.id} of epoch ${raft.epoch} committed ${to}, which only ${holders} voters have fsynced`,
      );
    }
    this.log.commit(shadow, to);
  }

  /** What breaks a rule of logs in the metadata log breaks invariant 26. */
  private renamed(check: () => void): void {
    try {
      check();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      throw new Violation(26, error.message);
    }
  }

  /** The quorum-state file as it is: epochs never go back, and a vote once given in an epoch stays. */
  private checkStored(node: SimNode): void {
    this.renamesSeen[node.index] = node.disk.renames;
    const inode = node.disk.find("/data/__cluster_metadata-0/quorum-state");
    // Each write of it makes a new file.
    if (inode === null || inode.isDirectory || inode === this.filesSeen[node.index]) return;
    this.filesSeen[node.index] = inode;
    const bytes = new Uint8Array(inode.size);
    inode.read(0, bytes, 0, bytes.length);
    const text = String.fromCharCode(...bytes);
    const state = JSON.parse(text) as { leaderEpoch: number; votedId?: number };
    const before = this.stored[node.index];
    const votedId = state.votedId ?? -1;
    if (state.leaderEpoch < before.epoch) {
      throw new Violation(25, `node ${node.id} stored quorum epoch ${state.leaderEpoch} after ${before.epoch}`);
    }
    if (state.leaderEpoch === before.epoch && before.votedId >= 0 && votedId >= 0 && votedId !== before.votedId) {
      throw new Violation(
        25,
        `node ${node.id} voted for ${before.votedId} and for ${votedId} in epoch ${before.epoch}`,
      );
    }
    if (state.leaderEpoch > before.epoch) before.votedId = -1;
    before.epoch = state.leaderEpoch;
    if (votedId >= 0) before.votedId = votedId;
  }

  /** A node gave its vote in a reply: it must be on the medium. */
  onVoteGranted(node: SimNode, epoch: number, candidate: number): void {
    this.world.count("vote granted");
    const stored = this.stored[node.index];
    this.checkStored(node);
    if (stored.epoch < epoch || (stored.epoch === epoch && stored.votedId !== candidate)) {
      throw new Violation(
        25,
        `node ${node.id} granted its vote of epoch ${epoch} to ${candidate}, on its disk is epoch ${stored.epoch} and vote ${stored.votedId}`,
      );
    }
  }

  onImage(node: SimNode, image: MetadataImage): void {
    if (image.offset >= this.log.trueHighWatermark) {
      throw new Violation(
        28,
        `node ${node.id} has an image at offset ${image.offset}, committed is ${this.log.trueHighWatermark}`,
      );
    }
    for (const id of image.topics.byId.keys()) {
      const deletedAt = this.deletedTopics.get(id);
      if (deletedAt !== undefined && image.offset >= deletedAt) {
        throw new Violation(
          28,
          `topic id ${id}, deleted at offset ${deletedAt}, is in the image of node ${node.id} at ${image.offset}`,
        );
      }
      const seenAt = this.liveTopics.get(id);
      if (seenAt === undefined || seenAt < image.offset) this.liveTopics.set(id, image.offset);
    }
    for (const [id, seenAt] of this.liveTopics) {
      if (image.offset > seenAt && !image.topics.byId.has(id)) {
        this.deletedTopics.set(id, image.offset);
        this.liveTopics.delete(id);
      }
    }
  }

  onStopped(node: SimNode): void {
    this.probes[node.index] = null;
    const last = this.last[node.index];
    last.epoch = 0;
    last.isLeader = false;
    last.highWatermark = 0;
    last.leaderId = null;
  }

  onWiped(node: SimNode): void {
    this.log.shadow(node.id).restartAt(0);
    this.stored[node.index].epoch = 0;
    this.stored[node.index].votedId = -1;
  }

  sweep(): void {
    this.renamed(() => this.log.checkExistence());
  }

  /** Whether all other voters have what is committed and agree on who leads, so that this one's votes do not matter. */
  survivesWithout(node: SimNode): boolean {
    let epoch = -1;
    for (const each of this.world.nodes) {
      if (each === node) continue;
      const probe = this.probes[each.index];
      if (probe === null || probe.leaderId === null) return false;
      if (epoch >= 0 && probe.epoch !== epoch) return false;
      epoch = probe.epoch;
      if (this.log.shadow(each.id).flushed < this.log.trueHighWatermark) return false;
    }
    return true;
  }
}
