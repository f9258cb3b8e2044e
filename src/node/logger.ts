import type { LogFields, Logger } from "../ports/index.js";
import type { LogSink } from "./log-sink.js";

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

/** Lines for a machine (one JSON object each) or for a person. */
export type LogFormat = "json" | "text";

/** Formats lines and hands them to a sink, which does the waiting. */
export class NodeLogger implements Logger {
  private readonly sink: LogSink;
  private readonly format: LogFormat;
  private readonly lowest: number;
  private readonly own: LogFields;

  constructor(sink: LogSink, format: LogFormat, level: LogLevel, own: LogFields = {}) {
    this.sink = sink;
    this.format = format;
    this.lowest = LOG_LEVELS.indexOf(level);
    this.own = own;
  }

  debug(message: string, fields?: LogFields): void {
    if (this.lowest === 0) this.write("debug", message, fields);
  }

  info(message: string, fields?: LogFields): void {
    if (this.lowest <= 1) this.write("info", message, fields);
  }

  warn(message: string, fields?: LogFields): void {
    if (this.lowest <= 2) this.write("warn", message, fields);
  }

  error(message: string, fields?: LogFields): void {
    this.write("error", message, fields);
  }

  child(fields: LogFields): NodeLogger {
    return new NodeLogger(this.sink, this.format, LOG_LEVELS[this.lowest], { ...this.own, ...fields });
  }

  private write(level: LogLevel, message: string, fields: LogFields | undefined): void {
    const all = fields === undefined ? this.own : { ...this.own, ...fields };
    const now = new Date();
    this.sink.write(
      this.format === "json" ? jsonLine(now, level, message, all) : textLine(now, level, message, all),
      level === "error",
    );
  }
}

function jsonLine(now: Date, level: LogLevel, message: string, fields: LogFields): string {
  return `${JSON.stringify({ time: now.toISOString(), level, ...fields, message })}\n`;
}

const COLOURS: Record<LogLevel, string> = { debug: "2", info: "36", warn: "33", error: "31" };

function textLine(now: Date, level: LogLevel, message: string, fields: LogFields): string {
  let rest = "";
  for (const [name, value] of Object.entries(fields)) if (value !== undefined) rest += ` ${name}=${valueText(value)}`;
  const colours = process.env.NO_COLOR === undefined || process.env.NO_COLOR === "";
  const name = level.toUpperCase().padEnd(5);
  const time = now.toISOString().slice(11, 23);
  return colours
    ? `\x1b[2m${time}\x1b[0m \x1b[${COLOURS[level]}m${name}\x1b[0m ${message}\x1b[2m${rest}\x1b[0m\n`
    : `${time} ${name} ${message}${rest}\n`;
}

function valueText(value: string | number | boolean | null): string {
  return typeof value === "string" && /[\s"=]|^$/.test(value) ? JSON.stringify(value) : String(value);
}
