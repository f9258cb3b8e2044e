import type { SimProcess } from "./process.js";

/** Something that happens at a moment of virtual time: to a process, or (process null) to the world. */
export abstract class SimEvent {
  /** Microseconds since the simulation's start; set by the queue. */
  at: number;
  /** Breaks ties: events of one moment happen in the order in which they were scheduled. */
  seq: number;
  cancelled: boolean;
  readonly process: SimProcess | null;

  constructor(process: SimProcess | null) {
    this.at = 0;
    this.seq = 0;
    this.cancelled = false;
    this.process = process;
  }

  /** What the trace hash and the transcript call it. */
  abstract readonly kind: EventKind;
  abstract run(): void;
  /** A number that tells this event from another of its kind and moment, for the trace hash. */
  detail(): number {
    return 0;
  }
}

export type EventKind = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9;
export const EVENT_TIMER = 1;
export const EVENT_TURN = 2;
export const EVENT_DISK = 3;
export const EVENT_DATA = 4;
export const EVENT_CONNECTION = 5;
export const EVENT_WORLD = 6;

/** Fewer than these are not worth a sweep. */
const CANCELLED_MIN = 128;

/** A binary heap over (at, seq). Cancelled events stay until they surface, or until they are half of it. */
export class EventQueue {
  private readonly heap: SimEvent[];
  private nextSeq: number;
  private cancelledCount: number;

  constructor() {
    this.heap = [];
    this.nextSeq = 0;
    this.cancelledCount = 0;
  }

  get length(): number {
    return this.heap.length - this.cancelledCount;
  }

  push(event: SimEvent, at: number): void {
    event.at = at;
    event.seq = this.nextSeq++;
    const heap = this.heap;
    let i = heap.length;
    heap.push(event);
    while (i > 0) {
      const parent = (i - 1) >> 1;
      const p = heap[parent];
      if (p.at <= at) break;
      heap[i] = p;
      i = parent;
    }
    heap[i] = event;
  }

  /** The next event, still in the queue; null when there is none. */
  peek(): SimEvent | null {
    while (this.heap.length > 0) {
      const top = this.heap[0];
      if (!top.cancelled) return top;
      this.cancelledCount--;
      this.removeTop();
    }
    return null;
  }

  /** The next event, out of the queue, if it is due by then; else null. */
  popUntil(at: number): SimEvent | null {
    const top = this.peek();
    if (top === null || top.at > at) return null;
    this.removeTop();
    return top;
  }

  pop(): SimEvent | null {
    const top = this.peek();
    if (top !== null) this.removeTop();
    return top;
  }

  /** Must be told once for each event that is cancelled while it waits here. */
  noteCancelled(): void {
    this.cancelledCount++;
    if (this.cancelledCount > CANCELLED_MIN && this.cancelledCount * 2 > this.heap.length) this.compact();
  }

  private removeTop(): void {
    const heap = this.heap;
    const last = heap.pop() as SimEvent;
    if (heap.length > 0) this.sink(0, last);
  }

  /** Puts the event where it belongs at or below a place that is free. */
  private sink(place: number, event: SimEvent): void {
    const heap = this.heap;
    const n = heap.length;
    let i = place;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= n) break;
      const right = child + 1;
      if (right < n && before(heap[right], heap[child])) child = right;
      if (!before(heap[child], event)) break;
      heap[i] = heap[child];
      i = child;
    }
    heap[i] = event;
  }

  private compact(): void {
    const heap = this.heap;
    let kept = 0;
    for (let i = 0; i < heap.length; i++) if (!heap[i].cancelled) heap[kept++] = heap[i];
    heap.length = kept;
    this.cancelledCount = 0;
    for (let i = (kept >> 1) - 1; i >= 0; i--) this.sink(i, heap[i]);
  }
}

function before(a: SimEvent, b: SimEvent): boolean {
  return a.at < b.at || (a.at === b.at && a.seq < b.seq);
}
