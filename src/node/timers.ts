import type { Clock, Timer, Timers, TimerTask } from "../ports/index.js";

/** Node's own limit of a delay is 2^31 − 1 ms; a longer wait is woken in between. */
const SLEEP_MS_MAX = 1_000_000_000;

/**
 * All timers behind one of Node's: an indexed binary heap, so that cancelling a time-out, which is what most of them come to, leaves
 * nothing behind. Due tasks run in a turn of their own, after a poll of the sockets: what a peer sent in time is seen before its
 * time-out, however late this process is.
 */
export class NodeTimers implements Timers {
  private readonly clock: Clock;
  private readonly heap: Entry[];
  private sequence: number;
  private timeout: NodeJS.Timeout | null;
  /** When Node wakes us, monotonic ms; +∞: not at all. */
  private wakeMs: number;
  private isRunPlanned: boolean;
  private readonly onWake: () => void;
  private readonly onRun: () => void;

  constructor(clock: Clock) {
    this.clock = clock;
    this.heap = [];
    this.sequence = 0;
    this.timeout = null;
    this.wakeMs = Number.POSITIVE_INFINITY;
    this.isRunPlanned = false;
    this.onWake = () => this.wake();
    this.onRun = () => this.runDue();
  }

  /** Timers that wait. */
  get size(): number {
    return this.heap.length;
  }

  schedule(delayMs: number, task: TimerTask): Timer {
    const entry = new Entry(this, this.clock.monotonicMs() + Math.max(0, delayMs), this.sequence++, task);
    entry.index = this.heap.length;
    this.heap.push(entry);
    this.siftUp(entry);
    if (entry.index === 0) this.arm();
    return entry;
  }

  /** Of an entry. */
  remove(entry: Entry): void {
    const { heap } = this;
    const last = heap.pop() as Entry;
    if (last !== entry) {
      last.index = entry.index;
      heap[last.index] = last;
      this.siftUp(last);
      this.siftDown(last);
    }
    entry.index = -1;
    if (heap.length === 0) this.disarm();
  }

  private arm(): void {
    if (this.isRunPlanned || this.heap.length === 0) return;
    const { deadlineMs } = this.heap[0];
    // One that is due later than we wake costs nothing: what it finds then is that it woke too early.
    if (deadlineMs >= this.wakeMs) return;
    if (this.timeout !== null) clearTimeout(this.timeout);
    this.wakeMs = deadlineMs;
    const delay = Math.ceil(deadlineMs - this.clock.monotonicMs());
    this.timeout = setTimeout(this.onWake, Math.min(SLEEP_MS_MAX, Math.max(1, delay)));
  }

  private disarm(): void {
    if (this.timeout === null) return;
    clearTimeout(this.timeout);
    this.timeout = null;
    this.wakeMs = Number.POSITIVE_INFINITY;
  }

  private wake(): void {
    this.timeout = null;
    this.wakeMs = Number.POSITIVE_INFINITY;
    this.isRunPlanned = true;
    setImmediate(this.onRun);
  }

  private runDue(): void {
    const now = this.clock.monotonicMs();
    // What a task schedules is for another turn, even where it is due at once.
    const before = this.sequence;
    while (this.heap.length > 0) {
      const entry = this.heap[0];
      if (entry.deadlineMs > now || entry.sequence >= before) break;
      const { task } = entry;
      this.remove(entry);
      task.onTimer();
    }
    this.isRunPlanned = false;
    this.arm();
  }

  private siftUp(entry: Entry): void {
    const { heap } = this;
    let at = entry.index;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (!entry.isBefore(parent)) break;
      heap[at] = parent;
      parent.index = at;
      at = above;
    }
    heap[at] = entry;
    entry.index = at;
  }

  private siftDown(entry: Entry): void {
    const { heap } = this;
    const { length } = heap;
    let at = entry.index;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= length) break;
      if (below + 1 < length && heap[below + 1].isBefore(heap[below])) below++;
      const child = heap[below];
      if (!child.isBefore(entry)) break;
      heap[at] = child;
      child.index = at;
      at = below;
    }
    heap[at] = entry;
    entry.index = at;
  }
}

class Entry implements Timer {
  readonly deadlineMs: number;
  readonly sequence: number;
  readonly task: TimerTask;
  /** In the heap; −1 once it is out of it. */
  index: number;
  private readonly timers: NodeTimers;

  constructor(timers: NodeTimers, deadlineMs: number, sequence: number, task: TimerTask) {
    this.timers = timers;
    this.deadlineMs = deadlineMs;
    this.sequence = sequence;
    this.task = task;
    this.index = -1;
  }

  cancel(): void {
    if (this.index >= 0) this.timers.remove(this);
  }

  /** Those of one moment run in the order in which they were scheduled. */
  isBefore(other: Entry): boolean {
    return this.deadlineMs !== other.deadlineMs ? this.deadlineMs < other.deadlineMs : this.sequence < other.sequence;
  }
}
