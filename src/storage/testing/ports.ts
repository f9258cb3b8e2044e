import { crc32c, crc32cUpdate } from "../../base/crc32c.js";
import { SeededRandom } from "../../base/random.js";
import {
  type Clock,
  type CodecId,
  type Compression,
  CompressionError,
  type Connection,
  type Digest,
  type LogFields,
  type Logger,
  type Loop,
  type Network,
  type NetworkListener,
  type Ports,
  type Random,
  type Timer,
  type Timers,
  type TimerTask,
  type TurnTask,
} from "../../ports/index.js";
import { MemoryDisk } from "./memory-disk.js";

/** Ports for unit tests: time stands still until told otherwise, turns end when told, the disk is in memory. */
export class TestPorts implements Ports {
  readonly clock: TestClock;
  readonly timers: TestTimers;
  readonly loop: TestLoop;
  readonly disk: MemoryDisk;
  readonly network: Network;
  readonly random: Random;
  readonly compression: Compression;
  readonly digest: Digest;
  readonly logger: TestLogger;

  constructor(disk: MemoryDisk = new MemoryDisk(), compression: Compression = new NoCompression(), seed = 1) {
    this.clock = new TestClock();
    this.timers = new TestTimers(this.clock);
    this.loop = new TestLoop();
    this.disk = disk;
    this.network = new NoNetwork();
    this.random = new SeededRandom(seed);
    this.compression = compression;
    this.digest = { crc32c, crc32cUpdate };
    this.logger = new TestLogger();
  }

  /** Ends turns and runs disk operations until nothing is left to do. Timers do not fire. */
  settle(): void {
    for (;;) {
      this.loop.endTurn();
      if (!this.disk.runOne() && !this.loop.hasWork) return;
    }
  }

  /** Moves time on; timers that become due fire in their order, each in a turn of its own. */
  advance(ms: number): void {
    const end = this.clock.monotonic + ms;
    for (;;) {
      const next = this.timers.nextDue();
      if (next === null || next > end) break;
      this.clock.moveTo(next);
      this.timers.fireOne();
      this.settle();
    }
    this.clock.moveTo(end);
    this.settle();
  }

  /** The ports of a new process on the same disk. */
  afterCrash(): TestPorts {
    const ports = new TestPorts(this.disk.afterCrash(), this.compression);
    ports.clock.wall = this.clock.wall;
    return ports;
  }
}

export class TestClock implements Clock {
  monotonic: number;
  wall: number;

  constructor() {
    this.monotonic = 0;
    this.wall = 1_700_000_000_000;
  }

  monotonicMs(): number {
    return this.monotonic;
  }

  wallMs(): number {
    return Math.floor(this.wall);
  }

  moveTo(monotonic: number): void {
    this.wall += monotonic - this.monotonic;
    this.monotonic = monotonic;
  }
}

export class TestTimers implements Timers {
  private readonly clock: TestClock;
  private readonly waiting: { due: number; order: number; task: TimerTask }[];
  private order: number;

  constructor(clock: TestClock) {
    this.clock = clock;
    this.waiting = [];
    this.order = 0;
  }

  schedule(delayMs: number, task: TimerTask): Timer {
    const entry = { due: this.clock.monotonic + delayMs, order: this.order++, task };
    this.waiting.push(entry);
    return {
      cancel: () => {
        const at = this.waiting.indexOf(entry);
        if (at >= 0) this.waiting.splice(at, 1);
      },
    };
  }

  nextDue(): number | null {
    return this.first()?.due ?? null;
  }

  fireOne(): void {
    const entry = this.first();
    if (entry === null) return;
    this.waiting.splice(this.waiting.indexOf(entry), 1);
    entry.task.onTimer();
  }

  private first(): { due: number; order: number; task: TimerTask } | null {
    let first: { due: number; order: number; task: TimerTask } | null = null;
    for (const entry of this.waiting) {
      if (first === null || entry.due < first.due || (entry.due === first.due && entry.order < first.order)) {
        first = entry;
      }
    }
    return first;
  }
}

export class TestLoop implements Loop {
  private tasks: TurnTask[];

  constructor() {
    this.tasks = [];
  }

  get hasWork(): boolean {
    return this.tasks.length > 0;
  }

  atTurnEnd(task: TurnTask): void {
    this.tasks.push(task);
  }

  endTurn(): void {
    while (this.tasks.length > 0) {
      const tasks = this.tasks;
      this.tasks = [];
      for (const task of tasks) task.onTurnEnd();
    }
  }

  stalledMs(): number {
    return 0;
  }
}

export class TestLogger implements Logger {
  readonly lines: { level: string; message: string; fields: LogFields }[];
  private readonly fields: LogFields;

  constructor(lines: { level: string; message: string; fields: LogFields }[] = [], fields: LogFields = {}) {
    this.lines = lines;
    this.fields = fields;
  }

  private add(level: string, message: string, fields: LogFields = {}): void {
    this.lines.push({ level, message, fields: { ...this.fields, ...fields } });
  }

  debug(message: string, fields?: LogFields): void {
    this.add("debug", message, fields);
  }

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
    return new TestLogger(this.lines, { ...this.fields, ...fields });
  }
}

/** No codecs: batches must be uncompressed. Tests of codecs give real ones. */
export class NoCompression implements Compression {
  supports(): boolean {
    return false;
  }

  compress(codec: CodecId): Uint8Array {
    throw new CompressionError(`no codec ${codec} in this test`);
  }

  decompress(codec: CodecId): Uint8Array {
    throw new CompressionError(`no codec ${codec} in this test`);
  }
}

class NoNetwork implements Network {
  listen(): NetworkListener {
    throw new Error("no network in this test");
  }

  connect(): Connection {
    throw new Error("no network in this test");
  }
}
