import type { TurnTask } from "../../ports/index.js";
import type { SimEvent } from "./event-queue.js";
import type { Machine } from "./machine.js";

/**
 * One running incarnation of a program on a machine. Its events stop when it dies; while it is stalled they wait, in order.
 */
export class SimProcess {
  readonly machine: Machine;
  readonly name: string;
  /** Counts the processes of a simulation from 1. */
  readonly id: number;
  alive: boolean;
  /** Whether its loop stands still (a pause, a stall). */
  stalled: boolean;
  stalledSinceUs: number;
  /** What `Loop.stalledMs` reports, in microseconds. */
  stalledTotalUs: number;
  /** Events that came while it was stalled. */
  readonly backlog: SimEvent[];
  turnTasks: TurnTask[];
  /** Connections that have something to send when the turn's tasks have run. */
  flushes: TurnTask[];
  /** Whether a turn of it is running now, and whether its end has begun. */
  inTurn: boolean;
  endingTurn: boolean;
  /** What holds a resource of the operating system for it (sockets, locks), to be told when it dies. */
  readonly resources: Set<ProcessResource>;

  constructor(machine: Machine, name: string, id: number) {
    this.machine = machine;
    this.name = name;
    this.id = id;
    this.alive = true;
    this.stalled = false;
    this.stalledSinceUs = 0;
    this.stalledTotalUs = 0;
    this.backlog = [];
    this.turnTasks = [];
    this.flushes = [];
    this.inTurn = false;
    this.endingTurn = false;
    this.resources = new Set();
  }
}

export interface ProcessResource {
  /** `powerLost`: the machine went down too, so that nobody is told anything. */
  onProcessDied(powerLost: boolean): void;
}
