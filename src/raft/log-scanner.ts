import { errorName } from "../protocol/errors.js";
import type { Log } from "../storage/log.js";
import { LogRead } from "../storage/log-read.js";
import type { ControlRecordReader, ControlRecordSink } from "./control-records.js";

export interface LogScanned {
  /** `error`: why the log cannot be read; null when its whole was. */
  onLogScanned(error: string | null): void;
}

const READ_BYTES = 4 * 1024 * 1024;

/** Reads the log once at start, for the control records that say who the voters are. */
export class LogScanner extends LogRead {
  private readonly log: Log;
  private readonly reader: ControlRecordReader;
  private readonly sink: ControlRecordSink;
  private readonly done: LogScanned;

  constructor(log: Log, from: number, reader: ControlRecordReader, sink: ControlRecordSink, done: LogScanned) {
    super();
    this.log = log;
    this.reader = reader;
    this.sink = sink;
    this.done = done;
    this.startOffset = from;
  }

  start(): void {
    while (this.startOffset < this.log.appendEndOffset) {
      this.maxOffset = this.log.appendEndOffset;
      this.maxBytes = READ_BYTES;
      this.minOneBatch = true;
      if (!this.log.read(this)) return;
      if (!this.take()) return;
    }
    this.done.onLogScanned(null);
  }

  onLogRead(): void {
    if (this.take()) this.start();
  }

  private take(): boolean {
    let why: string | null = this.error === 0 ? null : errorName(this.error);
    if (why === null && this.chunks.length === 0) why = "nothing is there";
    for (const chunk of this.chunks) why ??= this.reader.read(chunk, this.sink);
    if (why === null) {
      this.startOffset = this.nextOffset;
      return true;
    }
    this.done.onLogScanned(`The metadata log cannot be read from offset ${this.startOffset} on: ${why}.`);
    return false;
  }
}
