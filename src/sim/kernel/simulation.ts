import { SeededRandom } from "../../base/random.js";
import { EVENT_TURN, EVENT_WORLD, EventQueue, SimEvent } from "./event-queue.js";
import type { Machine } from "./machine.js";
import { SimProcess } from "./process.js";
import { TraceHash } from "./trace.js";

/** Who watches a simulation: called after each event, when no handler is half-run. */
export interface SimulationObserver {
  afterEvent(event: SimEvent): void;
  /** A handler threw: a broken promise of the core's code. */
  onThrown(process: SimProcess, error: unknown): void;
}

/** Wall-clock time at the simulation's start: 2026-01-01 UTC. */
export const START_WALL_MS = 1_767_225_600_000;

/** Virtual time, the one queue of events, and the turns of the processes. */
export class Simulation {
  /** Microseconds since the start. */
  nowUs: number;
  readonly queue: EventQueue;
  readonly random: SeededRandom;
  readonly trace: TraceHash;
  observer: SimulationObserver | null;
  eventCount: number;
  /** The process whose turn runs; null between turns. */
  current: SimProcess | null;
  private processCount: number;
  private readonly scheduling: SeededRandom;

  constructor(seed: number) {
    this.nowUs = 0;
    this.queue = new EventQueue();
    this.random = new SeededRandom(seed);
    this.trace = new TraceHash();
    this.observer = null;
    this.eventCount = 0;
    this.current = null;
    this.processCount = 0;
    this.scheduling = this.random.fork();
  }

  schedule(event: SimEvent, delayUs: number): void {
    this.queue.push(event, this.nowUs + delayUs);
  }

  cancel(event: SimEvent): void {
    if (event.cancelled) return;
    event.cancelled = true;
    this.queue.noteCancelled();
  }

  startProcess(machine: Machine, name: string): SimProcess {
    return new SimProcess(machine, name, ++this.processCount);
  }

  /** It runs no more; what it held is told so. */
  killProcess(process: SimProcess, powerLost: boolean): void {
    if (!process.alive) return;
    process.alive = false;
    process.backlog.length = 0;
    process.turnTasks.length = 0;
    process.flushes.length = 0;
    for (const resource of [...process.resources]) resource.onProcessDied(powerLost);
    process.resources.clear();
  }

  /** Runs `body` as a turn of the process, outside of the queue: how a program's main function is called. */
  runAs(process: SimProcess, body: () => void): void {
    const event = new BodyEvent(process, body);
    event.at = this.nowUs;
    this.runTurn(process, event);
    this.observer?.afterEvent(event);
  }

  /** Its loop stands still from now on. */
  stall(process: SimProcess): void {
    if (process.stalled || !process.alive) return;
    process.stalled = true;
    process.stalledSinceUs = this.nowUs;
  }

  /** Its loop turns again: what waited comes now, in order. */
  unstall(process: SimProcess): void {
    if (!process.stalled || !process.alive) return;
    process.stalled = false;
    process.stalledTotalUs += this.nowUs - process.stalledSinceUs;
    for (const event of process.backlog) this.queue.push(event, this.nowUs);
    process.backlog.length = 0;
  }

  /** Runs events until virtual time is `untilUs`. */
  runUntil(untilUs: number): void {
    for (;;) {
      const event = this.queue.popUntil(untilUs);
      if (event === null) break;
      this.handle(event);
    }
    this.nowUs = untilUs;
  }

  /** Handles one event. False when there is none. */
  step(): boolean {
    const event = this.queue.pop();
    if (event === null) return false;
    this.handle(event);
    return true;
  }

  private handle(event: SimEvent): void {
    if (event.at > this.nowUs) this.nowUs = event.at;
    const process = event.process;
    if (process === null) {
      this.note(event, 0);
      event.run();
    } else {
      if (!process.alive) return;
      if (process.stalled) {
        process.backlog.push(event);
        return;
      }
      this.runTurn(process, event);
    }
    this.observer?.afterEvent(event);
  }

  private runTurn(process: SimProcess, event: SimEvent): void {
    this.current = process;
    process.inTurn = true;
    try {
      this.note(event, process.id);
      event.run();
      // Now and then more than one input is ready in a turn.
      for (let more = 0; more < 8; more++) {
        const next = this.queue.peek();
        if (next === null || next.process !== process || next.at > this.nowUs) break;
        if (!process.alive || process.stalled || this.scheduling.below(2) === 0) break;
        this.queue.pop();
        this.note(next, process.id);
        next.run();
      }
      this.endTurn(process);
    } catch (error) {
      if (this.observer === null) throw error;
      this.observer.onThrown(process, error);
    } finally {
      process.inTurn = false;
      process.endingTurn = false;
      this.current = null;
    }
  }

  /** Tasks that the tasks add belong to the end of the next turn, which then comes at once. */
  private endTurn(process: SimProcess): void {
    const tasks = process.turnTasks;
    if (tasks.length > 0) {
      process.turnTasks = [];
      process.endingTurn = true;
      for (let i = 0; i < tasks.length; i++) {
        if (!process.alive) return;
        tasks[i].onTurnEnd();
      }
    }
    const flushes = process.flushes;
    if (flushes.length > 0) {
      process.flushes = [];
      for (let i = 0; i < flushes.length; i++) flushes[i].onTurnEnd();
    }
  }

  private note(event: SimEvent, processId: number): void {
    this.eventCount++;
    const trace = this.trace;
    trace.mix(event.at);
    trace.mix((processId << 4) | event.kind);
    trace.mix(event.detail());
  }
}

/** An empty turn, so that what was added at a turn's end gets one. */
export class TurnEvent extends SimEvent {
  readonly kind = EVENT_TURN;
  run(): void {}
}

class BodyEvent extends SimEvent {
  readonly kind = EVENT_TURN;
  private readonly body: () => void;
  constructor(process: SimProcess, body: () => void) {
    super(process);
    this.body = body;
  }
  run(): void {
    this.body();
  }
}

/** Something that happens to the world: a fault, a phase. */
export class WorldEvent extends SimEvent {
  readonly kind = EVENT_WORLD;
  private readonly body: () => void;
  constructor(body: () => void) {
    super(null);
    this.body = body;
  }
  run(): void {
    this.body();
  }
}
