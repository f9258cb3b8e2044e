import type { Clock, Loop, Timer, Timers, TimerTask, TurnTask } from "../../ports/index.js";
import { EVENT_TIMER, SimEvent } from "./event-queue.js";
import type { SimProcess } from "./process.js";
import { type Simulation, START_WALL_MS, TurnEvent } from "./simulation.js";

/** A machine's clocks: virtual time at the machine's rate. */
export class SimClock implements Clock {
  private readonly simulation: Simulation;
  private readonly process: SimProcess;

  constructor(simulation: Simulation, process: SimProcess) {
    this.simulation = simulation;
    this.process = process;
  }

  monotonicMs(): number {
    return (this.simulation.nowUs / 1000) * this.process.machine.clockRate;
  }

  wallMs(): number {
    const machine = this.process.machine;
    return Math.floor(START_WALL_MS + machine.wallOffsetMs + (this.simulation.nowUs / 1000) * machine.clockRate);
  }
}

class TimerEvent extends SimEvent implements Timer {
  readonly kind = EVENT_TIMER;
  private readonly simulation: Simulation;
  private task: TimerTask | null;

  constructor(simulation: Simulation, process: SimProcess, task: TimerTask) {
    super(process);
    this.simulation = simulation;
    this.task = task;
  }

  cancel(): void {
    if (this.task === null) return;
    this.task = null;
    // One that waits in a stalled process's backlog is no longer in the queue: `run` finds no task then.
    if (!this.process?.stalled) this.simulation.cancel(this);
  }

  run(): void {
    const task = this.task;
    if (task === null) return;
    this.task = null;
    task.onTimer();
  }
}

export class SimTimers implements Timers {
  private readonly simulation: Simulation;
  private readonly process: SimProcess;

  constructor(simulation: Simulation, process: SimProcess) {
    this.simulation = simulation;
    this.process = process;
  }

  schedule(delayMs: number, task: TimerTask): Timer {
    const event = new TimerEvent(this.simulation, this.process, task);
    const delayUs = Math.ceil((delayMs * 1000) / this.process.machine.clockRate);
    this.simulation.schedule(event, Math.max(1, delayUs));
    return event;
  }
}

export class SimLoop implements Loop {
  private readonly simulation: Simulation;
  private readonly process: SimProcess;

  constructor(simulation: Simulation, process: SimProcess) {
    this.simulation = simulation;
    this.process = process;
  }

  atTurnEnd(task: TurnTask): void {
    const process = this.process;
    if (!process.alive) return;
    process.turnTasks.push(task);
    // Outside of a turn, and while one ends, nothing else would bring the end about.
    if ((!process.inTurn || process.endingTurn) && process.turnTasks.length === 1) {
      this.simulation.schedule(new TurnEvent(process), 1);
    }
  }

  stalledMs(): number {
    return this.process.stalledTotalUs / 1000;
  }
}
