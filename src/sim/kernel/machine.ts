import type { SimDisk } from "../disk/sim-disk.js";

/** A computer of the simulation: its address, its clocks and its disk outlive the processes that run on it. */
export class Machine {
  readonly name: string;
  readonly address: string;
  /** Place in the network's tables. */
  readonly index: number;
  /** Its disk; null for a client. Set once by the world. */
  disk: SimDisk | null;
  /** False while it has no power: it answers nothing, not even with a refusal. */
  powered: boolean;
  /** Counts boots; the page cache is lost between two of them. */
  boot: number;
  /** How fast its clocks run: 1.0001 gains 100 µs a second. */
  readonly clockRate: number;
  /** Added to its wall clock, milliseconds; a clock jump changes it. */
  wallOffsetMs: number;

  constructor(name: string, address: string, index: number, clockRate: number, wallOffsetMs: number) {
    this.name = name;
    this.address = address;
    this.index = index;
    this.disk = null;
    this.powered = true;
    this.boot = 1;
    this.clockRate = clockRate;
    this.wallOffsetMs = wallOffsetMs;
  }
}
