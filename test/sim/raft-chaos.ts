import type { RaftSimNode, RaftWorld } from "./raft-world.js";
import { configRecord } from "./raft-world.js";

/** Faults drawn by the world's seed, with proposals all the while; then everything heals. Throws where an invariant is hurt. */
export class Chaos {
  readonly counts: Map<string, number>;
  private readonly world: RaftWorld;
  private readonly endMs: number;
  private isOver: boolean;

  constructor(world: RaftWorld, endMs: number) {
    this.world = world;
    this.endMs = endMs;
    this.counts = new Map();
    this.isOver = false;
  }

  /** Runs the chaos, heals, and checks that all agree and go on. */
  run(): void {
    const { world } = this;
    this.proposeOften();
    this.breakOften();
    this.snapshotOften();
    world.run(this.endMs);
    this.isOver = true;
    this.heal();
    world.runUntil(() => world.leader() !== null && this.allCaughtUp(), 30_000);
    // Whoever leads now may be replaced once more: then it takes another try.
    let last = "";
    let proposeAtUs = 0;
    world.runUntil(() => {
      if (world.simulation.nowUs >= proposeAtUs) {
        last = world.propose()?.[0] ?? "";
        proposeAtUs = world.simulation.nowUs + 3_000_000;
      }
      return this.isDelivered(last);
    }, 20_000);
  }

  private isDelivered(text: string): boolean {
    return text !== "" && this.world.nodes.every((node) => [...node.delivered.values()].includes(text));
  }

  private allCaughtUp(): boolean {
    const { world } = this;
    const leader = world.leader();
    if (leader?.raft == null) return false;
    const end = leader.raft.highWatermark;
    return (
      end >= world.highestWatermark &&
      world.nodes.every((node) => node.raft?.highWatermark === end && node.next === end)
    );
  }

  private count(name: string): void {
    this.counts.set(name, (this.counts.get(name) ?? 0) + 1);
  }

  private proposeOften(): void {
    const { world } = this;
    if (this.isOver) return;
    const { random } = world;
    if (world.propose(1 + random.below(5)) !== null) this.count("proposed");
    world.later(1 + random.below(40), () => this.proposeOften());
  }

  private snapshotOften(): void {
    const { world } = this;
    if (this.isOver) return;
    const node = world.random.pick(world.nodes);
    this.snapshot(node);
    world.later(200 + world.random.below(1500), () => this.snapshotOften());
  }

  /** Of what the node delivered last. */
  private snapshot(node: RaftSimNode): void {
    const { raft, process, world } = node;
    if (raft === null || process === null || process.stalled || node.next === 0) return;
    const records = [...world.truth].filter(([offset]) => offset < node.next).map(([, text]) => configRecord(text));
    world.simulation.runAs(process, () => {
      if (raft.writeSnapshot(records, node.next, raft.log.epochs.epochForOffset(node.next - 1), 0))
        this.count("snapshot");
    });
  }

  private breakOften(): void {
    const { world } = this;
    if (this.isOver) return;
    const { random } = world;
    const node = random.chance(0.4) ? (world.leader() ?? random.pick(world.nodes)) : random.pick(world.nodes);
    const other = random.pick(world.nodes.filter((each) => each !== node));
    const downMs = 20 + random.below(3000);
    switch (random.below(7)) {
      case 0:
        this.crash(node, false, downMs);
        break;
      case 1:
        this.crash(node, true, downMs);
        break;
      case 2:
        if (random.below(2) === 0) {
          this.count("all lose power");
          for (const each of world.nodes) this.crash(each, true, 20 + random.below(1000));
        }
        break;
      case 3:
        this.count("cut");
        world.note(`cut ${node.id} -> ${other.id} for ${downMs}`);
        this.cut(node, other, downMs);
        if (random.chance(0.6)) this.cut(other, node, downMs);
        break;
      case 4:
        this.count("isolated");
        world.note(`isolate ${node.id} for ${downMs}`);
        for (const each of world.nodes) {
          if (each === node) continue;
          this.cut(each, node, downMs);
          this.cut(node, each, downMs);
        }
        break;
      case 5:
        this.count("reset");
        world.note(`reset ${node.id} <-> ${other.id}`);
        world.network.reset(node.machine, other.machine, 1);
        break;
      default:
        if (node.process !== null && !node.process.stalled) {
          this.count("stalled");
          const { process } = node;
          world.note(`stall ${node.id} for ${downMs}`);
          world.simulation.stall(process);
          world.later(downMs, () => world.simulation.unstall(process));
        }
    }
    world.later(100 + random.below(1500), () => this.breakOften());
  }

  private crash(node: RaftSimNode, powerLost: boolean, downMs: number): void {
    const { world } = this;
    if (node.process === null) return;
    this.count(powerLost ? "power lost" : "crashed");
    world.stop(node, powerLost);
    world.later(downMs, () => {
      if (node.process === null && !this.isOver) world.start(node);
    });
  }

  private cut(from: RaftSimNode, to: RaftSimNode, ms: number): void {
    const { network } = this.world;
    network.cut(from.machine, to.machine);
    this.world.later(ms, () => {
      if (network.isCut(from.machine, to.machine)) network.restore(from.machine, to.machine);
    });
  }

  private heal(): void {
    const { world } = this;
    world.note("heal");
    world.network.restoreAll();
    for (const node of world.nodes) {
      if (node.process?.stalled) world.simulation.unstall(node.process);
      if (node.process === null) world.start(node);
    }
  }
}
