import * as fs from "node:fs";

/** What may wait to be written; more is dropped, and how much is said. */
const WAITING_CHARS_MAX = 1024 * 1024;
const RETRY_MS = 20;

/** Writes lines to a descriptor without ever waiting for it: whoever reads our log slowly must not slow the broker down. */
export class LogSink {
  private readonly fd: number;
  private waiting: string;
  private dropped: number;
  /** Bytes under way; null: none. */
  private writing: Buffer | null;
  private writtenBytes: number;
  private onEmpty: (() => void) | null;

  constructor(fd: number) {
    this.fd = fd;
    this.waiting = "";
    this.dropped = 0;
    this.writing = null;
    this.writtenBytes = 0;
    this.onEmpty = null;
  }

  /** Calls back once everything is written, or after `limitMs`: when the process ends in order. */
  drain(limitMs: number, done: () => void): void {
    if (this.writing === null) {
      done();
      return;
    }
    const timer = setTimeout(() => this.onEmpty?.(), limitMs);
    this.onEmpty = () => {
      clearTimeout(timer);
      this.onEmpty = null;
      done();
    };
  }

  /** `line` ends with a line feed. An important one is kept though too much waits. */
  write(line: string, isImportant: boolean): void {
    if (this.waiting.length > WAITING_CHARS_MAX && !isImportant) {
      this.dropped++;
      return;
    }
    this.waiting += line;
    if (this.writing === null) this.next();
  }

  /** Writes what waits before it returns: when the process must not go on. */
  flushSync(): void {
    const rest = this.writing === null ? "" : this.writing.subarray(this.writtenBytes);
    // What is under way may come twice; that is better than not at all.
    this.writing = null;
    this.putSync(Buffer.concat([Buffer.from(rest), Buffer.from(this.takeWaiting())]));
  }

  private putSync(bytes: Buffer): void {
    for (let at = 0; at < bytes.length; ) {
      try {
        at += fs.writeSync(this.fd, bytes, at);
      } catch (error) {
        // A pipe that is full and does not wait, or that nobody reads: the end of the process does not depend on it.
        if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
      }
    }
  }

  private takeWaiting(): string {
    const text =
      this.dropped === 0
        ? this.waiting
        : `${this.waiting}${JSON.stringify({ level: "warn", message: "Lines were dropped: the log is read too slowly.", lines: this.dropped })}\n`;
    this.waiting = "";
    this.dropped = 0;
    return text;
  }

  private next(): void {
    this.writing = Buffer.from(this.takeWaiting());
    this.writtenBytes = 0;
    this.put();
  }

  private put(): void {
    const bytes = this.writing as Buffer;
    fs.write(this.fd, bytes, this.writtenBytes, (error, count) => {
      if (this.writing !== bytes) return;
      if (error !== null && error.code === "EAGAIN") {
        setTimeout(() => this.put(), RETRY_MS).unref();
        return;
      }
      // Another error: nobody reads the log any more (EPIPE). The broker goes on.
      this.writtenBytes += error === null ? count : bytes.length;
      if (this.writtenBytes < bytes.length) this.put();
      else {
        this.writing = null;
        if (this.waiting !== "") this.next();
        else this.onEmpty?.();
      }
    });
  }
}
