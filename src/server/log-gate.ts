import type { Clock, LogFields, Logger } from "../ports/index.js";

const WINDOW_MS = 10_000;
const LINES_MAX = 10;

/** Log lines that a stranger can cause: a few in each window, and then how many were left out. */
export class LogGate {
  private readonly clock: Clock;
  private readonly logger: Logger;
  private windowEndMs: number;
  private lines: number;
  private omitted: number;

  constructor(clock: Clock, logger: Logger) {
    this.clock = clock;
    this.logger = logger;
    this.windowEndMs = 0;
    this.lines = 0;
    this.omitted = 0;
  }

  warn(message: string, fields: LogFields): void {
    const now = this.clock.monotonicMs();
    if (now >= this.windowEndMs) {
      if (this.omitted > 0) this.logger.warn("Log lines about connections were left out.", { lines: this.omitted });
      this.windowEndMs = now + WINDOW_MS;
      this.lines = 0;
      this.omitted = 0;
    }
    if (this.lines < LINES_MAX) {
      this.lines++;
      this.logger.warn(message, fields);
    } else {
      this.omitted++;
    }
  }
}
