import { ForwardingDisk, ForwardingFile } from "../../node/forwarding-disk.js";
import type {
  Disk,
  DiskCompletion,
  DiskError,
  DiskFile,
  DiskLock,
  DiskReadCompletion,
  Loop,
  Timer,
  Timers,
  TimerTask,
  TurnTask,
} from "../../ports/index.js";
import type { GateResource, ProcessGate } from "./process-gate.js";

/** Timers whose tasks run as turns of one broker. */
export class GatedTimers implements Timers {
  private readonly inner: Timers;
  private readonly gate: ProcessGate;

  constructor(inner: Timers, gate: ProcessGate) {
    this.inner = inner;
    this.gate = gate;
  }

  schedule(delayMs: number, task: TimerTask): Timer {
    return new GatedTimer(this.inner, this.gate, delayMs, task);
  }
}

class GatedTimer implements Timer, TimerTask, GateResource {
  private readonly gate: ProcessGate;
  private readonly inner: Timer;
  private task: TimerTask | null;

  constructor(timers: Timers, gate: ProcessGate, delayMs: number, task: TimerTask) {
    this.gate = gate;
    this.task = task;
    gate.hold(this);
    this.inner = timers.schedule(delayMs, this);
  }

  cancel(): void {
    this.task = null;
    this.inner.cancel();
    this.gate.letGo(this);
  }

  onTimer(): void {
    this.gate.letGo(this);
    this.gate.run(() => {
      const task = this.task;
      this.task = null;
      task?.onTimer();
    });
  }

  onProcessKilled(): void {
    this.task = null;
    this.inner.cancel();
  }
}

/** The process's loop, of which a paused broker has no turns. */
export class GatedLoop implements Loop, TurnTask {
  private readonly inner: Loop;
  private readonly gate: ProcessGate;
  private tasks: TurnTask[];

  constructor(inner: Loop, gate: ProcessGate) {
    this.inner = inner;
    this.gate = gate;
    this.tasks = [];
  }

  atTurnEnd(task: TurnTask): void {
    this.tasks.push(task);
    if (this.tasks.length === 1) this.inner.atTurnEnd(this);
  }

  onTurnEnd(): void {
    this.gate.run(() => {
      const tasks = this.tasks;
      this.tasks = [];
      for (const task of tasks) task.onTurnEnd();
    });
  }

  stalledMs(): number {
    return this.inner.stalledMs() + this.gate.pausedMs();
  }
}

/** A disk whose completions are turns of one broker, and whose locks go when it is killed. */
export class GatedDisk extends ForwardingDisk {
  private readonly gate: ProcessGate;

  constructor(inner: Disk, gate: ProcessGate) {
    super(inner);
    this.gate = gate;
  }

  override open(path: string, create: boolean): DiskFile {
    return new GatedFile(this.inner.open(path, create), this, this.gate);
  }

  override lock(directory: string): DiskLock {
    const lock = this.inner.lock(directory);
    const resource = { onProcessKilled: () => lock.release() };
    this.gate.hold(resource);
    return {
      release: () => {
        this.gate.letGo(resource);
        lock.release();
      },
    };
  }

  override told(completion: DiskCompletion): DiskCompletion {
    return new GatedCompletion(this.gate, completion);
  }
}

class GatedCompletion implements DiskCompletion {
  private readonly gate: ProcessGate;
  private readonly completion: DiskCompletion;

  constructor(gate: ProcessGate, completion: DiskCompletion) {
    this.gate = gate;
    this.completion = completion;
  }

  onDiskDone(error: DiskError | null): void {
    this.gate.run(() => this.completion.onDiskDone(error));
  }
}

/**
 * Once its process was killed a file is closed, as the operating system would; operations that were under way end, and report to nobody.
 */
class GatedFile extends ForwardingFile implements GateResource {
  private readonly gate: ProcessGate;

  constructor(inner: DiskFile, disk: GatedDisk, gate: ProcessGate) {
    super(inner, disk);
    this.gate = gate;
    gate.hold(this);
  }

  override read(position: number, into: Uint8Array, completion: DiskReadCompletion): void {
    const { gate } = this;
    this.inner.read(position, into, {
      onDiskRead: (error, bytesRead) => gate.run(() => completion.onDiskRead(error, bytesRead)),
    });
  }

  override close(): void {
    this.gate.letGo(this);
    this.inner.close();
  }

  onProcessKilled(): void {
    this.inner.close();
  }
}
