import { SeededRandom } from "../base/random.js";
import type { ClusterChecker } from "./checkers/cluster-checker.js";
import { Violation } from "./checkers/violation.js";
import { SimDisk } from "./disk/sim-disk.js";
import { FaultInjector } from "./faults.js";
import type { SimEvent } from "./kernel/event-queue.js";
import { Machine } from "./kernel/machine.js";
import type { SimProcess } from "./kernel/process.js";
import { Simulation, type SimulationObserver, WorldEvent } from "./kernel/simulation.js";
import { LogRing } from "./log-ring.js";
import { SimNetwork } from "./network/sim-network.js";
import { describeScenario, type Scenario } from "./scenario.js";
import { type Program, SimNode } from "./sim-node.js";
import type { Workload } from "./workload/workload.js";

/** What a world is made with; the production broker's parts come from `broker.ts`. */
export interface WorldParts {
  readonly program: (world: World) => Program;
  readonly checker: (world: World) => ClusterChecker;
  readonly workload: (world: World) => Workload;
}

/** A cluster, its clients, its faults and its checkers under one seed. */
export class World implements SimulationObserver {
  readonly scenario: Scenario;
  readonly simulation: Simulation;
  readonly network: SimNetwork;
  readonly machines: Machine[];
  readonly nodes: SimNode[];
  readonly clientMachines: Machine[];
  readonly ring: LogRing;
  readonly faults: FaultInjector;
  readonly program: Program;
  readonly checker: ClusterChecker;
  readonly workload: Workload;
  /** What happened how often: printed in a batch's summary, which fails when something never happened. */
  readonly counters: Map<string, number>;
  violation: Violation | null;
  private readonly stopWatchers: Map<SimNode, (() => void)[]>;

  constructor(scenario: Scenario, parts: WorldParts, verbose: boolean) {
    this.scenario = scenario;
    this.simulation = new Simulation(scenario.seed);
    this.network = new SimNetwork(this.simulation, scenario.network);
    this.machines = [];
    this.nodes = [];
    this.clientMachines = [];
    this.ring = new LogRing(this.simulation, verbose ? 50_000 : 400, verbose);
    this.counters = new Map();
    this.violation = null;
    this.stopWatchers = new Map();
    const random = new SeededRandom(scenario.seed + 7).fork();
    for (let i = 0; i < scenario.nodeCount; i++) {
      const machine = this.addMachine(`node-${i + 1}`, `10.0.0.${i + 1}`, random);
      const disk = new SimDisk(this.simulation, machine, {
        ...scenario.disk,
        capacityBytes: Number.MAX_SAFE_INTEGER,
        failOneOf: 0,
        frozenUntilUs: 0,
      });
      machine.disk = disk;
      this.nodes.push(new SimNode(i, machine, disk));
    }
    for (let i = 0; i < 2; i++) this.clientMachines.push(this.addMachine(`client-${i + 1}`, `10.0.1.${i + 1}`, random));
    this.simulation.observer = this;
    this.faults = new FaultInjector(this);
    this.program = parts.program(this);
    this.checker = parts.checker(this);
    this.workload = parts.workload(this);
  }

  private addMachine(name: string, address: string, random: SeededRandom): Machine {
    const rate = 1 + (random.below(401) - 200) / 1_000_000;
    const machine = new Machine(name, address, this.machines.length, rate, random.between(-300, 300));
    this.machines.push(machine);
    this.network.addMachine(machine);
    return machine;
  }

  /** Runs the whole scenario. The violation that it met, or null. */
  run(): Violation | null {
    const { scenario, simulation } = this;
    try {
      for (const line of describeScenario(scenario)) this.note(line);
      for (const node of this.nodes) {
        this.program.format(node);
        this.startNode(node);
      }
      this.workload.start();
      scenario.faults.forEach((fault, place) => {
        this.later(fault.atMs * 1000, () => this.faults.apply(fault, place));
      });
      this.later(scenario.chaosToMs * 1000, () => {
        this.note("HEAL: all links, disks and nodes work again");
        this.faults.heal();
      });
      this.checker.start();
      simulation.runUntil(scenario.endMs * 1000);
      this.workload.finish();
      this.checker.finish();
    } catch (error) {
      this.violation ??= asViolation(error);
      this.note(`VIOLATION of invariant ${this.violation.invariant}: ${this.violation.message}`);
    } finally {
      this.checker.stop();
    }
    return this.violation;
  }

  startNode(node: SimNode): void {
    if (node.process !== null) return;
    if (!node.machine.powered) {
      node.machine.powered = true;
      this.network.poweredUp(node.machine);
    }
    node.starts++;
    node.restartTicket++;
    const process = this.simulation.startProcess(node.machine, node.machine.name);
    node.process = process;
    this.note(`start node ${node.id}`);
    this.checker.onStarting(node);
    this.simulation.runAs(process, () => {
      node.program = this.program.start(node);
      this.checker.onStarted(node);
    });
  }

  /** Its process is gone, and with `powerLost` what its disk had not synced. */
  stopNode(node: SimNode, because: string, powerLost: boolean): void {
    const process = node.process;
    node.downBecause = because;
    if (process !== null) {
      this.simulation.killProcess(process, powerLost);
      node.process = null;
      node.program = null;
    }
    if (powerLost) {
      node.machine.powered = false;
      node.disk.losePower();
      node.lostDataSinceStart = true;
    }
    this.note(`node ${node.id} is down: ${because}`);
    this.checker.onStopped(node, powerLost);
    const watchers = this.stopWatchers.get(node);
    this.stopWatchers.delete(node);
    for (const watcher of watchers ?? []) watcher();
  }

  /** Its program ended by itself: after a shutdown, or because it could not go on. */
  onProgramStopped(node: SimNode, process: SimProcess, reason: string, clean: boolean): void {
    // After the turn that said so: a handler is never half-run.
    this.later(1, () => {
      if (node.process !== process) return;
      const watched = this.stopWatchers.has(node);
      this.stopNode(node, reason, false);
      this.count(clean ? "clean shutdown" : "node stopped itself");
      if (watched) return;
      const ticket = ++node.restartTicket;
      this.later(1_500_000, () => {
        if (node.restartTicket === ticket && !node.running) this.startNode(node);
      });
    });
  }

  onceStopped(node: SimNode, watcher: () => void): void {
    const watchers = this.stopWatchers.get(node) ?? [];
    watchers.push(watcher);
    this.stopWatchers.set(node, watchers);
  }

  onWiped(node: SimNode): void {
    this.checker.onWiped(node);
    this.program.format(node);
  }

  /** Whether what is committed survives when this node's directory goes now, votes included. */
  survivesWithout(node: SimNode): boolean {
    for (const other of this.nodes) {
      if (other === node) continue;
      if (other.process === null || other.process.stalled) return false;
      for (const third of this.nodes) {
        if (third !== other && this.network.isCut(other.machine, third.machine)) return false;
      }
    }
    return this.checker.survivesWithout(node);
  }

  controllerNode(): SimNode | null {
    return this.checker.controllerNode();
  }

  leaderNode(choice: number): SimNode | null {
    return this.checker.leaderNode(choice);
  }

  followerNode(choice: number): SimNode | null {
    return this.checker.followerNode(choice);
  }

  later(delayUs: number, body: () => void): void {
    this.simulation.schedule(new WorldEvent(body), delayUs);
  }

  note(text: string): void {
    this.ring.add("world", "note", text, null);
  }

  count(name: string, times = 1): void {
    this.counters.set(name, (this.counters.get(name) ?? 0) + times);
  }

  afterEvent(event: SimEvent): void {
    this.checker.afterEvent(event);
  }

  onThrown(process: SimProcess, error: unknown): void {
    if (error instanceof Violation) throw error;
    const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
    throw new Violation(0, `${process.name} threw: ${text}`);
  }
}

function asViolation(error: unknown): Violation {
  if (error instanceof Violation) return error;
  const text = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return new Violation(0, `thrown outside of a turn: ${text}`);
}
