import type { Ports, Timer, TimerTask, TurnTask } from "../ports/index.js";
import type { Decision } from "./decision.js";

/** What a timer does when it is due: decides, as a handler does. */
export type TimedDecision = () => Decision;

/**
 * The timers of one shard, by key. They judge members: so a deadline moves by what the loop was stalled since it was set, and it is judged
 * at the end of a turn, when what had arrived (a heartbeat that moves it) was handled.
 */
export class ShardTimers {
  private readonly ports: Ports;
  private readonly run: (decide: TimedDecision) => void;
  private readonly byKey: Map<string, ShardTimer>;

  constructor(ports: Ports, run: (decide: TimedDecision) => void) {
    this.ports = ports;
    this.run = run;
    this.byKey = new Map();
  }

  /** Replaces the timer of this key. */
  schedule(key: string, delayMs: number, decide: TimedDecision): void {
    let timer = this.byKey.get(key);
    if (timer === undefined) {
      timer = new ShardTimer(this, key, this.ports);
      this.byKey.set(key, timer);
    }
    timer.set(delayMs, decide);
  }

  cancel(key: string): void {
    this.byKey.get(key)?.cancel();
    this.byKey.delete(key);
  }

  cancelAll(): void {
    for (const timer of this.byKey.values()) timer.cancel();
    this.byKey.clear();
  }

  has(key: string): boolean {
    return this.byKey.has(key);
  }

  /** Of this file. */
  expire(timer: ShardTimer): void {
    this.byKey.delete(timer.key);
    this.run(timer.decide);
  }
}

class ShardTimer implements TimerTask, TurnTask {
  readonly key: string;
  decide: TimedDecision;
  private readonly owner: ShardTimers;
  private readonly ports: Ports;
  private deadlineMs: number;
  private stalledMs: number;
  /** The port's timer rings at the deadline or before it: a deadline that moves on does not touch it. */
  private timer: Timer | null;
  private timerDueMs: number;
  private isAwaitingTurnEnd: boolean;
  private isCancelled: boolean;

  constructor(owner: ShardTimers, key: string, ports: Ports) {
    this.owner = owner;
    this.key = key;
    this.ports = ports;
    this.decide = UNSET;
    this.deadlineMs = 0;
    this.stalledMs = 0;
    this.timer = null;
    this.timerDueMs = 0;
    this.isAwaitingTurnEnd = false;
    this.isCancelled = false;
  }

  set(delayMs: number, decide: TimedDecision): void {
    this.decide = decide;
    this.deadlineMs = this.ports.clock.monotonicMs() + delayMs;
    this.stalledMs = this.ports.loop.stalledMs();
    if (this.isAwaitingTurnEnd) return;
    if (this.timer !== null && this.timerDueMs <= this.deadlineMs) return;
    this.timer?.cancel();
    this.arm(delayMs);
  }

  cancel(): void {
    this.isCancelled = true;
    this.timer?.cancel();
    this.timer = null;
  }

  private arm(delayMs: number): void {
    this.timerDueMs = this.ports.clock.monotonicMs() + delayMs;
    this.timer = this.ports.timers.schedule(delayMs, this);
  }

  onTimer(): void {
    this.timer = null;
    this.isAwaitingTurnEnd = true;
    this.ports.loop.atTurnEnd(this);
  }

  onTurnEnd(): void {
    this.isAwaitingTurnEnd = false;
    if (this.isCancelled) return;
    const stalled = this.ports.loop.stalledMs() - this.stalledMs;
    const left = this.deadlineMs + stalled - this.ports.clock.monotonicMs();
    if (left > 0) this.arm(left);
    else this.owner.expire(this);
  }
}

const UNSET: TimedDecision = () => {
  throw new Error("a timer without a task");
};
