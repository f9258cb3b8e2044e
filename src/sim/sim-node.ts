import type { SimDisk } from "./disk/sim-disk.js";
import type { Machine } from "./kernel/machine.js";
import type { SimProcess } from "./kernel/process.js";

/** What runs on a node: the production broker (see `broker.ts`), or a small stand-in in the simulator's own tests. */
export interface Program {
  /** Prepares an empty disk, as `holdfast format` would. Called before the first start and after a wipe. */
  format(node: SimNode): void;
  /** Starts within a turn of `node.process`. */
  start(node: SimNode): RunningProgram;
}

export interface RunningProgram {
  /** Asks for a controlled shutdown; `world.onProgramStopped` follows. */
  shutdown(): void;
}

/** A broker's place in the world: machine and disk for good, process and program while it runs. */
export class SimNode {
  /** From 0; the broker's id is one more. */
  readonly index: number;
  readonly id: number;
  readonly machine: Machine;
  readonly disk: SimDisk;
  process: SimProcess | null;
  program: RunningProgram | null;
  /** Why it is down, when it is. */
  downBecause: string;
  /** It lost data that it may have acknowledged, and has not caught up on all of its partitions since. */
  damaged: boolean;
  /** It lost written data under the running boot or a new one, since its last start. */
  lostDataSinceStart: boolean;
  starts: number;
  /** Counts events that wait for the node's restart, so that an older one does nothing. */
  restartTicket: number;

  constructor(index: number, machine: Machine, disk: SimDisk) {
    this.index = index;
    this.id = index + 1;
    this.machine = machine;
    this.disk = disk;
    this.process = null;
    this.program = null;
    this.downBecause = "not started";
    this.damaged = false;
    this.lostDataSinceStart = false;
    this.starts = 0;
    this.restartTicket = 0;
  }

  get running(): boolean {
    return this.process !== null;
  }
}
