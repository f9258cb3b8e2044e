import { SeededRandom } from "../base/random.js";
import type { SimProcess } from "./kernel/process.js";
import { describeFault, type Fault } from "./scenario.js";
import type { SimNode } from "./sim-node.js";
import type { World } from "./world.js";

/** How long a node may take to shut down; while there are faults, and after. */
const SHUTDOWN_MS = 15_000;
const HEALED_SHUTDOWN_MS = 3000;
/** So long a follower stands still at most, for the other to be elected meanwhile. */
const SUCCESSION_MS = 6000;
const LOOK_MS = 20;

/** Carries out a scenario's faults, except where one would go beyond what is promised. */
export class FaultInjector {
  private readonly world: World;
  applied: number;
  skipped: number;
  private healed: boolean;
  /** Of each node that was asked to shut down, the process that was. */
  private readonly stopping: Map<SimNode, SimProcess>;

  constructor(world: World) {
    this.world = world;
    this.applied = 0;
    this.skipped = 0;
    this.healed = false;
    this.stopping = new Map();
  }

  apply(fault: Fault, place: number): void {
    // Its own randomness, so that leaving out one fault does not change the next.
    const random = new SeededRandom(this.world.scenario.seed * 1000 + place);
    const node = this.target(fault);
    const done = node !== null && this.carryOut(fault, node, random);
    if (done) this.applied++;
    else this.skipped++;
    const who = node === null ? "nobody" : `node ${node.id}`;
    this.world.note(
      done ? `FAULT ${describeFault(fault)} → ${who}` : `fault skipped: ${describeFault(fault)} → ${who}`,
    );
    this.world.count(done ? `fault: ${fault.kind}` : "faults skipped");
  }

  /** All links, disks and nodes work again. */
  heal(): void {
    this.healed = true;
    const { world } = this;
    world.network.restoreAll();
    for (const node of world.nodes) {
      node.disk.behaviour.failOneOf = 0;
      node.disk.behaviour.frozenUntilUs = 0;
      node.disk.behaviour.capacityBytes = Number.MAX_SAFE_INTEGER;
      node.disk.behaviour.writeUs = world.scenario.disk.writeUs;
      node.disk.behaviour.syncUs = world.scenario.disk.syncUs;
      node.disk.behaviour.readUs = world.scenario.disk.readUs;
      if (node.process !== null) world.simulation.unstall(node.process);
      if (!node.running) world.startNode(node);
      else this.losePatience(node, HEALED_SHUTDOWN_MS);
    }
  }

  private target(fault: Fault): SimNode | null {
    const { world } = this;
    switch (fault.target) {
      case "controller":
        return world.controllerNode() ?? world.nodes[fault.node];
      case "leader":
        return world.leaderNode(fault.a) ?? world.nodes[fault.node];
      case "follower":
        return world.followerNode(fault.a) ?? world.nodes[fault.node];
      default:
        return world.nodes[fault.node];
    }
  }

  private carryOut(fault: Fault, node: SimNode, random: SeededRandom): boolean {
    const { world } = this;
    switch (fault.kind) {
      case "crash":
        return this.crash(node, fault.durationMs, "crashed");
      case "crash-all": {
        let any = false;
        for (const each of world.nodes) any = this.crash(each, random.below(fault.durationMs + 1), "crashed") || any;
        return any;
      }
      case "power-loss":
        return this.losePower(node, fault.durationMs);
      case "power-loss-all": {
        if (world.scenario.ackAfter !== "fsync") return false;
        for (const each of world.nodes) this.losePower(each, random.below(fault.durationMs + 1));
        return true;
      }
      case "pause":
        return this.pause(node, fault.durationMs);
      case "isolate":
      case "isolate-from-peers":
      case "cut-one-way":
      case "cut-pair":
        return this.cut(fault, node, random);
      case "reset-connections": {
        let count = 0;
        for (const other of world.machines) {
          if (other !== node.machine) count += world.network.reset(node.machine, other, 1 + (fault.b % 3));
        }
        return count > 0;
      }
      case "slow-disk": {
        const factor = 5 + (fault.a % 40);
        this.changeDisk(node, fault.durationMs, () => {
          node.disk.behaviour.writeUs = world.scenario.disk.writeUs * factor;
          node.disk.behaviour.syncUs = world.scenario.disk.syncUs * factor;
        });
        return true;
      }
      case "freeze-disk":
        node.disk.behaviour.frozenUntilUs = world.simulation.nowUs + Math.min(fault.durationMs, 6000) * 1000;
        return true;
      case "full-disk":
        this.changeDisk(node, fault.durationMs, () => {
          node.disk.recount();
          node.disk.behaviour.capacityBytes = node.disk.usedBytes + fault.b * 10;
        });
        return true;
      case "disk-errors":
        if (!this.mayDamage(node)) return false;
        this.damage(node);
        this.changeDisk(node, Math.min(fault.durationMs, 3000), () => {
          node.disk.behaviour.failOneOf = 3 + (fault.a % 30);
          node.disk.behaviour.failOnlySyncs = fault.b % 2 === 0;
        });
        return true;
      case "wipe":
        return this.wipe(node, fault.durationMs);
      case "rot":
        return this.rot(node, random, fault.durationMs);
      case "clock-jump":
        node.machine.wallOffsetMs += (fault.b % 2 === 0 ? 1 : -1) * fault.a * 60;
        return true;
      case "shutdown":
        return this.shutdown(node, fault.durationMs);
      case "rolling-restart": {
        const gapUs = 4_000_000;
        world.nodes.forEach((each, i) => {
          world.later(i * gapUs, () => {
            if (!this.healed) this.shutdown(each, 500);
          });
        });
        return true;
      }
      case "succession":
        return this.succession(fault, node, random);
      case "elect-preferred":
        return world.workload.electPreferred();
      case "delete-records":
        return world.workload.deleteRecords(fault.a, fault.b);
      case "create-topic":
        return world.workload.createExtraTopic(fault.a);
    }
  }

  private crash(node: SimNode, downMs: number, because: string): boolean {
    if (!node.running) return false;
    this.world.stopNode(node, because, false);
    this.restartAfter(node, downMs);
    return true;
  }

  private losePower(node: SimNode, downMs: number): boolean {
    if (!node.machine.powered) return false;
    if (this.world.scenario.ackAfter === "write") {
      if (!this.mayDamage(node)) return false;
      this.damage(node);
    }
    this.world.stopNode(node, "lost power", true);
    this.restartAfter(node, downMs + 200);
    return true;
  }

  private restartAfter(node: SimNode, downMs: number): void {
    const ticket = ++node.restartTicket;
    this.world.later(this.healed ? 0 : downMs * 1000, () => {
      if (node.restartTicket === ticket && !node.running) this.world.startNode(node);
    });
  }

  private pause(node: SimNode, durationMs: number): boolean {
    const process = node.process;
    if (process === null || process.stalled) return false;
    this.world.simulation.stall(process);
    this.world.later(durationMs * 1000, () => this.world.simulation.unstall(process));
    return true;
  }

  /**
   * A follower stands still for a moment and so falls behind; the leader crashes while the other follower, which has more, stands still;
   * the one that is behind leads, and crashes in turn before the other follows it: that one leads next.
   */
  private succession(fault: Fault, leader: SimNode, random: SeededRandom): boolean {
    const { world } = this;
    const [behind, ahead] = random.shuffle(world.nodes.filter((each) => each !== leader));
    const process = ahead.process;
    if (!leader.running || process === null || process.stalled || !this.pause(behind, 100 + (fault.b % 400)))
      return false;
    world.later((100 + (fault.b % 400)) * 1000, () => {
      if (this.healed || ahead.process !== process || !this.pause(ahead, SUCCESSION_MS)) return;
      this.crash(leader, fault.durationMs, "crashed");
      const giveUpUs = world.simulation.nowUs + SUCCESSION_MS * 1000;
      const look = (): void => {
        if (this.healed || world.simulation.nowUs >= giveUpUs) return;
        if (world.leaderNode(fault.a) !== behind) {
          world.later(LOOK_MS * 1000, look);
          return;
        }
        world.count("a successor fell");
        world.later((fault.b % 300) * 1000, () => {
          if (!this.healed) this.crash(behind, fault.durationMs, "crashed");
          world.simulation.unstall(process);
        });
      };
      look();
    });
    return true;
  }

  private shutdown(node: SimNode, downMs: number): boolean {
    if (node.program === null || node.process === null || node.process.stalled) return false;
    const program = node.program;
    const ticket = ++node.restartTicket;
    this.stopping.set(node, node.process);
    this.world.simulation.runAs(node.process, () => program.shutdown());
    this.world.onceStopped(node, () => {
      if (node.restartTicket === ticket) this.restartAfter(node, downMs);
    });
    this.losePatience(node, SHUTDOWN_MS);
    return true;
  }

  /** An operator does not wait for ever for a node that was asked to shut down. */
  private losePatience(node: SimNode, afterMs: number): void {
    const process = this.stopping.get(node);
    this.world.later(afterMs * 1000, () => {
      if (process !== undefined && node.process === process) this.crash(node, 0, "did not shut down in time");
    });
  }

  private cut(fault: Fault, node: SimNode, random: SeededRandom): boolean {
    const { world } = this;
    const here = node.machine;
    const peers = world.nodes.filter((each) => each !== node).map((each) => each.machine);
    const links: [from: typeof here, to: typeof here][] = [];
    if (fault.kind === "isolate") for (const other of world.machines) links.push([here, other], [other, here]);
    else if (fault.kind === "isolate-from-peers") for (const other of peers) links.push([here, other], [other, here]);
    else if (fault.kind === "cut-pair") {
      const other = random.pick(peers);
      links.push([here, other], [other, here]);
    } else {
      const others = random.chance(0.5) ? peers : [random.pick(peers)];
      const outwards = random.chance(0.5);
      for (const other of others) links.push(outwards ? [here, other] : [other, here]);
    }
    const cut = links.filter(([from, to]) => from !== to);
    for (const [from, to] of cut) world.network.cut(from, to);
    world.later(fault.durationMs * 1000, () => {
      if (this.healed) return;
      for (const [from, to] of cut) world.network.restore(from, to);
    });
    return true;
  }

  private changeDisk(node: SimNode, durationMs: number, change: () => void): void {
    const { world } = this;
    change();
    world.later(durationMs * 1000, () => {
      node.disk.behaviour.failOneOf = 0;
      node.disk.behaviour.capacityBytes = Number.MAX_SAFE_INTEGER;
      node.disk.behaviour.writeUs = world.scenario.disk.writeUs;
      node.disk.behaviour.syncUs = world.scenario.disk.syncUs;
    });
  }

  private wipe(node: SimNode, downMs: number): boolean {
    const { world } = this;
    if (!this.mayDamage(node) || !world.survivesWithout(node)) return false;
    this.damage(node);
    world.stopNode(node, "lost its directory", false);
    node.disk.wipe();
    world.onWiped(node);
    this.restartAfter(node, downMs);
    return true;
  }

  /** Found at the next start, or only when it is read. */
  private rot(node: SimNode, random: SeededRandom, downMs: number): boolean {
    if (!node.running || !this.mayDamage(node) || !this.world.checker.rot(node, random)) return false;
    this.damage(node);
    return this.crash(node, downMs, "crashed, and a bit of its disk went bad");
  }

  /** One replica at a time may lose data: an acknowledged record is on a majority of them. */
  private mayDamage(node: SimNode): boolean {
    return this.world.nodes.every((each) => each === node || !each.damaged);
  }

  private damage(node: SimNode): void {
    node.damaged = true;
    this.world.checker.onDamaged(node);
  }
}
