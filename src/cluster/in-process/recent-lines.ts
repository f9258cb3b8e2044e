import type { LogFields, Logger } from "../../ports/index.js";

const LINES_MAX = 200;

/** The log of a broker within a process: its last lines are kept, for the error that says why it did not start; nothing is printed. */
export class RecentLines implements Logger {
  private readonly lines: string[];
  private readonly own: LogFields;

  constructor(lines: string[] = [], own: LogFields = {}) {
    this.lines = lines;
    this.own = own;
  }

  /** The newest last. */
  tail(count: number): string {
    return this.lines.slice(-count).join("\n");
  }

  debug(): void {}

  info(message: string, fields?: LogFields): void {
    this.add("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    this.add("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.add("error", message, fields);
  }

  child(fields: LogFields): Logger {
    return new RecentLines(this.lines, { ...this.own, ...fields });
  }

  private add(level: string, message: string, fields?: LogFields): void {
    this.lines.push(`${level} ${message} ${JSON.stringify({ ...this.own, ...fields })}`);
    if (this.lines.length > LINES_MAX * 2) this.lines.splice(0, LINES_MAX);
  }
}
