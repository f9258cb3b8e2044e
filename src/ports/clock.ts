/** Time as the core sees it. Both clocks may jump: the monotonic one only forwards, the wall clock either way. */
export interface Clock {
  /** Milliseconds since an arbitrary start, never backwards; fractions carry the resolution that the port has. */
  monotonicMs(): number;
  /** Milliseconds since 1970-01-01 UTC, a whole number. */
  wallMs(): number;
}

/** What is called when a timer is due. An object, not a function, so that pooled operations can be their own timers. */
export interface TimerTask {
  onTimer(): void;
}

export interface Timer {
  /** After this the task is not called any more. Calling it twice, or after the task ran, does nothing. */
  cancel(): void;
}

export interface Timers {
  /** Calls `task.onTimer()` once, `delayMs` ≥ 0 from now or later, never within this call. */
  schedule(delayMs: number, task: TimerTask): Timer;
}

/** What is called when the current turn of the event loop has handled all its input. */
export interface TurnTask {
  onTurnEnd(): void;
}

/** The event loop: where work of one turn is gathered, and what is known of its stalls. */
export interface Loop {
  /**
   * Calls `task.onTurnEnd()` once at the end of this turn: after the input that is ready now was handled, before the loop
   * sleeps. A task that is already waiting for this turn's end must not be added again (keep a flag).
   */
  atTurnEnd(task: TurnTask): void;
  /**
   * Total milliseconds for which the loop did not turn when it should have (garbage collection, a debugger, a sleeping
   * laptop). Deadlines of liveness add what was stalled since they were set: a stalled judge must not fence anybody.
   */
  stalledMs(): number;
}
