import type { Completion } from "./decision.js";

interface Waiting {
  /** Committed once the high watermark is at or above it. */
  readonly endOffset: number;
  readonly deadlineMs: number;
  readonly completion: Completion;
}

/** Those who wait for a place in the log to be committed, in its order; deadlines are in that order, too. */
export class CommitQueue {
  private waiting: Waiting[];
  private head: number;

  constructor() {
    this.waiting = [];
    this.head = 0;
  }

  get isEmpty(): boolean {
    return this.head === this.waiting.length;
  }

  /** Of the first in the queue, by the monotonic clock. */
  get nextDeadlineMs(): number {
    return this.isEmpty ? Number.POSITIVE_INFINITY : this.waiting[this.head].deadlineMs;
  }

  add(endOffset: number, deadlineMs: number, completion: Completion): void {
    this.waiting.push({ endOffset, deadlineMs, completion });
  }

  complete(highWatermark: number): void {
    while (!this.isEmpty && this.waiting[this.head].endOffset <= highWatermark) this.shift().completion.onCommitted();
  }

  expire(nowMs: number, error: number): void {
    while (!this.isEmpty && this.waiting[this.head].deadlineMs <= nowMs) this.shift().completion.onFailed(error, true);
  }

  failAll(error: number): void {
    while (!this.isEmpty) this.shift().completion.onFailed(error, true);
  }

  private shift(): Waiting {
    const first = this.waiting[this.head++];
    if (this.head > 512 && this.head * 2 > this.waiting.length) {
      this.waiting = this.waiting.slice(this.head);
      this.head = 0;
    }
    return first;
  }
}
