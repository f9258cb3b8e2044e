import type { Clock, Loop, TurnTask } from "../ports/index.js";

/** Rounds of tasks that tasks add, within one turn's end; what goes on longer lets the sockets have their turn. */
const ROUNDS_MAX = 4;
const PROBE_MS = 50;
/** A probe that is no later than this was not stalled: a turn may be as long. */
const TOLERANCE_MS = 10;

/**
 * Node's event loop. A turn ends in the check phase, once the poll has handed out all that was readable and every callback of it
 * ran: first the tasks (logs write), then what flushes (sockets send), so that an answer given by a task leaves with the others.
 */
export class NodeLoop implements Loop {
  private readonly clock: Clock;
  private tasks: TurnTask[];
  private spareTasks: TurnTask[];
  private flushes: TurnTask[];
  private spareFlushes: TurnTask[];
  private isArmed: boolean;
  private readonly onCheck: () => void;
  private probe: NodeJS.Timeout | null;
  private probedMs: number;
  private stalledTotalMs: number;
  private turnCount: number;

  constructor(clock: Clock) {
    this.clock = clock;
    this.tasks = [];
    this.spareTasks = [];
    this.flushes = [];
    this.spareFlushes = [];
    this.isArmed = false;
    this.onCheck = () => this.endTurn();
    this.probe = null;
    this.probedMs = clock.monotonicMs();
    this.stalledTotalMs = 0;
    this.turnCount = 0;
  }

  /** Turns that had something to end. */
  get turns(): number {
    return this.turnCount;
  }

  atTurnEnd(task: TurnTask): void {
    this.tasks.push(task);
    this.arm();
  }

  /** As `atTurnEnd`, after all tasks of the turn. */
  atFlush(task: TurnTask): void {
    this.flushes.push(task);
    this.arm();
  }

  stalledMs(): number {
    // A stall that the probe has not seen yet counts too: whoever asks may run before it.
    return this.stalledTotalMs + (this.probe === null ? 0 : this.latenessMs());
  }

  /** Begins to measure stalls. */
  startProbe(): void {
    this.probedMs = this.clock.monotonicMs();
    const timer = setTimeout(() => {
      this.stalledTotalMs += this.latenessMs();
      this.probedMs = this.clock.monotonicMs();
      timer.refresh();
    }, PROBE_MS);
    timer.unref();
    this.probe = timer;
  }

  stopProbe(): void {
    if (this.probe !== null) clearTimeout(this.probe);
    this.probe = null;
  }

  private latenessMs(): number {
    return Math.max(0, this.clock.monotonicMs() - this.probedMs - PROBE_MS - TOLERANCE_MS);
  }

  private arm(): void {
    if (this.isArmed) return;
    this.isArmed = true;
    setImmediate(this.onCheck);
  }

  private endTurn(): void {
    this.turnCount++;
    for (let round = 0; round < ROUNDS_MAX && this.tasks.length > 0; round++) {
      const tasks = this.tasks;
      this.tasks = this.spareTasks;
      this.spareTasks = tasks;
      for (let i = 0; i < tasks.length; i++) tasks[i].onTurnEnd();
      tasks.length = 0;
    }
    const flushes = this.flushes;
    this.flushes = this.spareFlushes;
    this.spareFlushes = flushes;
    for (let i = 0; i < flushes.length; i++) flushes[i].onTurnEnd();
    flushes.length = 0;
    this.isArmed = false;
    if (this.tasks.length > 0 || this.flushes.length > 0) this.arm();
  }
}
