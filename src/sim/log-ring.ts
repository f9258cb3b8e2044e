import type { LogFields, Logger } from "../ports/index.js";
import type { Simulation } from "./kernel/simulation.js";

export interface LogLine {
  readonly atUs: number;
  readonly who: string;
  readonly level: string;
  readonly message: string;
  readonly fields: LogFields | null;
}

/** The last lines of everybody, kept as they came and written out only for a transcript. */
export class LogRing {
  private readonly simulation: Simulation;
  private readonly capacity: number;
  private readonly lines: LogLine[];
  private next: number;
  /** Whether debug lines are kept too. */
  readonly verbose: boolean;

  constructor(simulation: Simulation, capacity: number, verbose: boolean) {
    this.simulation = simulation;
    this.capacity = capacity;
    this.lines = [];
    this.next = 0;
    this.verbose = verbose;
  }

  add(who: string, level: string, message: string, fields: LogFields | null): void {
    const line: LogLine = { atUs: this.simulation.nowUs, who, level, message, fields };
    if (this.lines.length < this.capacity) this.lines.push(line);
    else {
      this.lines[this.next] = line;
      this.next = (this.next + 1) % this.capacity;
    }
  }

  /** Oldest first. */
  all(): LogLine[] {
    return [...this.lines.slice(this.next), ...this.lines.slice(0, this.next)];
  }

  loggerFor(who: string): Logger {
    return new RingLogger(this, who, null);
  }
}

export function formatLine(line: LogLine): string {
  const seconds = (line.atUs / 1_000_000).toFixed(6).padStart(11);
  let text = `${seconds} ${line.who.padEnd(8)} ${line.level.padEnd(6)} ${line.message}`;
  for (const [name, value] of Object.entries(line.fields ?? {})) {
    if (value !== undefined) text += ` ${name}=${value}`;
  }
  return text;
}

class RingLogger implements Logger {
  private readonly ring: LogRing;
  private readonly who: string;
  private readonly base: LogFields | null;

  constructor(ring: LogRing, who: string, base: LogFields | null) {
    this.ring = ring;
    this.who = who;
    this.base = base;
  }

  debug(message: string, fields?: LogFields): void {
    if (this.ring.verbose) this.write("debug", message, fields);
  }
  info(message: string, fields?: LogFields): void {
    this.write("info", message, fields);
  }
  warn(message: string, fields?: LogFields): void {
    this.write("warn", message, fields);
  }
  error(message: string, fields?: LogFields): void {
    this.write("error", message, fields);
  }
  child(fields: LogFields): Logger {
    return new RingLogger(this.ring, this.who, { ...this.base, ...fields });
  }

  private write(level: string, message: string, fields: LogFields | undefined): void {
    const all = this.base === null ? (fields ?? null) : fields === undefined ? this.base : { ...this.base, ...fields };
    this.ring.add(this.who, level, message, all);
  }
}
